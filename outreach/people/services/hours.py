"""When a person can come: the week's pattern written anew as a whole, and days that differ."""

from collections.abc import Iterable
from datetime import date, time

from django.db import transaction

from outreach.people.models import DayException, Person, WeeklyHours

Stretch = tuple[int, time, time]  # weekday from 0 Monday, from, to
MOST_EXCEPTIONS = 400


class HoursError(Exception):
    """The hours cannot be kept so. `str()` is for the person to read."""


@transaction.atomic
def set_week(*, person: Person, stretches: Iterable[Stretch]) -> None:
    """Replace the week's pattern. What is engaged already stays engaged."""
    Person.objects.select_for_update().get(pk=person.pk)
    WeeklyHours.objects.filter(person=person).delete()
    WeeklyHours.objects.bulk_create(
        WeeklyHours(person=person, weekday=weekday, starts=starts, ends=ends) for weekday, starts, ends in stretches
    )


@transaction.atomic
def add_exception(
    *, person: Person, day: date, until: date | None, kind: str, starts: time | None, ends: time | None
) -> int:
    """Note days that differ, from `day` to `until`; the same again is noted once. Returns how many are new."""
    Person.objects.select_for_update().get(pk=person.pk)
    days = [date.fromordinal(n) for n in range(day.toordinal(), (until or day).toordinal() + 1)]
    known = set(
        DayException.objects.filter(person=person, day__in=days, kind=kind, starts=starts, ends=ends).values_list(
            "day", flat=True
        )
    )
    new = [one for one in days if one not in known]
    DayException.objects.bulk_create(
        DayException(person=person, day=one, kind=kind, starts=starts, ends=ends) for one in new
    )
    return len(new)
