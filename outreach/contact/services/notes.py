"""Telling those who work here: by e-mail; who has none by SMS where they agreed to it, else by a person's call."""

from datetime import datetime

from django.db import transaction

from outreach.contact.models import Channel, Kind, Message
from outreach.contact.numbers import NumberKind, kind_of
from outreach.contact.services.calls import has_agreed
from outreach.contact.services.queueing import queue_message
from outreach.people.models import Organisation, Person


def organisation_of(person: Person) -> Organisation:
    """For whom they help or teach."""
    supporter = getattr(person, "supporter", None)
    organisation: Organisation = supporter.organisation if supporter else person.instructor.organisation
    return organisation


def way_to(person: Person) -> tuple[Channel, str]:
    """How someone who works here is told, and where; nowhere where there is neither address nor number."""
    if person.email:
        return Channel.EMAIL, person.email
    agreed = takes_texts(person) and has_agreed(person.phone, Channel.SMS, Kind.WORK_NOTE)
    return Channel.SMS if agreed else Channel.CALL, person.phone


def takes_texts(person: Person) -> bool:
    """Whether texts are a way to someone: they have no e-mail, and a number that can receive them."""
    return not person.email and bool(person.phone) and kind_of(person.phone) == NumberKind.MOBILE


@transaction.atomic
def work_note(
    *, person: Person, subject: str, title: str, text: str, revision: int = 1, needed_by: datetime | None = None
) -> Message | None:
    """Tell one thing once (law 4); None where there is neither an e-mail address nor a telephone number."""
    channel, to = way_to(person)
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
