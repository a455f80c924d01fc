"""Series as the office sees them: how many take each, and how far everyone is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from outreach.classes.models import OPEN, Series
from outreach.classes.queries import series_in
from outreach.people.rules import Scope
from outreach.registration.models import Certificate, Enrolment, SubsidyStatus
from outreach.registration.series.queries import Lesson, Progress, progress_of
from outreach.registration.series.rules import Standing


def series_rows(scope: Scope) -> QuerySet[Series]:
    """With `lesson_count`, `people`, `finished` and the `next_at` of the next session to come. 1 statement."""
    to_come = Q(session__status__in=OPEN, session__starts_at__gt=timezone.now())
    return series_in(scope).annotate(
        lesson_count=Count("lessons", distinct=True),
        people=Count("enrolments", distinct=True),
        finished=Count("enrolments__certificate", filter=Q(enrolments__certificate__revoked_on=None), distinct=True),
        next_at=Min("session__starts_at", filter=to_come),
    )


@dataclass(frozen=True)
class Standings:
    """Counts of a series: plain head counts, no person."""

    people: int
    certificates: int
    subsidy: dict[str, int]


def standings_of(series: Series) -> Standings:
    """2 statements."""
    counts = dict(Enrolment.objects.filter(series=series).order_by().values_list("subsidy").annotate(Count("pk")))
    issued = Certificate.objects.filter(enrolment__series=series, revoked_on=None).count()
    named = {str(SubsidyStatus(value).label): counts.get(value, 0) for value in SubsidyStatus.values}
    return Standings(sum(counts.values()), issued, named)


def everyone_in(series: Series) -> list[Progress]:
    """Everyone who takes it, by kana, with how far they are. 4 statements."""
    mine = Enrolment.objects.filter(series=series).select_related("series__organisation", "resident")
    return progress_of(list(mine.order_by("resident__kana", "pk")))


def lines_of(rows: list[Progress]) -> Iterator[tuple[Any, ...]]:
    """For Excel: one line a person, one column a lesson."""
    for row in rows:
        resident, enrolment = row.enrolment.resident, row.enrolment
        yield (
            resident.name,
            resident.kana,
            *(_cell(lesson) for lesson in row.lessons),
            row.done,
            row.certificate.code if row.certificate and not row.certificate.revoked_on else "",
            enrolment.get_subsidy_display(),
            enrolment.subsidy_on.isoformat() if enrolment.subsidy_on else "",
        )


def _cell(lesson: Lesson) -> str:
    """The day attended; in brackets the day booked."""
    if lesson.booking is None or lesson.standing == Standing.MISSED:
        return ""
    day = timezone.localdate(lesson.booking.session.starts_at).isoformat()
    return day if lesson.standing == Standing.DONE else f"({day})"
