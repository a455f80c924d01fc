"""A prefecture with as many visits as one likes, in rows, for measuring. Needs the areas."""

from datetime import date, time, timedelta
from random import Random

from django.utils import timezone

from geo.models import Municipality
from outreach.classes.models import Course, Venue
from outreach.dispatch.generate import Town
from outreach.dispatch.models import DispatchRequest, RequestWindow
from outreach.dispatch.towns import towns_of
from outreach.people.models import Instructor, Organisation, Person, Qualification, Skill, TravelLimits, WeeklyHours

Known = dict[str, Municipality]
PREFECTURE = "01"
DAYS = 28


def first_day() -> date:
    day = timezone.localdate() + timedelta(days=14)
    return day + timedelta(days=-day.weekday() % 7)


def fill_prefecture(*, instructors: int, visits: int, seed: int = 1) -> tuple[date, date]:
    """Make the rows; returns the first and the last day of the plan that they wait for."""
    rng = Random(seed)
    first = first_day()
    last = first + timedelta(days=DAYS - 1)
    towns = rng.sample(towns_of(PREFECTURE), instructors + visits)
    known = {town.code: town for town in Municipality.objects.filter(prefecture=PREFECTURE)}
    towns = [town for town in towns if town.municipality in known]
    office = Organisation.objects.create(name="派遣の見本", kind="dispatch", phone="+81300000101")
    skill, _made = Skill.objects.get_or_create(code="basic", defaults={"name": "基本講座"})
    course, _made = Course.objects.get_or_create(
        code="phone-basics",
        defaults={"name": "電話のかけ方", "kana": "デンワノカケカタ", "level": "basic", "skill": skill},
    )
    for number in range(instructors):
        _instructor(rng, number, rng.choice(towns), known, office, skill)
    for number in range(visits):
        _request(rng, number, towns[number % len(towns)], known, office, course, (first, last))
    return first, last


def _instructor(rng: Random, number: int, town: Town, known: Known, office: Organisation, skill: Skill) -> None:
    person = Person.objects.create(
        name=f"講師 {number}", kana=f"コウシ {number:04}", municipality=known[town.municipality],
        lat=town.lat, lon=town.lon, email=f"teacher{number}@example.com",
    )  # fmt: skip
    Instructor.objects.create(person=person, organisation=office)
    Qualification.objects.create(person=person, skill=skill, issuer="協会", valid_from=date(2020, 4, 1))
    TravelLimits.objects.create(person=person, max_nights=rng.choice([0, 0, 1]), ferries=rng.random() < 0.5)
    WeeklyHours.objects.bulk_create(
        WeeklyHours(person=person, weekday=weekday, starts=time(7), ends=time(19))
        for weekday in rng.sample(range(5), 4)
    )


def _request(
    rng: Random, number: int, town: Town, known: Known, office: Organisation, course: Course, days: tuple[date, date]
) -> None:
    first, last = days
    where = known[town.municipality]
    venue = Venue.objects.create(
        name=f"会館{number}",
        address="1-1",
        municipality=where,
        lat=town.lat,
        lon=town.lon,
        capacity=20,
    )
    request = DispatchRequest.objects.create(
        organisation=office, venue=venue, municipality=where, course=course, heads=8,
        crew=2 if rng.random() < 0.2 else 1, earliest=first, latest=last, contact_name="担当",
        contact_phone="+81300000101", received_on=first - timedelta(days=30),
    )  # fmt: skip
    RequestWindow.objects.bulk_create(
        RequestWindow(request=request, weekday=weekday, opens=time(9), closes=time(17))
        for weekday in rng.sample(range(5), 2)
    )
