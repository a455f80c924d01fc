"""How a text leaves the house. A gateway returns a small frozen result, or raises an error that says what is known."""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from outreach.contact.models import Channel, MessageStatus, Why

GATEWAYS = {
    "console": "outreach.contact.gateways.console.ConsoleGateway",
    "twilio": "outreach.contact.gateways.twilio.TwilioGateway",
    "mail": "outreach.contact.gateways.mail.MailGateway",
}


@dataclass(frozen=True)
class Parcel:
    """What is handed over: the text, and how a lost reply is found again."""

    message_id: int
    attempt: int
    to: str
    title: str  # of an e-mail; empty otherwise
    body: str
    ref: str  # stands in the body
    not_after: float = math.inf  # monotonic: after this it must not leave any more, for its lease will end


@dataclass(frozen=True)
class Handed:
    """The provider's word: it has the message."""

    provider_id: str
    status: MessageStatus
    why: Why | str = ""
    code: str = ""


class GatewayError(Exception):
    """The message could not be handed over. Carries a provider's code, never a number or a text."""

    def __init__(self, code: str, why: Why | str = "") -> None:
        super().__init__(code)
        self.code = code
        self.why = why


class TryLater(GatewayError):
    """Certainly not sent, and trying again can help."""


class NeverSent(GatewayError):
    """Certainly not sent, and trying again cannot help: this number, or this text, is refused."""


class GatewayDown(GatewayError):
    """Certainly not sent, and no other message would be: wrong credentials, wrong sender. Someone must mend it."""


class ReplyLost(GatewayError):
    """May have been sent or not: look it up before anything else."""


class Gateway(Protocol):
    name: str
    reaches_people: bool  # False: shows only; a message handed to it is "shown", not sent
    may_take_samples: bool
    deadline: float  # seconds that `send` or `find` takes at most, in total

    def send(self, parcel: Parcel) -> Handed:
        """Hand over one message. Raises: GatewayError."""

    def find(self, *, to: str, ref: str, since: datetime) -> Handed | None:
        """Look up a message by recipient, date and reference; None proves that the provider never had it.

        Raises: GatewayError where the provider cannot tell.
        """


def gateway_named(name: str) -> Gateway:
    gateway: Gateway = import_string(GATEWAYS[name])()
    return gateway


def gateway_for(channel: str) -> Gateway:
    """The gateway of a channel, as the settings name it."""
    return gateway_named("mail" if channel == Channel.EMAIL else settings.SMS_GATEWAY)
