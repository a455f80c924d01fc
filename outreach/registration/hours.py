"""Hours given: shifts at sessions and individual supports, the one sum for pages, reports and certificates."""

from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.classes.models import Shift
from outreach.people.models import Person
from outreach.people.standing import fiscal_year
from outreach.registration.models import SupportHelper


@dataclass(frozen=True)
class Given:
    """Of one fiscal year. Times that were not finished (nobody noted the end) are not counted."""

    fiscal_year: int
    shifts: int
    shift_minutes: int
    supports: int
    support_minutes: int

    @property
    def times(self) -> int:
        return self.shifts + self.supports

    @property
    def minutes(self) -> int:
        return self.shift_minutes + self.support_minutes

    @property
    def words(self) -> str:
        return in_words(self.minutes)


@dataclass(frozen=True)
class Item:
    """One line of a certificate."""

    starts_at: datetime
    what: str
    where: str
    minutes: int


def in_words(minutes: int) -> str:
    """12時間30分."""
    hours, rest = divmod(minutes, 60)
    if not rest:
        return _("%(hours)s時間") % {"hours": hours}
    return _("%(hours)s時間%(minutes)s分") % {"hours": hours, "minutes": rest}


def day_of(year: int) -> date:
    """A day in the fiscal year, to ask about it."""
    return date(year, 4, 1)


def year_around(day: date) -> tuple[datetime, datetime]:
    """The fiscal year of `day`, half-open."""
    year = fiscal_year(day)
    first, last = (timezone.make_aware(datetime.combine(date(y, 4, 1), time())) for y in (year, year + 1))
    return first, last


def given_in(person: Person, day: date) -> Given:
    """What a person gave in the fiscal year of `day`. 2 statements."""
    first, last = year_around(day)
    shifts = _shifts(person, first, last)
    found = list(_finished(person, first, last))
    total = shifts.aggregate(minutes=Sum("minutes"))["minutes"] or 0
    return Given(fiscal_year(day), shifts.count(), total, len(found), sum(one.minutes for one in found))


def items_in(person: Person, day: date) -> list[Item]:
    """Line by line, earliest first; of supports only the kind is said, never for whom. 2 statements."""
    first, last = year_around(day)
    shifts = _shifts(person, first, last)
    lines = [
        Item(
            timezone.localtime(one.session.starts_at), str(one.session.course), str(one.session.venue), one.minutes or 0
        )
        for one in shifts.select_related("session__course", "session__venue")
    ]
    lines += [
        Item(
            timezone.localtime(one.arrived_at),
            one.support.get_kind_display(),
            one.support.municipality.name,
            one.minutes,
        )
        for one in _finished(person, first, last).select_related("support__municipality")
        if one.arrived_at
    ]
    return sorted(lines, key=lambda line: line.starts_at)


def _local(moment: datetime) -> datetime:
    return timezone.localtime(moment)


def _shifts(person: Person, first: datetime, last: datetime) -> "QuerySet[Shift]":
    counted = Shift.objects.filter(person=person, minutes__gt=0)
    return counted.filter(session__starts_at__gte=first, session__starts_at__lt=last)


def _finished(person: Person, first: datetime, last: datetime) -> "QuerySet[SupportHelper]":
    done = SupportHelper.objects.filter(person=person, left_at__isnull=False)
    return done.filter(arrived_at__gte=first, arrived_at__lt=last)
