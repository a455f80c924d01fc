"""Training: a place in a meeting, who came, and the qualification that the last unit gives."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.people.models import Curriculum, Meeting, Person, Qualification, TrainingAttendance
from outreach.people.services.ledger import engage, release

A = TrainingAttendance.Status


class TrainingError(Exception):
    """Not possible in this meeting. `str()` is for the person or staff to read."""


@transaction.atomic
def enrol(*, meeting: Meeting, person: Person) -> TrainingAttendance:
    """Take a place and book the time (law 2). Raises: TrainingError, PersonBusy."""
    locked = Meeting.objects.select_for_update().select_related("unit").get(pk=meeting.pk)
    if locked.starts_at <= timezone.now():
        raise TrainingError(_("この回は、もう始まっています。"))
    if locked.attendances.exclude(status=A.ABSENT).count() >= locked.capacity:
        raise TrainingError(_("この回は満席です。"))
    if locked.attendances.filter(person=person).exists():
        raise TrainingError(_("この回には、もう申し込んでいます。"))
    engage(person=person, starts_at=locked.starts_at, ends_at=locked.ends_at, subject=locked.subject)
    return TrainingAttendance.objects.create(meeting=locked, person=person)


@transaction.atomic
def give_up(*, attendance: TrainingAttendance) -> None:
    """Free the place and the time. Raises: TrainingError once it has begun."""
    if attendance.meeting.starts_at <= timezone.now():
        raise TrainingError(_("始まった回は、取り消せません。"))
    release(subject=attendance.meeting.subject, person=attendance.person)
    attendance.delete()


@transaction.atomic
def mark_training(*, meeting: Meeting, person: Person, came: bool) -> Qualification | None:
    """Note who came, also of those who came without a place; returns the qualification that this completes.

    A slip of the finger is mended by marking again: a qualification that rested on it is taken back.
    """
    if meeting.starts_at > timezone.now():
        raise TrainingError(_("まだ始まっていない回の出席は、つけられません。"))
    Person.objects.select_for_update().get(pk=person.pk)
    status = A.ATTENDED if came else A.ABSENT
    TrainingAttendance.objects.update_or_create(meeting=meeting, person=person, defaults={"status": status})
    return _settle_completion(meeting, person)


def _settle_completion(meeting: Meeting, person: Person) -> Qualification | None:
    """Give the qualification where every unit was attended; take back what this meeting had given where it was not."""
    curriculum = meeting.unit.curriculum
    days = _days_attended(curriculum, person)
    if days is None:
        day = timezone.localtime(meeting.starts_at).date()
        given = Qualification.objects.filter(person=person, skill=curriculum.skill_id, training=curriculum.name)
        given.filter(valid_from=day, number="").delete()  # a numbered certificate was handed out: staff decide then
        return None
    first = max(days)
    found, _made = Qualification.objects.get_or_create(
        person=person,
        skill_id=curriculum.skill_id,
        valid_from=first,
        defaults={
            "issuer": curriculum.organisation.name,
            "training": curriculum.name,
            "valid_to": years_later(first, curriculum.valid_years),
        },
    )
    return found


def _days_attended(curriculum: Curriculum, person: Person) -> list[date] | None:
    """The first day on which each unit was attended; None while one is missing."""
    wanted = set(curriculum.units.values_list("pk", flat=True))
    came = TrainingAttendance.objects.filter(person=person, meeting__unit__in=wanted, status=A.ATTENDED)
    days: dict[int, date] = {}
    for unit, starts_at in came.order_by("-meeting__starts_at").values_list("meeting__unit", "meeting__starts_at"):
        days[unit] = timezone.localtime(starts_at).date()
    return list(days.values()) if wanted and wanted == set(days) else None


def years_later(day: date, years: int) -> date | None:
    """The last day of so many years from `day`; 0 for ever. 29 February counts as 1 March."""
    if not years:
        return None
    try:
        last = day.replace(year=day.year + years)
    except ValueError:
        last = date(day.year + years, 3, 1)
    return date.fromordinal(last.toordinal() - 1)
