"""When a trip's duties begin and end, and what they cost, reckoned stop by stop from the problem alone."""

from dataclasses import dataclass, field
from itertools import pairwise

from outreach.dispatch.journeys import Journey, Journeys
from outreach.dispatch.problem import DAY_MINUTES, Duty, Instructor, Place, Problem, Stop, Trip, Visit, Window, day_of
from outreach.dispatch.violations import Ledger, Rule


@dataclass(frozen=True, slots=True)
class DutyTimes:
    """A day's work from door to door: `leave` the first departure, `back` the last arrival."""

    instructor: str
    day: int
    leave: int
    back: int
    journeys: tuple[Journey, ...]

    @property
    def minutes(self) -> int:
        return self.back - self.leave


@dataclass(slots=True)
class Book:
    """A problem looked up by id."""

    problem: Problem
    places: dict[str, Place] = field(init=False)
    instructors: dict[str, Instructor] = field(init=False)
    visits: dict[str, Visit] = field(init=False)
    journeys: dict[str, Journeys] = field(init=False)

    def __post_init__(self) -> None:
        self.places = {place.id: place for place in self.problem.places}
        self.instructors = {person.id: person for person in self.problem.instructors}
        self.visits = {visit.id: visit for visit in self.problem.visits}
        self.journeys = {travel.mode: Journeys(self.problem, travel.mode) for travel in self.problem.travel}

    def place_of(self, stop: Stop) -> str:
        return self.visits[stop.visit].place_at(stop.start)


class TripTimer:
    """Times one trip whose shape is sound (`check` sees to that first). Broken rules go to the ledger."""

    def __init__(self, book: Book, trip: Trip, ledger: Ledger) -> None:
        self._book, self._trip, self._ledger = book, trip, ledger
        self._person = book.instructors[trip.instructor]
        self._journeys = book.journeys[self._person.mode]

    def duties(self) -> list[DutyTimes]:
        """The trip's duties by day; one that cannot be timed is left out, its fault told."""
        days = self._trip.days
        beds = self._beds()
        if beds is None:
            return []
        ends = dict(zip((duty.day for duty in days), pairwise([self._trip.home, *beds, self._trip.home]), strict=True))
        known = [self._worked_day(duty, *ends[duty.day]) for duty in days if duty.stops]
        worked = {times.day: times for times in known if times}
        if not days[0].stops and (next_day := worked.get(days[1].day)):
            known.insert(0, self._day_out(days[0].day, *ends[days[0].day], next_day))
        if not days[-1].stops and (day_before := worked.get(days[-2].day)):
            known.append(self._day_back(days[-1].day, *ends[days[-1].day], day_before))
        return [times for times in known if times]

    def _beds(self) -> list[str] | None:
        """Where each night is spent: at the inn of the day's last venue; after a day of travel, of tomorrow's first."""
        beds = []
        for today, tomorrow in pairwise(self._trip.days):
            place = self._book.place_of(today.stops[-1] if today.stops else tomorrow.stops[0])
            inn = self._book.places[place].inn
            if inn is None:
                self._ledger.add(Rule.NO_INN, instructor=self._person.id, day=today.day, place=place)
                return None
            beds.append(inn)
        return beds

    def _worked_day(self, duty: Duty, origin: str, end: str) -> DutyTimes | None:
        legs: list[Journey | None] = []
        free: int | None = None
        for stop in duty.stops:
            legs.append(self._to_stop(stop, origin, free))
            origin, free = self._book.place_of(stop), self._book.visits[stop.visit].ends(stop.start)
        home = self._journeys.earliest(origin, end, free or 0)
        legs.append(home)
        if home is None:
            self._no_route(duty.day, origin, end)
        journeys = tuple(leg for leg in legs if leg)
        if len(journeys) < len(legs):
            return None
        times = DutyTimes(self._person.id, duty.day, journeys[0].leave, journeys[-1].arrive, journeys)
        if not any(w.start <= times.leave and times.back <= w.end for w in self._windows(duty.day)):
            self._out_of_window(duty.day, times.leave, times.back)
        return times

    def _to_stop(self, stop: Stop, origin: str, free: int | None) -> Journey | None:
        """The journey to a stop from where one is free since `free` (None: the day begins here)."""
        visit = self._book.visits[stop.visit]
        due, place = visit.begins(stop.start), self._book.place_of(stop)
        journey = self._journeys.latest(origin, place, due)
        if journey and (free is None or journey.leave >= free):
            return journey
        late = None if free is None else self._journeys.earliest(origin, place, free)
        if late is None:
            self._no_route(day_of(stop.start), origin, place)
            return None
        self._ledger.add(
            Rule.TRAVEL_TIME,
            instructor=self._person.id,
            visit=visit.id,
            day=day_of(stop.start),
            time=self._ledger.clock(due),
            late=late.arrive - due,
        )
        return late

    def _day_out(self, day: int, home: str, inn: str, next_day: DutyTimes) -> DutyTimes | None:
        """Out on the eve, as late as the window and the rest before tomorrow allow."""
        for window in reversed(self._windows(day)):
            by = min(window.end, next_day.leave - self._person.rest_minutes)
            journey = self._journeys.latest(home, inn, by)
            if journey and journey.leave >= window.start:
                return DutyTimes(self._person.id, day, journey.leave, journey.arrive, (journey,))
        self._no_travel_day(day, home, inn)
        return None

    def _day_back(self, day: int, inn: str, home: str, day_before: DutyTimes) -> DutyTimes | None:
        """Back on the morrow, as soon as the window and the rest after yesterday allow."""
        for window in self._windows(day):
            after = max(window.start, day_before.back + self._person.rest_minutes)
            journey = self._journeys.earliest(inn, home, after)
            if journey and journey.arrive <= window.end:
                return DutyTimes(self._person.id, day, journey.leave, journey.arrive, (journey,))
        self._no_travel_day(day, inn, home)
        return None

    def _no_travel_day(self, day: int, origin: str, destination: str) -> None:
        journey = self._journeys.earliest(origin, destination, day * DAY_MINUTES)
        if journey is None:
            self._no_route(day, origin, destination)
        else:
            self._out_of_window(day, journey.leave, journey.arrive)

    def _windows(self, day: int) -> list[Window]:
        return [window for window in self._person.windows if window.day == day]

    def _no_route(self, day: int, origin: str, destination: str) -> None:
        self._ledger.add(Rule.NO_ROUTE, instructor=self._person.id, day=day, origin=origin, destination=destination)

    def _out_of_window(self, day: int, leave: int, back: int) -> None:
        clock = self._ledger.clock
        self._ledger.add(Rule.WINDOW, instructor=self._person.id, day=day, leave=clock(leave), back=clock(back))
