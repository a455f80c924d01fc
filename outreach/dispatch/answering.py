"""One person's letter, read for their page: their days in a plan with each visit, the way there, and how it stands."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone

from outreach.dispatch.building import moment_of
from outreach.dispatch.ferries import sailing_of
from outreach.dispatch.models import STANDING, Offer, OfferLetter, OfferStatus, Trip
from outreach.dispatch.rules import SETUP

AROUND = (
    "venue",
    "request__course",
    "request__organisation",
    "request__municipality__prefecture",
    "lead",
    "second",
)
KEPT = timedelta(days=120)  # after the plan's last day; then the address leads nowhere


@dataclass(frozen=True)
class Leg:
    """A way of the day, from leaving to arriving; `km` over land. `sails_at`: when its ship leaves, where known."""

    leaves_at: datetime
    arrives_at: datetime
    km: float
    ferry: bool
    sails_at: datetime | None = None


@dataclass(frozen=True)
class Stop:
    """A visit as it was offered, and the way to it where the plan still has it so."""

    offer: Offer
    leg: Leg | None

    @property
    def be_there_at(self) -> datetime:
        return self.offer.starts_at - timedelta(minutes=SETUP)

    @property
    def partner(self) -> str:
        visit = self.offer.visit
        other = visit.second if visit.lead_id == self.offer.person_id else visit.lead
        return other.name if other else ""


@dataclass
class Day:
    """A person's day: the trip as planned (None: nothing of it is planned any more) and its visits."""

    date: date
    trip: Trip | None = None
    stops: list[Stop] = field(default_factory=list)
    home: Leg | None = None
    from_inn: bool = False  # the night before was spent on the way
    inn: str = ""  # the town where the night after is spent
    on_the_way: bool = False  # of travel only, to or from a visit that was accepted

    @property
    def goes(self) -> bool:
        """Whether one of its visits is asked or agreed to: else nobody sets out for it."""
        return any(stop.offer.status in STANDING for stop in self.stops)

    @property
    def planned(self) -> list[Offer]:
        """Of its visits those that stand in the plan as they were offered."""
        return [stop.offer for stop in self.stops if _planned(stop.offer)]

    @property
    def sets_out(self) -> bool:
        return self.goes or not self.stops

    @property
    def open(self) -> list[Offer]:
        return [stop.offer for stop in self.stops if stop.offer.status == OfferStatus.OPEN]

    def done(self, now: datetime) -> bool:
        """Over, and gone to: then what was really travelled can be written down."""
        return (self.teaches or self.on_the_way) and self.trip is not None and self.trip.back_at <= now

    @property
    def teaches(self) -> bool:
        return any(stop.offer.status == OfferStatus.ACCEPTED for stop in self.stops)


def find_letter(token: str, now: datetime) -> OfferLetter | None:
    """The letter that a token opens, until some months after its plan. 1 statement."""
    letter = OfferLetter.objects.select_related("plan", "person__instructor__organisation").filter(token=token).first()
    return letter if letter and timezone.localdate(now) <= letter.plan.last + KEPT else None


def offers_of(letter: OfferLetter) -> list[Offer]:
    """Every offer of a letter, the latest word on each visit only. 1 statement."""
    found = Offer.objects.filter(visit__plan=letter.plan_id, person=letter.person_id)
    rows = found.select_related("visit__plan", *(f"visit__{name}" for name in AROUND)).order_by("starts_at", "pk")
    latest: dict[int, Offer] = {}
    for offer in rows:
        latest[offer.visit_id] = offer
    return sorted(latest.values(), key=lambda offer: (offer.starts_at, offer.pk))


def days_of(letter: OfferLetter) -> list[Day]:
    """The letter's days in order, those of travel only among them where there is somewhere to go. 2 statements."""
    rows = Trip.objects.filter(plan=letter.plan_id, person=letter.person_id).select_related("base")
    trips = {trip.day: trip for trip in rows}
    offers = offers_of(letter)
    dates: dict[date, list[Offer]] = defaultdict(list)
    for offer in offers:
        dates[timezone.localdate(offer.starts_at)].append(offer)
    for day in [*trips] if dates else []:
        dates.setdefault(day, [])
    away = {trip.day + timedelta(days=1) for trip in trips.values() if trip.overnight}
    days = [_day(letter, day, trips.get(day), dates[day], from_inn=day in away) for day in sorted(dates)]
    journeys = _journeys(days)
    for part in journeys:
        _join(part)
    return [day for part in journeys for day in part if day.stops or any(one.goes for one in part)]


def _join(part: list[Day]) -> None:
    """What a journey's days know of each other. A night is spent where `timing` has it: in the town of the day's last
    visit, after a day of travel in that of the next day's first.
    """
    taught = any(day.teaches for day in part)
    for day, after in zip(part, [*part[1:], None], strict=True):
        day.on_the_way = taught and not day.stops
        near = [*day.planned[-1:], *(after.planned[:1] if after else [])]
        if day.trip and day.trip.overnight and near:
            day.inn = near[0].visit.request.municipality.name


def _journeys(days: list[Day]) -> list[list[Day]]:
    """Days that a night away joins, together."""
    found: list[list[Day]] = []
    for day in days:
        if day.from_inn and found:
            found[-1].append(day)
        else:
            found.append([day])
    return found


def _day(letter: OfferLetter, day: date, trip: Trip | None, offers: list[Offer], *, from_inn: bool) -> Day:
    legs = [_leg(letter, leg) for leg in trip.legs] if trip else []
    planned = [offer for offer in offers if _planned(offer)]
    ways = dict(zip([offer.pk for offer in planned], legs, strict=False)) if len(legs) == len(planned) + 1 else {}
    home = legs[-1] if legs and (ways or not planned) else None
    return Day(day, trip, [Stop(offer, ways.get(offer.pk)) for offer in offers], home, from_inn)


def _planned(offer: Offer) -> bool:
    return offer.person_id in offer.visit.crew and offer.visit.starts_at == offer.starts_at


def _leg(letter: OfferLetter, leg: list[int | str]) -> Leg:
    leave, arrive, hm, ferry = int(leg[0]), int(leg[1]), int(leg[2]), str(leg[3])
    first = letter.plan.first
    sails = sailing_of(ferry, leave, arrive, first) if ferry else None
    sails_at = None if sails is None else moment_of(sails, first)
    return Leg(moment_of(leave, first), moment_of(arrive, first), hm / 10, bool(ferry), sails_at)
