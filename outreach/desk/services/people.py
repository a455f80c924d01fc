"""Telling people that a qualification ends."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.contact.models import Message
from outreach.contact.services import work_note
from outreach.desk.queries.people import ending_in
from outreach.people.models import Qualification
from outreach.people.rules import Scope
from outreach.people.services import warning_stage

EVERYONE = Scope(nation=True)


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
