"""What is said to whom, by which way, and what became of it."""

from outreach.contact.models.calls import DONE_CALLS, CallEvent, CallOutcome, CallStatus, CallTask
from outreach.contact.models.consent import ANY, Consent, ConsentSource, Purpose
from outreach.contact.models.messages import (
    FINAL,
    IN_DOUBT,
    TOLD,
    WITHDRAWABLE,
    Channel,
    Kind,
    Message,
    MessageEvent,
    MessageStatus,
    Pace,
    Why,
)
from outreach.contact.models.senders import HandsetDisplay, SenderNumber

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
    "Pace",
    "Purpose",
    "SenderNumber",
    "Why",
]
