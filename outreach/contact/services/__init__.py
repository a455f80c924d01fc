"""Writes of this room. Callers of higher rooms need only what is named here."""

from outreach.contact.services.calls import CallTaken, claim_call, finish_call, is_refused, open_call_task, undo_call
from outreach.contact.services.consent import record_consent
from outreach.contact.services.delivery import Drained, drain, settle_late
from outreach.contact.services.notes import organisation_of, takes_texts, way_to, work_note
from outreach.contact.services.queueing import print_slips, queue_message, wake_drain, withdraw_messages
from outreach.contact.services.receipts import take_receipt
from outreach.contact.services.reconciling import reconcile
from outreach.contact.services.retention import purge_personal_text
from outreach.contact.services.wording import save_text

__all__ = [
    "CallTaken",
    "Drained",
    "claim_call",
    "drain",
    "finish_call",
    "is_refused",
    "open_call_task",
    "organisation_of",
    "print_slips",
    "purge_personal_text",
    "queue_message",
    "reconcile",
    "record_consent",
    "save_text",
    "settle_late",
    "take_receipt",
    "takes_texts",
    "undo_call",
    "wake_drain",
    "way_to",
    "withdraw_messages",
    "work_note",
]
