"""What the sample country teaches: 3,000 planned sites in FY2022, and the fiscal year of today, half of it to come."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

import jpholiday

from backend.sample.people import UBE, Staff
from geo.gazetteer import gazetteer
from geo.models import Municipality
from outreach.classes.codes import check_digit
from outreach.classes.models import (
    OPEN,
    Course,
    ProgrammeYear,
    SchemeRule,
    Session,
    SessionStatus,
    Shift,
    Venue,
    VenueHold,
)
from outreach.classes.programme import load_year
from outreach.classes.rules import JST, fiscal_year_of
from outreach.classes.services import recount_sites
from outreach.people.models import Engagement

TARGET_YEAR, SITES = 2022, 3000
SITES_NOW = 900
HALLS = ["公民館", "交流センター", "コミュニティホール", "ふれあい会館", "生涯学習センター"]
HOURS = [time(10), time(13, 30), time(15)]
S = SessionStatus
SOURCE = "見本データ（架空の目標）"


@dataclass
class Calendar:
    """Draws codes and places that are still free."""

    rng: Random
    towns: dict[str, Municipality]
    codes: set[str] = field(default_factory=set)
    venues: int = 0

    def code(self) -> str:
        while True:
            body = str(self.rng.randrange(100_000, 1_000_000))
            if body not in self.codes:
                self.codes.add(body)
                return body + check_digit(body)

    def venue(self, code: str, *, at_shop: bool) -> Venue:
        """A hall in some neighbourhood of the town, or the carrier's shop by the town hall."""
        town, rng = self.towns[code], self.rng
        places = [(k, s) for k, s in gazetteer().towns(code).items() if s.precision != "vague"]
        where, spot = ("", town) if at_shop or not places else rng.choice(places)
        self.venues += 1
        return Venue(
            name=f"みほん携帯ショップ{town.name}店{self.venues}" if at_shop else f"{where}{rng.choice(HALLS)}",
            municipality=town,
            address=f"{where}{self.venues}番地（架空）",
            lat=spot.lat,
            lon=spot.lon,
            capacity=8 if at_shop else rng.choice([20, 30, 40]),
            step_free=rng.random() < 0.7,
            induction_loop=rng.random() < 0.15,
            parking=rng.random() < 0.8,
            heating=rng.random() < 0.9,
            wifi=rng.random() < 0.5,
            access="町営バス「役場前」から歩いて3分" if not at_shop else "",
            sample=True,
        )


