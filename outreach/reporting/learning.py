"""What came of the classes, in counts: by course and by what people could do; points by age. Never a person."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, QuerySet, Sum

from outreach.classes.models import NATIONAL_SCHEMES, ProgrammeYear, Session, SessionReport
from outreach.classes.queries import sessions_in
from outreach.people.rules import Scope
from outreach.registration.models import AgeBand, PointEntry
from outreach.reporting.rules import hide_small

COULD = tuple(SessionReport.Could)


@dataclass(frozen=True)
class CourseLine:
    """One course in a year: `could` holds learners by the report's answer, small cells hidden."""

    course: str
    sessions: int
    learners: int
    own_learners: int  # of 独自開催, counted apart
    could: list[int | None]


def by_course(scope: Scope, year: ProgrammeYear) -> list[CourseLine]:
    """Reported sessions of the national schemes, and 独自開催 in a column of its own. 1 statement."""
    found = SessionReport.objects.filter(session__in=_sessions(scope, year)).order_by()
    rows = found.values_list("session__course__name", "session__scheme", "could").annotate(Count("pk"), Sum("learners"))
    sessions: dict[str, int] = defaultdict(int)
    own: dict[str, int] = defaultdict(int)
    split: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for course, scheme, could, count, learners in rows:
        if scheme not in NATIONAL_SCHEMES:
            own[course] += learners
            continue
        sessions[course] += count
        split[course][could] += learners
    return [
        CourseLine(
            course,
            sessions[course],
            sum(split[course].values()),
            own[course],
            hide_small([split[course][one] for one in COULD]),
        )
        for course in sorted({*sessions, *own})
    ]


def points_by_age(scope: Scope, year: ProgrammeYear) -> tuple[int, list[int | None]]:
    """How many attendances were given points, in all and by age band, small cells hidden. 1 statement."""
    found = PointEntry.objects.filter(reverses=None, reversal=None, booking__session__in=_sessions(scope, year))
    counts = dict(found.order_by().values_list("age_band").annotate(Count("pk")))
    return sum(counts.values()), hide_small([counts.get(band, 0) for band in AgeBand])


def _sessions(scope: Scope, year: ProgrammeYear) -> QuerySet[Session]:
    return sessions_in(scope).filter(programme_year=year)
