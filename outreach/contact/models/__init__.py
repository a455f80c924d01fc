"""What is said to whom, by which way, and what became of it."""

from outreach.contact.models.calls import DONE_CALLS, CallEvent, CallOutcome, CallStatus, CallTask
from outreach.contact.models.consent import ANY, Consent, ConsentSource, Purpose
from outreach.contact.models.messages import (
    Channel,
    Kind,
    Message,
    MessageEvent,
    Pace,
    Why,
)
from outreach.contact.models.senders import HandsetDisplay, SenderNumber
from outreach.contact.models.texts import OwnText
from outreach.contact.statuses import FINAL, IN_DOUBT, TOLD, WITHDRAWABLE, MessageStatus

__all__ = [
    "ANY",
    "DONE_CALLS",
    "FINAL",
    "IN_DOUBT",
    "TOLD",
    "WITHDRAWABLE",
    "CallEvent",
    "CallOutcome",
    "CallStatus",
    "CallTask",
    "Channel",
    "Consent",
    "ConsentSource",
    "HandsetDisplay",
    "Kind",
    "Message",
    "MessageEvent",
    "MessageStatus",
    "OwnText",
    "Pace",
    "Purpose",
    "SenderNumber",
    "Why",
]
