"""Telling those who work here: by e-mail, or by a person's call to who has none."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.contact.models import Channel, Kind, Message
from outreach.contact.services import queue_message
from outreach.desk.queries.people import ending_in
from outreach.people.models import Organisation, Person, Qualification
from outreach.people.rules import Scope
from outreach.people.services import warning_stage

EVERYONE = Scope(nation=True)


def organisation_of(person: Person) -> Organisation:
    """For whom they teach or help."""
    supporter = getattr(person, "supporter", None)
    organisation: Organisation = supporter.organisation if supporter else person.instructor.organisation
    return organisation


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


def warn_of_endings(*, today: date) -> int:
    """Tell each person once at 60 and once at 14 days before a qualification ends; returns how many are being told."""
    told = 0
    for one in ending_in(EVERYONE, today):
        stage = warning_stage(one.valid_to, today)
        told += stage is not None and _warn(one, stage)
    return told


@transaction.atomic
def _warn(one: Qualification, stage: int) -> bool:
    subject = f"qualification:{one.pk}"
    if one.valid_to is None or Message.objects.filter(subject=subject, revision=stage).exists():
        return False
    end = f"{one.valid_to.year}年{one.valid_to.month}月{one.valid_to.day}日"
    return bool(
        work_note(
            person=one.person,
            subject=subject,
            revision=stage,
            title=_("資格の有効期限が近づいています"),
            text=_("「%(skill)s」の資格は%(end)sまでです。過ぎると新しい担当に入れません。更新の研修をお受けください。")
            % {"skill": one.skill, "end": end},
            needed_by=timezone.make_aware(datetime.combine(one.valid_to, datetime.min.time())) + timedelta(days=1),
        )
    )
