"""What Twilio's words and numbers mean to us: the one table (https://www.twilio.com/docs/api/errors)."""

from outreach.contact.gateways import GatewayDown, GatewayError, NeverSent, ReplyLost, TryLater
from outreach.contact.models import MessageStatus, Why

STATUSES: dict[str, MessageStatus] = {
    "accepted": MessageStatus.SENT,
    "scheduled": MessageStatus.SENT,
    "queued": MessageStatus.SENT,
    "sending": MessageStatus.SENT,
    "sent": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "read": MessageStatus.DELIVERED,
    "undelivered": MessageStatus.FAILED,
    "failed": MessageStatus.FAILED,
    "canceled": MessageStatus.FAILED,
}

# Refusals of a request: whether trying again can help, and what staff read.
REFUSALS: dict[int, tuple[type[GatewayError], Why | str]] = {
    14107: (TryLater, ""),  # too many messages for this sender
    20003: (GatewayDown, ""),  # credentials
    20005: (GatewayDown, ""),  # account suspended
    20403: (GatewayDown, ""),
    20429: (TryLater, ""),  # too many requests
    21211: (NeverSent, Why.NUMBER_INVALID),
    21408: (GatewayDown, ""),  # Japan not enabled for this account
    21606: (GatewayDown, ""),  # our sender is not ours
    21610: (NeverSent, Why.REFUSED),  # the person answered STOP
    21611: (TryLater, ""),  # the sender's queue is full
    21612: (NeverSent, Why.NOT_SMS),  # no route
    21614: (NeverSent, Why.NOT_SMS),
    21660: (GatewayDown, ""),  # sender and account do not match
    30001: (TryLater, ""),
    30002: (GatewayDown, ""),  # account suspended
    63038: (TryLater, ""),  # the account's messages of the day are used up
}

# Why an accepted message did not arrive.
FAILURES: dict[int, Why] = {
    21610: Why.REFUSED,
    21614: Why.NOT_SMS,
    30001: Why.PROVIDER_REFUSED,
    30002: Why.PROVIDER_REFUSED,
    30003: Why.UNREACHABLE,
    30004: Why.BLOCKED,
    30005: Why.NUMBER_INVALID,
    30006: Why.NOT_SMS,  # landline, or a carrier that cannot be reached
    30007: Why.BLOCKED,  # filtered by the carrier
    30008: Why.UNREACHABLE,  # unknown
}


def refusal(status: int, code: int | None) -> GatewayError:
    """The error for an HTTP reply of `status` with Twilio's `code`.

    A 5xx proves nothing: the message may have been taken before the fault.
    """
    kind, why = REFUSALS.get(code or 0, (None, ""))
    if kind is None:
        kind = TryLater if status == 429 else GatewayDown if status in {401, 403} else NeverSent
    if status >= 500:
        kind, why = ReplyLost, ""
    return kind(str(code or status), why)


def failure(code: int | None) -> Why:
    return FAILURES.get(code or 0, Why.PROVIDER_REFUSED)