def seed_classes(rng: Random, staff: Staff, shopless: list[str], *, today: date) -> None:
    """Write two years of classes. A fifth of the shopless municipalities still wait for their first."""
    this_year = fiscal_year_of(today)
    load_year(fiscal_year=this_year, target_sites=SITES, source=SOURCE)
    calendar = Calendar(rng, {town.code: town for town in Municipality.objects.of_today().select_related("prefecture")})
    waiting = set(rng.sample(shopless, len(shopless) // 5)) | {"01511"}
    past = _plan(calendar, staff, TARGET_YEAR, SITES, shopless, waiting)
    now = _plan(calendar, staff, this_year, SITES_NOW, shopless, waiting) if this_year != TARGET_YEAR else []
    seen: set[int] = set()
    for session in past + now:
        _settle(rng, session, today, only=session.venue_id not in seen)
        seen.add(session.venue_id)
    Session.objects.bulk_create(past + now, batch_size=500)
    _hold_rooms(past + now)
    _put_people(rng, staff, [s for s in now if s.status in OPEN])
    for year in ProgrammeYear.objects.all():
        recount_sites(programme_year=year)


def _plan(
    calendar: Calendar, staff: Staff, fiscal_year: int, sites: int, shopless: list[str], waiting: set[str]
) -> list[Session]:
    """One or two sessions at each of `sites` venues: shops where there are shops, halls by dispatch elsewhere."""
    rng, without = calendar.rng, set(shopless)
    served = [code for code in shopless if code not in waiting]
    with_shop = [code for code in calendar.towns if code not in without]
    codes = served + [UBE] * 24 + rng.choices(with_shop, k=sites)
    venues = [
        calendar.venue(code, at_shop=code not in without and rng.random() < 0.6 and code != UBE)
        for code in codes[:sites]
    ]
    Venue.objects.bulk_create(venues, batch_size=500)
    rules = {rule.scheme: rule for rule in SchemeRule.objects.filter(programme_year=fiscal_year, kind="class")}
    courses = list(Course.objects.all())
    return [
        _session(calendar, staff, venue, _scheme(venue, without), rules, rng.choice(courses))
        for venue in venues
        for _ in range(rng.choice([1, 1, 2]))
    ]


def _scheme(venue: Venue, without: set[str]) -> str:
    if venue.name.startswith("みほん携帯ショップ"):
        return "nationwide"
    return "dispatch" if venue.municipality_id in without else "partner"


def _session(
    calendar: Calendar, staff: Staff, venue: Venue, scheme: str, rules: dict[str, SchemeRule], course: Course
) -> Session:
    rule = rules[scheme]
    starts_at = _some_day(calendar.rng, rule.programme_year_id)
    key = f"partner-{venue.municipality.prefecture_id}" if scheme == "partner" else scheme
    return Session(
        code=calendar.code(),
        programme_year_id=rule.programme_year_id,
        scheme=scheme,
        course=course,
        organisation=staff.organisations[key],
        venue=venue,
        municipality_id=venue.municipality_id,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=course.minutes),
        capacity=min(rule.default_capacity, venue.capacity),
        sample=True,
    )


def _some_day(rng: Random, fiscal_year: int) -> datetime:
    """A working day between June and the middle of March, as the programme runs."""
    while True:
        day = date(fiscal_year, 6, 1) + timedelta(days=rng.randrange(288))
        new_year = (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
        if day.weekday() < 5 and not new_year and not jpholiday.is_holiday(day):
            return datetime.combine(day, rng.choice(HOURS), tzinfo=JST)


def _settle(rng: Random, session: Session, today: date, *, only: bool) -> None:
    """What became of it: mostly held and reported; some carriers never reported; a second session may be cancelled.

    A venue's first session is never cancelled, so that as many sites are planned as were drawn.
    """
    days = (session.starts_at.date() - today).days
    if days >= 0:
        session.status = S.CONFIRMED if days < 10 and rng.random() < 0.5 else S.PUBLISHED
    elif not only and rng.random() < 0.2:
        session.status = S.CANCELLED
    elif session.scheme == "nationwide" and rng.random() < 0.08:
        session.status = S.CONFIRMED
    else:  # learners a session, as the auditors found: 1.4 at shops, 6.0 in halls
        session.status = S.REPORTED if days < -14 else S.HELD
        usual = 1.4 if session.scheme == "nationwide" else 6.0
        session.walk_ins = min(session.capacity, max(0, round(rng.gauss(usual, usual / 2))))


def _hold_rooms(sessions: list[Session]) -> None:
    """Rooms of sessions to come. Two sessions that drew the same room and hour: the later row is set a week on."""
    taken: set[tuple[int, datetime]] = set()
    for session in sessions:
        while (session.venue_id, session.starts_at) in taken:
            session.starts_at += timedelta(days=7)
            session.ends_at += timedelta(days=7)
        taken.add((session.venue_id, session.starts_at))
    Session.objects.bulk_update(sessions, ["starts_at", "ends_at"], batch_size=300)
    VenueHold.objects.bulk_create(
        [
            VenueHold(venue_id=s.venue_id, starts_at=s.starts_at, ends_at=s.ends_at, subject=s.subject)
            for s in sessions
            if s.status in OPEN and s.programme_year_id != TARGET_YEAR
        ],
        batch_size=500,
    )


def _put_people(rng: Random, staff: Staff, sessions: list[Session]) -> None:
    """Staff most of what is to come, each person one session a day; confirmed ones fully."""
    busy: set[tuple[int, date]] = set()
    shifts, engagements = [], []
    for session in sorted(sessions, key=lambda s: (s.status != S.CONFIRMED, s.starts_at)):
        if session.status != S.CONFIRMED and rng.random() < 0.35:
            continue
        prefecture = session.venue.municipality.prefecture_id
        for duty, pool, wanted in (("instructor", staff.instructors, 1), ("helper", staff.supporters, 2)):
            for person in [p for p in pool[prefecture] if (p.pk, session.starts_at.date()) not in busy][:wanted]:
                busy.add((person.pk, session.starts_at.date()))
                shifts.append(Shift(session=session, person=person, duty=duty))
                engagements.append(
                    Engagement(
                        person=person, starts_at=session.starts_at, ends_at=session.ends_at, subject=session.subject,
                        lat=session.venue.lat, lon=session.venue.lon,
                    )
                )  # fmt: skip
    Shift.objects.bulk_create(shifts, batch_size=500)
    Engagement.objects.bulk_create(engagements, batch_size=500)
