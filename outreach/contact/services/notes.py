"""Telling those who work here: by e-mail, or by a person's call to who has none."""

from datetime import datetime

from django.db import transaction

from outreach.contact.models import Channel, Kind, Message
from outreach.contact.services.queueing import queue_message
from outreach.people.models import Organisation, Person


def organisation_of(person: Person) -> Organisation:
    """For whom they help or teach."""
    supporter = getattr(person, "supporter", None)
    organisation: Organisation = supporter.organisation if supporter else person.instructor.organisation
    return organisation


@transaction.atomic
def work_note(
    *, person: Person, subject: str, title: str, text: str, revision: int = 1, needed_by: datetime | None = None
) -> Message | None:
    """Tell one thing once (law 4); None where there is neither an e-mail address nor a telephone number."""
    channel, to = (Channel.EMAIL, person.email) if person.email else (Channel.CALL, person.phone)
    if not to:
        return None
    organisation = organisation_of(person)
    return queue_message(
        subject=subject,
        revision=revision,
        kind=Kind.WORK_NOTE,
        channel=channel,
        to=to,
        fields={
            "name": person.name,
            "town": organisation.name,
            "callback": organisation.phone,
            "title": title,
            "text": text,
        },
        needed_by=needed_by,
        municipality=organisation.municipality_id,
        organisation=organisation,
        sample=person.sample,
    )
