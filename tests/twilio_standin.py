"""A local HTTP server that behaves as Twilio's REST API does: it checks, refuses, counts, is slow, fails and drops.

    with TwilioStandIn() as twilio:
        settings.TWILIO_API_URL = twilio.url
        …
        twilio.messages  # what was accepted, in order

`behave` decides, for each message, how badly it is treated (see `Mood`).
"""

import base64
import json
import re
import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
from twilio.request_validator import RequestValidator

ACCOUNT_SID = "AC" + "0" * 32
AUTH_TOKEN = "stand-in-token"
SENDER = "+15005550006"
ERRORS = {  # code: (HTTP status, Twilio's words)
    20003: (401, "Authenticate"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "Internal Server Error"),
    21211: (400, "The 'To' number is not a valid phone number."),
    21602: (400, "Message body is required."),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21606: (400, "The 'From' phone number provided is not a valid, message-capable Twilio phone number."),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21614: (400, "'To' number is not a valid mobile number"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
}


class Mood(Enum):
    """How one request to send is treated."""

    FINE = "accepted and answered"
    SLOW = "accepted, answered after `slow` seconds"
    HANGS = "accepted, answered after `hang` seconds: longer than anyone waits"
    DROPS_BEFORE = "the connection closes, nothing accepted"
    DROPS_AFTER = "accepted, then the connection closes without an answer"
    FAILS_BEFORE = "500, nothing accepted"
    FAILS_AFTER = "accepted, then 500"
    BUSY = "20429, nothing accepted"
    GARBLES = "accepted, answered with what is no JSON"


ACCEPTS = {Mood.FINE, Mood.SLOW, Mood.HANGS, Mood.DROPS_AFTER, Mood.FAILS_AFTER, Mood.GARBLES}
Row = dict[str, Any]


class TwilioStandIn:
    def __init__(self, behave: Callable[[Row], Mood] | None = None, *, slow: float = 0.2, hang: float = 30) -> None:
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.behave = behave or (lambda form: Mood.FINE)
        self.slow, self.hang = slow, hang
        self.refused: dict[str, int] = {}  # a number, and the error with which it is refused
        self.messages: list[Row] = []
        self.calls: list[Row] = []
        self.recordings: list[Row] = []
        self.requests: list[tuple[float, str, str]] = []  # monotonic time, method, path
        self.look_up_fails: Callable[[], bool] = lambda: False
        self.lock = threading.Lock()
        self.server = _Server(("127.0.0.1", 0), _Handler)
        self.server.twilio = self
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> "TwilioStandIn":
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.server.shutdown()
        self.server.server_close()

    def accept(self, form: Row) -> Row:
        now = self.clock()
        row = {
            "sid": "SM" + secrets.token_hex(16),
            "account_sid": ACCOUNT_SID,
            "to": form["To"],
            "from": form["From"],
            "body": form["Body"],
            "status": "queued",
            "error_code": None,
            "error_message": None,
            "num_segments": "1",
            "date_created": format_datetime(now),
            "date_updated": format_datetime(now),
            "date_sent": None,
            "callback": form.get("StatusCallback", ""),
            "uri": "",
        }
        with self.lock:
            self.messages.append(row)
        return row

    def record(self, audio: bytes = b"RIFF") -> Row:
        """Leave a recording at the provider, as a caller's voice would."""
        row = {"sid": "RE" + secrets.token_hex(16), "account_sid": ACCOUNT_SID, "audio": audio, "status": "completed"}
        with self.lock:
            self.recordings.append(row)
        return row

    def call_back(self, row: Row, status: str, error_code: int | None = None, *, token: str = AUTH_TOKEN) -> int:
        """Post a signed status callback about a message; returns the HTTP status that we answered."""
        row["status"], row["error_code"] = status, error_code
        fields = {"MessageSid": row["sid"], "MessageStatus": status, "To": row["to"], "From": row["from"]}
        if error_code:
            fields["ErrorCode"] = str(error_code)
        signature = RequestValidator(token).compute_signature(row["callback"], fields)
        headers = {"X-Twilio-Signature": signature}
        return requests.post(row["callback"], data=fields, headers=headers, timeout=10).status_code


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    twilio: TwilioStandIn

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A worker killed in the middle of a request is what the tests are about: no word of it."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, *_: Any) -> None:
        pass

    def _serve(self) -> None:
        address = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        form = {key: values[0] for key, values in parse_qs(body).items()}
        query = {key: values[0] for key, values in parse_qs(address.query).items()}
        self.server.twilio.requests.append((time.monotonic(), self.command, address.path))
        expected = base64.b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {expected}":
            return self._refuse(20003)
        found = re.fullmatch(r"/2010-04-01/Accounts/AC\w+/(\w+?)(?:/(\w+))?(?:\.(json|mp3|wav))?", address.path)
        if not found:
            return self._refuse(20404)
        kind, sid, _suffix = found.groups()
        handler: Callable[..., None] | None = getattr(self, f"_{self.command.lower()}_{kind.lower()}", None)
        return (handler or self._unknown)(sid, form, query)

    def _unknown(self, sid: str | None, form: Row, query: Row) -> None:
        self._refuse(20404)

    # --- messages ---------------------------------------------------------------------------------------------------
    def _post_messages(self, sid: str | None, form: Row, query: Row) -> None:
        twilio = self.server.twilio
        if error := self._fault(form):
            return self._refuse(error)
        mood = twilio.behave(form)
        row = twilio.accept(form) if mood in ACCEPTS else {}
        if mood in {Mood.DROPS_BEFORE, Mood.DROPS_AFTER}:
            return self._drop()
        if mood in {Mood.FAILS_BEFORE, Mood.FAILS_AFTER}:
            return self._refuse(20500)
        if mood == Mood.BUSY:
            return self._refuse(20429)
        if mood == Mood.GARBLES:
            return self._answer(201, b"<html>")
        time.sleep({Mood.SLOW: twilio.slow, Mood.HANGS: twilio.hang}.get(mood, 0))
        return self._json(201, _shown(row))

    def _fault(self, form: Row) -> int | None:
        """The error with which Twilio would refuse this message, checked in Twilio's order."""
        if not form.get("To"):
            return 21604
        if not form.get("From"):
            return 21603
        if not form.get("Body"):
            return 21602
        if form["From"] != SENDER:
            return 21606
        if not re.fullmatch(r"\+[1-9]\d{7,14}", form["To"]):
            return 21211
        if len(form["Body"]) > 1600:
            return 21617
        return self.server.twilio.refused.get(form["To"])

    def _get_messages(self, sid: str | None, form: Row, query: Row) -> None:
        twilio = self.server.twilio
        if twilio.look_up_fails():
            return self._refuse(20500)
        with twilio.lock:
            rows = [row for row in reversed(twilio.messages) if row["to"] == query.get("To", row["to"])]
        if sid:
            one = next((row for row in rows if row["sid"] == sid), None)
            return self._json(200, _shown(one)) if one else self._refuse(20404)
        size, page = int(query.get("PageSize", 50)), int(query.get("Page", 0))
        start = page * size
        more = urlencode({**query, "Page": page + 1}) if len(rows) > start + size else ""
        path = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
        return self._json(
            200,
            {
                "messages": [_shown(row) for row in rows[start : start + size]],
                "page": page,
                "page_size": size,
                "next_page_uri": f"{path}?{more}" if more else None,
            },
        )

    # --- calls and recordings ---------------------------------------------------------------------------------------
    def _post_calls(self, sid: str | None, form: Row, query: Row) -> None:
        if not form.get("To") or not form.get("From"):
            return self._refuse(21604 if not form.get("To") else 21603)
        row = {"sid": "CA" + secrets.token_hex(16), "to": form["To"], "from": form["From"], "status": "queued"}
        self.server.twilio.calls.append({**row, "form": form})
        return self._json(201, row)

    def _get_recordings(self, sid: str | None, form: Row, query: Row) -> None:
        rows = self.server.twilio.recordings
        if sid is None:
            return self._json(200, {"recordings": [_shown(row) for row in rows], "next_page_uri": None})
        one = next((row for row in rows if row["sid"] == sid), None)
        if one is None:
            return self._refuse(20404)
        if self.path.endswith(".json"):
            return self._json(200, _shown(one))
        return self._answer(200, one["audio"], "audio/mpeg")

    def _delete_recordings(self, sid: str | None, form: Row, query: Row) -> None:
        rows = self.server.twilio.recordings
        kept = [row for row in rows if row["sid"] != sid]
        found, rows[:] = len(kept) < len(rows), kept
        return self._answer(204, b"") if found else self._refuse(20404)

    # --- answers ----------------------------------------------------------------------------------------------------
    def _refuse(self, code: int) -> None:
        status, words = ERRORS.get(code, (400, "Refused"))
        self._json(status, {"code": code, "message": words, "more_info": "", "status": status})

    def _json(self, status: int, value: Any) -> None:
        self._answer(status, json.dumps(value).encode())

    def _answer(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _drop(self) -> None:
        self.close_connection = True
        self.connection.close()


def _shown(row: Row) -> Row:
    return {key: value for key, value in row.items() if key not in {"callback", "audio", "form"}}
