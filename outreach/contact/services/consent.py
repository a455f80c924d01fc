"""The ledger of what people said about being contacted."""

from datetime import datetime

from django.db import transaction

from outreach.contact.models import ANY, Channel, Consent, ConsentSource, Purpose
from outreach.contact.services.calls import close_refused_calls
from outreach.people.models import User


@transaction.atomic
def record_consent(
    *,
    number: str,
    given: bool,
    at: datetime,
    source: ConsentSource,
    channel: str = ANY,
    purpose: str = Purpose.ANY,
    words: str = "",
    noted_by: User | None = None,
    sample: bool = False,
) -> Consent:
    """Add an opt-in or opt-out of `number` (E.164, or an e-mail address). Refused calls leave the list at once.

    What waits in the outbox is looked at again at the instant of sending (law 6).
    """
    word = Consent.objects.create(
        number=number,
        channel=channel,
        purpose=purpose,
        given=given,
        at=at,
        source=source,
        words=words[:200],
        noted_by=noted_by,
        sample=sample,
    )
    if not given and channel in {Channel.CALL, ANY}:
        close_refused_calls(number=number, now=at, by=noted_by)
    return word
