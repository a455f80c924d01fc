"""From the rows of a survey to the plain problem of its dates: holidays, halls' holds and teachers' one ledger."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import combinations

from geo.distance import great_circle_km
from outreach.classes.models import DistrictAnswer, DistrictSurvey, ProposedClass, Venue, VenueHold
from outreach.classes.rules import JST
from outreach.classes.surveys.problem import Half, Place, Problem, Slot, Want
from outreach.dates import is_rest_day
from outreach.people.availability import availability, minute
from outreach.people.models import Engagement, Person, Qualification
from outreach.people.rules import travel_minutes

USUAL_HOURS = [(minute(time(9)), minute(time(17)))]  # of a teacher who wrote no pattern of their own
HALF_NAMES = {"am": Half.MORNING, "pm": Half.AFTERNOON}


def answered(survey: DistrictSurvey) -> list[DistrictAnswer]:
    """The answers that came, with district, hall and choices. 2 statements."""
    found = survey.answers.exclude(answered_at=None).select_related("district", "hall")
    return list(found.prefetch_related("choices__course").order_by("district__kana", "pk"))


def load_problem(survey: DistrictSurvey) -> Problem:
    """A fixed number of statements, whatever the size. The survey's own sessions count as engaged, like any other."""
    answers, teachers = answered(survey), list(survey.teachers.order_by("pk"))
    halls = {answer.hall_id: answer.hall for answer in answers}
    days = _days(survey, answers)
    slots = [Slot(day, half) for day in days for half in Half]
    wants = tuple(_want(answer) for answer in answers)
    return Problem(
        days=tuple(days),
        wants=wants,
        teachers=tuple(teacher.pk for teacher in teachers),
        skills=_skills(teachers, survey),
        free=_free(survey, teachers, slots),
        taken=_taken(survey, list(halls), slots),
        unreachable=_unreachable(survey, teachers, answers, slots),
        far=_far(survey, answers),
        gap_days=survey.gap_days,
        per_week=survey.per_week,
    )


def _days(survey: DistrictSurvey, answers: Iterable[DistrictAnswer]) -> list[date]:
    """The days of the period without public holidays and the turn of the year; weekends only if someone asked."""
    asked = {weekday for answer in answers for weekday, _part in map(half_of, answer.halves)}
    span = (survey.last_day - survey.first_day).days
    days = (survey.first_day + timedelta(days=n) for n in range(span + 1))
    return [day for day in days if day.weekday() in asked and not is_rest_day(day)]


def half_of(raw: str) -> tuple[int, Half]:
    """ "0-am" as a weekday and a half."""
    weekday, _dash, name = raw.partition("-")
    return int(weekday), HALF_NAMES[name]


def _want(answer: DistrictAnswer) -> Want:
    return Want(
        district=answer.district_id,
        name=answer.district.name,
        skills=tuple(choice.course.skill_id for choice in answer.choices.all()),
        halves=frozenset(map(half_of, answer.halves)),
        hall=answer.hall_id,
        off=frozenset(date.fromisoformat(day) for day in answer.off_days),
    )


def times(survey: DistrictSurvey, slot: Slot, minutes: int) -> tuple[datetime, datetime]:
    """When a class in that half of the day starts and ends."""
    start = datetime.combine(slot.day, survey.afternoon if slot.half else survey.morning, tzinfo=JST)
    return start, start + timedelta(minutes=minutes)


def _longest(survey: DistrictSurvey) -> int:
    return max((course.minutes for course in survey.courses.all()), default=60)


def _skills(teachers: list[Person], survey: DistrictSurvey) -> frozenset[tuple[int, str]]:
    """What each may teach from the first to the last day."""
    rows = Qualification.objects.filter(person__in=teachers, valid_from__lte=survey.first_day)
    valid = rows.exclude(valid_to__lt=survey.last_day)
    return frozenset(valid.values_list("person_id", "skill_id"))


def _free(survey: DistrictSurvey, teachers: list[Person], slots: list[Slot]) -> frozenset[tuple[int, Slot]]:
    if not slots:
        return frozenset()
    spans = availability(teachers, slots[0].day, slots[-1].day, usual=USUAL_HOURS)
    length = _longest(survey)
    found = set()
    for slot in slots:
        start, end = (minute(moment.time()) for moment in times(survey, slot, length))
        found |= {(t.pk, slot) for t in teachers if any(a <= start and end <= b for a, b in spans[t.pk][slot.day])}
    return frozenset(found)


def _taken(survey: DistrictSurvey, halls: list[int], slots: list[Slot]) -> frozenset[tuple[int, Slot]]:
    length = _longest(survey)
    spans = [(slot, *times(survey, slot, length)) for slot in slots]
    if not spans:
        return frozenset()
    holds = VenueHold.objects.filter(venue__in=halls, starts_at__lt=spans[-1][2], ends_at__gt=spans[0][1])
    by_day: dict[date, list[VenueHold]] = defaultdict(list)
    for hold in holds:
        by_day[hold.starts_at.astimezone(JST).date()].append(hold)
    return frozenset(
        (hold.venue_id, slot)
        for slot, start, end in spans
        for hold in by_day[slot.day]
        if hold.starts_at < end and hold.ends_at > start
    )


def _unreachable(
    survey: DistrictSurvey, teachers: list[Person], answers: list[DistrictAnswer], slots: list[Slot]
) -> frozenset[tuple[int, int, Slot]]:
    """Where a teacher would not arrive in time from what is engaged elsewhere that day, or get there after."""
    if not slots:
        return frozenset()
    length = _longest(survey)
    first, last = times(survey, slots[0], length)[0], times(survey, slots[-1], length)[1]
    margin = timedelta(hours=12)
    rows = Engagement.objects.filter(person__in=teachers, lat__isnull=False)
    near: dict[tuple[int, date], list[Engagement]] = defaultdict(list)
    for row in rows.filter(starts_at__lt=last + margin, ends_at__gt=first - margin):
        near[row.person_id, row.starts_at.astimezone(JST).date()].append(row)
    return frozenset(
        (teacher.pk, answer.district_id, slot)
        for slot in slots
        for teacher in teachers
        for row in near[teacher.pk, slot.day]
        for answer in answers
        if _too_far(row, answer.hall, *times(survey, slot, length))
    )


def _too_far(row: Engagement, hall: Venue, start: datetime, end: datetime) -> bool:
    gap = max(start - row.ends_at, row.starts_at - end)
    return gap < timedelta(minutes=travel_minutes(great_circle_km(row.lat or 0, row.lon or 0, hall.lat, hall.lon)))


def _far(survey: DistrictSurvey, answers: list[DistrictAnswer]) -> frozenset[tuple[int, int]]:
    """Pairs of districts between which the time from a morning's class to an afternoon's does not suffice."""
    noon = Slot(survey.first_day, Half.MORNING)
    gap = times(survey, Slot(noon.day, Half.AFTERNOON), 0)[0] - times(survey, noon, _longest(survey))[1]
    return frozenset(
        (one.district_id, other.district_id)
        for one, other in combinations(answers, 2)
        if timedelta(minutes=travel_minutes(_km(one.hall, other.hall))) > gap
    )


def _km(one: Venue, other: Venue) -> float:
    return float(great_circle_km(one.lat, one.lon, other.lat, other.lon))


def place_of(row: ProposedClass) -> Place:
    return Place(Slot(row.day, Half(row.half)), row.district_id, row.number, row.teacher_id)
