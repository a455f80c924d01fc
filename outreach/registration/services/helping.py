"""The visit itself: arrived, left, what the next helper must know, the alarm where someone has not left."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.contact.models import CallTask, Kind
from outreach.contact.services import open_call_task, withdraw_messages, work_note
from outreach.people.models import User
from outreach.people.writing import looks_like_my_number
from outreach.registration.models import SupportHelper, SupportStatus
from outreach.registration.notices import spoken
from outreach.registration.services.supports import SupportError, lock_support, move_support
from outreach.registration.supporting import OVERDUE, overdue_helpers

EARLY = timedelta(hours=2)
NEAR = timedelta(days=1)
REMIND_FROM = 10  # o'clock: an office is there to take a call
A = SupportHelper.Answer


@transaction.atomic
def arrive(*, helper: SupportHelper, now: datetime) -> None:
    """Note the arrival. Noted twice, the first stands. Raises: SupportError."""
    support = lock_support(helper.support)
    if support.status != SupportStatus.AGREED or support.starts_at is None:
        raise SupportError(_("この支援は、決まっていないか、もう終わりました。"))
    if now < support.starts_at - EARLY:
        raise SupportError(_("到着は、始まる2時間前から記録できます。"))
    SupportHelper.objects.filter(pk=helper.pk, answer=A.ACCEPTED, arrived_at__isnull=True).update(arrived_at=now)
    helper.refresh_from_db()


@transaction.atomic
def leave_visit(*, helper: SupportHelper, now: datetime, note: str = "") -> None:
    """Note that they left, with a word for the next helper; with the last it is done. Raises: SupportError."""
    support = lock_support(helper.support)
    text = clean_note(note)
    gone = SupportHelper.objects.filter(pk=helper.pk, arrived_at__lte=now, left_at__isnull=True)
    if gone.update(left_at=now, note=text) != 1:
        raise SupportError(_("到着の記録がないか、もう終わっています。"))
    withdraw_messages(subject=alarm_subject(helper))
    if not support.helpers.filter(answer=A.ACCEPTED, left_at__isnull=True).exists():
        move_support(support, SupportStatus.DONE)
    helper.refresh_from_db()


@transaction.atomic
def note_hours(*, helper: SupportHelper, arrived_at: datetime, left_at: datetime, by: User) -> None:
    """The office writes down times that a helper told by telephone. Raises: SupportError."""
    support = lock_support(helper.support)
    if support.status not in {SupportStatus.AGREED, SupportStatus.DONE} or not support.starts_at:
        raise SupportError(_("この支援は、決まっていないか、もう終わりました。"))
    if left_at <= arrived_at or left_at - arrived_at > timedelta(hours=12):
        raise SupportError(_("終わりは、始まりより後にしてください。"))
    if left_at > timezone.now() or abs(arrived_at - support.starts_at) > NEAR:
        raise SupportError(_("約束の日の前後1日の、もう過ぎた時刻を入れてください。"))
    helpers = SupportHelper.objects.filter(pk=helper.pk, answer=A.ACCEPTED)
    helpers.update(arrived_at=arrived_at, left_at=left_at)
    withdraw_messages(subject=alarm_subject(helper))
    waiting = support.helpers.filter(answer=A.ACCEPTED, left_at__isnull=True).exists()
    if support.status == SupportStatus.AGREED and not waiting:
        move_support(support, SupportStatus.DONE, by=by)


def remind_helpers(*, now: datetime) -> int:
    """The day before, from ten in the morning on, each who agreed is told once a time; returns how many visits."""
    local = timezone.localtime(now)
    if local.hour < REMIND_FROM:
        return 0
    first = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = SupportHelper.objects.filter(
        answer=A.ACCEPTED,
        support__status=SupportStatus.AGREED,
        support__starts_at__gte=first,
        support__starts_at__lt=first + timedelta(days=1),
    ).select_related("support", "person__supporter__organisation")
    for helper in tomorrow:
        support = helper.support
        work_note(
            person=helper.person,
            subject=f"{support.subject}/reminder:{helper.pk}:{first:%m%d}",
            title=_("あすの個別支援"),
            text=_("あす%(when)s、%(kind)sです。行けなくなったときは、すぐにお電話ください。")
            % {"when": spoken(support.starts_at), "kind": support.get_kind_display()},
            needed_by=support.starts_at,
        )
    return len(tomorrow)


def clean_note(note: str) -> str:
    """Raises: SupportError where it holds a My Number."""
    text = " ".join(note.replace("\0", "").split())[:300]
    if looks_like_my_number(text):
        raise SupportError(_("マイナンバー（個人番号）は書かないでください。"))
    return text


# --- the alarm ------------------------------------------------------------------------------------------------------
def alarm_subject(helper: SupportHelper) -> str:
    return f"support:{helper.support_id}/overdue:{helper.pk}"


def alarm_overdue(*, now: datetime) -> int:
    """Put a call to each helper who should have left on the list, once; returns how many were new."""
    return sum(_alarm(helper, now) for helper in overdue_helpers(now).filter(person__phone__gt=""))


@transaction.atomic
def _alarm(helper: SupportHelper, now: datetime) -> bool:
    subject, support = alarm_subject(helper), lock_support(helper.support)
    if CallTask.objects.filter(subject=subject).exists():
        return False
    open_call_task(
        subject=subject,
        kind=Kind.RING_BACK,
        number=helper.person.phone,
        fields={
            "town": support.organisation.name,
            "callback": support.organisation.phone,
            "name": helper.person.name,
            "about": _("%(when)sまでの支援を、終えた記録がありません。無事を確かめてください。")
            % {"when": spoken(support.ends_at)},
        },
        at=now,
        needed_by=now + OVERDUE,
        municipality=support.municipality_id,
        organisation=support.organisation_id,
        sample=support.sample,
    )
    return True


def forget_notes(*, now: datetime) -> int:
    """Clear what helpers noted and what was asked, `settings.RESIDENT_KEEP_DAYS` after; returns how many notes."""
    before = now - timedelta(days=settings.RESIDENT_KEEP_DAYS)
    old = SupportHelper.objects.filter(Q(left_at__lt=before) | Q(asked_at__lt=before, left_at__isnull=True))
    return old.exclude(note="").update(note="")
