"""Reads of series and of those who take them; each list has a fixed number of statements."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone

from outreach.classes.models import OPEN, Entry, Series, SeriesLesson, Session
from outreach.classes.queries import series_in
from outreach.people.rules import Scope
from outreach.registration.models import Booking, BookingStatus, Certificate, Enrolment, Resident
from outreach.registration.series import rules
from outreach.registration.series.rules import Attempt, Standing, Step


@dataclass(frozen=True)
class Lesson:
    """A step in the words of a page."""

    step: Step
    name: str
    booking: Booking | None

    @property
    def standing(self) -> str:
        return self.step.standing


@dataclass(frozen=True)
class Progress:
    """How far one person is in one series."""

    enrolment: Enrolment
    lessons: list[Lesson]
    certificate: Certificate | None

    @property
    def done(self) -> int:
        return sum(lesson.standing == Standing.DONE for lesson in self.lessons)

    @property
    def finished(self) -> bool:
        return rules.finished([lesson.step for lesson in self.lessons])

    @property
    def next(self) -> Lesson | None:
        """What to do next: the first lesson that is neither done nor booked."""
        return next((row for row in self.lessons if row.standing in {Standing.MISSED, Standing.OPEN}), None)


def enrolments_in(scope: Scope) -> QuerySet[Enrolment]:
    """Those who take a series that the scope reaches (law 7)."""
    found = Enrolment.objects.select_related("series__organisation", "resident")
    return found if scope.nation else found.filter(series__in=series_in(scope).values("pk"))


def progress_of(enrolments: Sequence[Enrolment]) -> list[Progress]:
    """How far each is, in their order. 3 statements, however many; `enrolments` come with series and resident."""
    taught = _lessons([e.series_id for e in enrolments])
    bookings = _bookings(enrolments)
    certificates = {c.enrolment_id: c for c in Certificate.objects.filter(enrolment__in=enrolments)}
    return [_progress(e, taught[e.series_id], bookings[e.resident_id], certificates.get(e.pk)) for e in enrolments]


def _lessons(series: Iterable[int]) -> dict[int, list[SeriesLesson]]:
    taught: dict[int, list[SeriesLesson]] = defaultdict(list)
    for lesson in SeriesLesson.objects.filter(series__in=set(series)).select_related("course").order_by("position"):
        taught[lesson.series_id].append(lesson)
    return taught


def _bookings(enrolments: Sequence[Enrolment]) -> dict[int, list[Booking]]:
    series = {e.series_id for e in enrolments}
    organisations = {e.series.organisation_id for e in enrolments}
    theirs = Booking.objects.filter(resident__in={e.resident_id for e in enrolments})
    counts = Q(session__series__in=series) | Q(session__organisation__in=organisations)
    found: dict[int, list[Booking]] = defaultdict(list)
    around = ("session__venue", "session__municipality", "session__course")
    for booking in theirs.filter(counts).exclude(status=BookingStatus.CANCELLED).select_related(*around):
        found[booking.resident_id].append(booking)
    return found


def _progress(
    enrolment: Enrolment, lessons: list[SeriesLesson], bookings: list[Booking], certificate: Certificate | None
) -> Progress:
    mine = {b.pk: b for b in bookings if _counts(b.session, enrolment.series)}
    attempts = [Attempt(b.session.course_id, b.status, b.session.starts_at, b.pk) for b in mine.values()]
    steps = rules.steps_of([lesson.course_id for lesson in lessons], attempts)
    rows = [
        Lesson(step, lesson.course.name, mine[step.attempt.booking] if step.attempt else None)
        for step, lesson in zip(steps, lessons, strict=True)
    ]
    return Progress(enrolment, rows, certificate)


def _counts(session: Session, series: Series) -> bool:
    """A session of the series itself, or of the same organisation: there a missed lesson can be made up."""
    return session.series_id == series.pk or session.organisation_id == series.organisation_id


def progress_of_resident(resident: Resident, scope: Scope) -> list[Progress]:
    """The series within reach that someone takes. 1 statement where there is none, else 4."""
    mine = list(enrolments_in(scope).filter(resident=resident))
    return progress_of(mine) if mine else []


def progress_in(booking: Booking) -> Progress | None:
    """How far the one who booked is in the series of that class; None where it is of none. At most 4 statements."""
    if booking.session.series_id is None:
        return None
    mine = Enrolment.objects.filter(resident=booking.resident_id, series=booking.session.series_id)
    return next(iter(progress_of(list(mine.select_related("series__organisation", "resident")))), None)


def announced(series: Series) -> QuerySet[Session]:
    """The sessions of a series that can be booked. 1 statement."""
    found = series.session_set.filter(status__in=OPEN, entry=Entry.BOOKING, starts_at__gt=timezone.now())
    return found.select_related("course", "venue", "municipality").order_by("starts_at", "pk")


def planned_from(start: Session) -> list[Session | None]:
    """What signing up once for the whole series would book, from `start` on. 2 statements; [] where it has none."""
    if start.series is None or start.entry != Entry.BOOKING:
        return []
    lessons = list(start.series.lessons.order_by("position").values_list("course_id", flat=True))
    same_town = announced(start.series).filter(municipality=start.municipality_id).exclude(pk=start.pk)
    return rules.plan_lessons(lessons, start, same_town)


def make_up_sessions(series: Series, course: str, resident: Resident, *, limit: int = 6) -> list[Session]:
    """Where a lesson can still be taken: of the series or the same organisation, and not booked yet. 1 statement."""
    counts = Q(series=series) | Q(organisation=series.organisation_id)
    found = Session.objects.filter(counts, course=course, status__in=OPEN, entry=Entry.BOOKING)
    booked = Booking.objects.filter(resident=resident).exclude(status=BookingStatus.CANCELLED).values("session")
    open_ones = found.filter(starts_at__gt=timezone.now()).exclude(pk__in=booked)
    return list(open_ones.select_related("course", "venue", "municipality").order_by("starts_at", "pk")[:limit])


def find_certificate(code: str) -> Certificate | None:
    return Certificate.objects.filter(code=code).first()
