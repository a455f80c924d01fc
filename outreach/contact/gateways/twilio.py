"""SMS by Twilio's own SDK, kept to one host, one deadline and no log of numbers."""

import logging
import math
from collections.abc import Callable
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from requests.exceptions import ConnectionError as NoConnection
from requests.exceptions import ConnectTimeout, RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.request_validator import (
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    get_signature_algorithm,
)
from twilio.rest import Client
from urllib3.exceptions import NewConnectionError

from outreach.contact.gateways import Handed, Parcel, ReplyLost, TryLater
from outreach.contact.gateways.codes import STATUSES, failure, refusal
from outreach.contact.models import MessageStatus
from outreach.contact.texts import REF_MARK

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
TWILIO_HOST = "api.twilio.com"
LISTED = 200  # messages of one number to look through
Result = TypeVar("Result")

# At DEBUG, urllib3 writes whole addresses, and a look-up's address holds the number.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)


class UnknownHost(RuntimeError):
    """The SDK was about to talk to a host that TWILIO_API_URL does not stand in for."""


class TooLate(TimeoutError):
    """The time for this request was over before it was sent: nothing has left."""


class OneHostClient(TwilioHttpClient):  # type: ignore[misc]
    """The SDK's HTTP client, bound to Twilio's API or to what TWILIO_API_URL puts in its place.

    Nothing is sent after `not_after` (monotonic): a thread that was given up on, slow to start on a busy machine, would
    else send what has meanwhile been looked up, not found, and sent again.
    """

    def __init__(self, base: str, deadline: float) -> None:
        super().__init__(max_retries=0)
        self.not_after = math.inf
        self.base = urlsplit(base)
        self.timeout = (deadline / 4, deadline)  # connect, read; the deadline for all is kept by `within`
        if self.session and self.base.hostname in LOOPBACK:
            self.session.trust_env = False  # a proxy of the environment would take it off this host

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        if monotonic() > self.not_after:
            raise TooLate
        kwargs["timeout"] = None  # ours, set above: the SDK's own check of it takes no pair
        return super().request(method, self.mapped(url), *args, **kwargs)

    def mapped(self, url: str) -> str:
        parts = urlsplit(url)
        if parts.hostname != TWILIO_HOST:
            raise UnknownHost(parts.hostname)
        if self.base.netloc:
            parts = parts._replace(scheme=self.base.scheme, netloc=self.base.netloc, path=self.base.path + parts.path)
        return urlunsplit(parts)

    def log_request(self, kwargs: dict[str, Any]) -> None:
        """Nothing: the SDK would log the number."""

    def log_response(self, status_code: int, response: Any) -> None:
        """Nothing."""


class TwilioGateway:
    name = "twilio"
    reaches_people = True

    def __init__(self) -> None:
        self.deadline = float(settings.SMS_DEADLINE)
        self.may_take_samples = urlsplit(settings.TWILIO_API_URL).hostname in LOOPBACK
        self.client = twilio_client(self.deadline)
        # What is loaded late, the SDK's modules and all our addresses, is loaded now: not while a message's time runs.
        _ = self.client.messages, reverse("contact:twilio-status", args=[0, 0])

    def send(self, parcel: Parcel) -> Handed:
        callback = reverse("contact:twilio-status", args=[parcel.message_id, parcel.attempt])
        sent = self._ask(
            lambda client: client.messages.create(
                to=parcel.to,
                from_=settings.TWILIO_FROM,
                body=parcel.body,
                status_callback=settings.PUBLIC_URL + callback,
            ),
            parcel.not_after,
        )
        return _handed(sent)

    def find(self, *, to: str, ref: str, since: datetime) -> Handed | None:
        return self._ask(lambda client: self._find(client, to, REF_MARK.format(ref=ref), since))

    def _find(self, client: Client, to: str, mark: str, since: datetime) -> Handed | None:
        """Newest first. By recipient only: a message still queued has no date of sending to filter by."""
        for seen, message in enumerate(client.messages.stream(to=to, page_size=50, limit=LISTED), 1):
            if mark in (message.body or ""):
                return _handed(message)
            if message.date_created and message.date_created < since:
                return None
            if seen == LISTED:
                raise ReplyLost("too_many_to_look_through")
        return None

    def _ask(self, call: Callable[[Client], Result], not_after: float = math.inf) -> Result:
        """Call within the deadline, and begin by `not_after`. Raises: GatewayError by what is known of the message."""
        client = self.client  # one that was given up on keeps its own, and its own end of time
        client.http_client.not_after = min(monotonic() + self.deadline, not_after)
        try:
            return within(self.deadline, lambda: call(client))
        except TwilioRestException as error:
            raise refusal(error.status, error.code) from None  # its text may hold the number
        except TwilioServiceException as error:
            raise refusal(error.status, error.code) from None
        except ConnectTimeout:
            raise TryLater("connect_timeout") from None
        except NoConnection as error:
            never = isinstance(getattr(error.args[0] if error.args else None, "reason", None), NewConnectionError)
            raise (TryLater("no_connection") if never else ReplyLost("connection_lost")) from None
        except TooLate:
            raise TryLater("too_late") from None
        except TimeoutError:
            self.client = twilio_client(self.deadline)  # the old one's thread may still be reading
            raise ReplyLost("deadline") from None
        except (RequestException, TwilioException, ValueError, KeyError) as error:
            raise ReplyLost(type(error).__name__[:24]) from None


def twilio_client(deadline: float) -> Client:
    http = OneHostClient(settings.TWILIO_API_URL, deadline)
    return Client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, http_client=http)


def is_signed_by_twilio(request: HttpRequest) -> bool:
    """Whether a webhook bears Twilio's signature over our public address and its fields; without a secret, never."""
    if not settings.TWILIO_AUTH_TOKEN:
        return False
    algorithm = get_signature_algorithm(request.headers.get(SIGNATURE_SETTINGS_HEADER, ""))
    signature = request.headers.get("X-Twilio-Signature", "")  # None would be a TypeError
    validator = RequestValidator(settings.TWILIO_AUTH_TOKEN)
    address = settings.PUBLIC_URL + request.get_full_path()
    return bool(validator.validate(address, request.POST, signature, algorithm))


def receipt_of(fields: Any) -> Handed | None:
    """What a status callback says; None where we do not know the word."""
    status = STATUSES.get(fields.get("MessageStatus", "") or fields.get("SmsStatus", ""))
    code = fields.get("ErrorCode", "")
    if status is None or not fields.get("MessageSid"):
        return None
    why = failure(int(code) if code.isascii() and code.isdigit() else None) if status == MessageStatus.FAILED else ""
    return Handed(fields["MessageSid"][:64], status, why, code[:24])


def within(seconds: float, call: Callable[[], Result]) -> Result:
    """Run `call`, at most so long in all: the SDK's own time-outs are for each read, and a slow drip never ends.

    Raises: TimeoutError; what `call` raises. After a time-out the call's thread is left to end by itself.
    """
    box: SimpleQueue[tuple[Result | None, BaseException | None]] = SimpleQueue()

    def run() -> None:
        try:
            box.put((call(), None))
        except Exception as error:
            box.put((None, error))

    Thread(target=run, daemon=True).start()
    try:
        result, error = box.get(timeout=seconds)
    except Empty:
        raise TimeoutError from None
    if error is not None:
        raise error
    return result  # type: ignore[return-value]


def _handed(message: Any) -> Handed:
    status = STATUSES.get(str(message.status), MessageStatus.SENT)
    code = message.error_code
    why = failure(code) if status == MessageStatus.FAILED else ""
    return Handed(message.sid or "", status, why, str(code or ""))
