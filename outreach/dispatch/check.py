"""Verify and score any plan, by hand or by machine: every rule again from the problem, no figure of the plan trusted.

Written from `docs/dispatch-problem.md` without sight of any solver. What this refuses is not saved.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

from outreach.dispatch import problem_json
from outreach.dispatch.problem import Instructor, Lock, Plan, Problem, ServedVisit, Trip, day_of
from outreach.dispatch.score import Score, score_plan
from outreach.dispatch.timing import Book, DutyTimes, TripTimer
from outreach.dispatch.violations import Ledger, Rule, Violation


def check(problem: Problem, plan: Plan) -> Score | list[Violation]:
    """The plan's score if it keeps every rule, else each rule that it breaks.

    A plan that names what the problem hasn't, or whose trips have no sound shape, is judged on that alone.
    """
    ledger = Ledger(problem.horizon)
    book = Book(problem)
    _document(problem, plan, ledger)
    _references(book, plan, ledger)
    if not ledger.found:
        _shapes(book, plan, ledger)
    if ledger.found:
        return ledger.found
    duties = [times for trip in plan.trips for times in _trip(book, trip, ledger)]
    _between_trips(book, plan, duties, ledger)
    _crews(book, plan, ledger)
    _orders(book, plan, ledger)
    if ledger.found:
        return ledger.found
    score = score_plan(book, plan, duties)
    _claims(plan, score, ledger)
    return ledger.found or score


def _document(problem: Problem, plan: Plan, ledger: Ledger) -> None:
    if plan.version != problem.version:
        ledger.add(Rule.VERSION, got=plan.version, want=problem.version)
    if plan.problem is not None and plan.problem != problem_json.digest(problem):
        ledger.add(Rule.WRONG_PROBLEM)


def _references(book: Book, plan: Plan, ledger: Ledger) -> None:
    people = {trip.instructor for trip in plan.trips} | {name for visit in plan.visits for name in visit.instructors}
    for name in sorted(people - book.instructors.keys()):
        ledger.add(Rule.UNKNOWN_INSTRUCTOR, instructor=name)
    visits = {stop.visit for trip in plan.trips for duty in trip.days for stop in duty.stops}
    for key in sorted((visits | {visit.id for visit in plan.visits}) - book.visits.keys()):
        ledger.add(Rule.UNKNOWN_VISIT, visit=key)


def _shapes(book: Book, plan: Plan, ledger: Ledger) -> None:
    """Days consecutive and in the horizon, work on each but perhaps the ends, each stop on its own day."""
    for trip in plan.trips:
        days = [duty.day for duty in trip.days]
        sound = days and days[0] >= 0 and days[-1] < book.problem.horizon.days
        if not sound or any(b != a + 1 for a, b in pairwise(days)):
            ledger.add(Rule.TRIP_DAYS, instructor=trip.instructor)
            continue
        inner = trip.days if len(days) == 1 else trip.days[1:-1]
        idle = [duty for duty in inner if not duty.stops]
        if idle or not any(duty.stops for duty in trip.days):
            ledger.add(Rule.EMPTY_DAY, instructor=trip.instructor, day=idle[0].day if idle else days[0])
        for duty in trip.days:
            for stop in duty.stops:
                if day_of(stop.start) != duty.day:
                    time = ledger.clock(stop.start)
                    ledger.add(Rule.STOP_DAY, instructor=trip.instructor, visit=stop.visit, day=duty.day, time=time)


def _trip(book: Book, trip: Trip, ledger: Ledger) -> list[DutyTimes]:
    """What can be said of a trip without looking at any other."""
    person = book.instructors[trip.instructor]
    if trip.home not in person.homes:
        ledger.add(Rule.HOME, instructor=person.id, home=trip.home)
        return []
    _nights(person, trip, ledger)
    _stops(book, person, trip, ledger)
    duties = TripTimer(book, trip, ledger).duties()
    for duty in duties:
        if duty.minutes > person.max_day_minutes:
            limit = person.max_day_minutes
            ledger.add(Rule.DAY_HOURS, instructor=person.id, day=duty.day, got=duty.minutes, limit=limit)
        if not person.ferries:
            for ferry in sorted({journey.ferry for journey in duty.journeys if journey.ferry}):
                ledger.add(Rule.FERRY_REFUSED, instructor=person.id, day=duty.day, ferry=ferry)
    return duties


def _nights(person: Instructor, trip: Trip, ledger: Ledger) -> None:
    if trip.nights > person.max_nights:
        ledger.add(Rule.MAX_NIGHTS, instructor=person.id, got=trip.nights, limit=person.max_nights)
    for duty in trip.days[:-1]:
        if duty.day not in person.nights:
            ledger.add(Rule.NIGHT_UNAVAILABLE, instructor=person.id, day=duty.day)


def _stops(book: Book, person: Instructor, trip: Trip, ledger: Ledger) -> None:
    forbidden = {f.visit for f in book.problem.forbidden if f.instructor == person.id}
    for duty in trip.days:
        sessions = sum(book.visits[stop.visit].sessions for stop in duty.stops)
        if sessions > person.max_day_sessions:
            limit = person.max_day_sessions
            ledger.add(Rule.DAY_SESSIONS, instructor=person.id, day=duty.day, got=sessions, limit=limit)
        for stop in duty.stops:
            if stop.start not in book.visits[stop.visit].starts:
                ledger.add(Rule.START, visit=stop.visit, time=ledger.clock(stop.start))
            if stop.visit in forbidden:
                ledger.add(Rule.FORBIDDEN, instructor=person.id, visit=stop.visit, day=duty.day)


def _between_trips(book: Book, plan: Plan, duties: list[DutyTimes], ledger: Ledger) -> None:
    """One person's trips together: one a day, rest between days, hours a week."""
    days = Counter((trip.instructor, duty.day) for trip in plan.trips for duty in trip.days)
    for (name, day), count in days.items():
        if count > 1:
            ledger.add(Rule.ONE_TRIP_A_DAY, instructor=name, day=day)
    for person, own in _by_person(book, duties):
        _rest(person, own, ledger)
        _weeks(book, person, own, ledger)


def _by_person(book: Book, duties: Iterable[DutyTimes]) -> Iterator[tuple[Instructor, list[DutyTimes]]]:
    own: dict[str, list[DutyTimes]] = defaultdict(list)
    for duty in duties:
        own[duty.instructor].append(duty)
    for name, list_ in own.items():
        yield book.instructors[name], sorted(list_, key=lambda duty: (duty.day, duty.leave))


def _rest(person: Instructor, duties: list[DutyTimes], ledger: Ledger) -> None:
    for today, tomorrow in pairwise(duties):
        rest = tomorrow.leave - today.back
        if today.day < tomorrow.day and rest < person.rest_minutes:
            ledger.add(Rule.REST, instructor=person.id, day=today.day, got=rest, limit=person.rest_minutes)


def _weeks(book: Book, person: Instructor, duties: list[DutyTimes], ledger: Ledger) -> None:
    weeks: Counter[int] = Counter()
    for duty in duties:
        weeks[book.problem.horizon.week_of(duty.day)] += duty.minutes
    for week, minutes in weeks.items():
        if minutes > person.week_minutes[week]:
            limit = person.week_minutes[week]
            ledger.add(Rule.WEEK_HOURS, instructor=person.id, week=week + 1, got=minutes, limit=limit)


def _crews(book: Book, plan: Plan, ledger: Ledger) -> None:
    """The table of visits agrees with the trips, and each crew is whole, led and qualified."""
    stops = Counter(
        (stop.visit, trip.instructor, stop.start) for trip in plan.trips for duty in trip.days for stop in duty.stops
    )
    travelling: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for visit, name, start in stops.elements():
        travelling[visit].append((name, start))
    listed = Counter(entry.id for entry in plan.visits)
    for visit, count in listed.items():
        if count > 1:
            ledger.add(Rule.VISIT_TWICE, visit=visit, who="訪問の表")
    for visit, crew in travelling.items():
        for name, count in Counter(name for name, _ in crew).items():
            if count > 1:
                ledger.add(Rule.VISIT_TWICE, visit=visit, instructor=name, who=name)
        if visit not in listed:
            ledger.add(Rule.CREW_TRIPS, visit=visit, listed="なし", travelling=_names(ledger, crew))
    for entry in plan.visits:
        crew = [(name, entry.start) for name in entry.instructors]
        if sorted(crew) != sorted(travelling[entry.id]):
            found = _names(ledger, travelling[entry.id])
            ledger.add(Rule.CREW_TRIPS, visit=entry.id, listed=_names(ledger, crew), travelling=found)
        _crew(book, entry, ledger)


def _names(ledger: Ledger, crew: list[tuple[str, int]]) -> str:
    return "、".join(f"{name} {ledger.clock(start)}" for name, start in sorted(crew)) or "なし"


def _crew(book: Book, entry: ServedVisit, ledger: Ledger) -> None:
    visit, crew = book.visits[entry.id], set(entry.instructors)
    if len(entry.instructors) != visit.crew or len(crew) != visit.crew:
        ledger.add(Rule.CREW_SIZE, visit=entry.id, got=len(crew), want=visit.crew)
    if entry.lead not in crew:
        ledger.add(Rule.LEAD, visit=entry.id, lead=entry.lead)
    if entry.place not in (None, where := visit.place_at(entry.start)):
        ledger.add(Rule.PLACE, visit=entry.id, place=entry.place, want=where)
    for name in sorted(crew):
        rule, wanted = Rule.SKILL_SECOND, visit.second_skills
        if name == entry.lead:
            rule, wanted = Rule.SKILL_LEAD, visit.lead_skills
        for skill in wanted:
            if not book.instructors[name].holds(skill, day_of(entry.start)):
                ledger.add(rule, instructor=name, visit=entry.id, skill=skill)


def _orders(book: Book, plan: Plan, ledger: Ledger) -> None:
    """Locks are kept, and frozen days hold only what a lock put there."""
    served = {entry.id: entry for entry in plan.visits}
    for lock in book.problem.locks:
        for what in _broken(lock, served.get(lock.visit)):
            ledger.add(Rule.LOCK, visit=lock.visit, what=what)
    frozen = {(f.instructor, f.day) for f in book.problem.frozen_days}
    locked = {(name, lock.visit) for lock in book.problem.locks for name in (lock.lead, lock.second)}
    for trip in plan.trips:
        for duty in trip.days:
            for stop in duty.stops:
                if (trip.instructor, duty.day) in frozen and (trip.instructor, stop.visit) not in locked:
                    ledger.add(Rule.FROZEN_DAY, instructor=trip.instructor, visit=stop.visit, day=duty.day)


def _broken(lock: Lock, entry: ServedVisit | None) -> Iterator[str]:
    if entry is None:
        yield "行くこと"
        return
    if lock.start is not None and entry.start != lock.start:
        yield "開始の日時"
    if lock.lead is not None and entry.lead != lock.lead:
        yield "主担当"
    if lock.second is not None and lock.second not in set(entry.instructors) - {entry.lead}:
        yield "副担当"


def _claims(plan: Plan, score: Score, ledger: Ledger) -> None:
    """What the plan says of itself, where it says it, is true."""
    claims = {"費用": (plan.cost, score.cost), "訪問数": (plan.served, score.served)}
    claims |= {"未訪問数": (plan.unserved, score.unserved)}
    for name, (got, want) in claims.items():
        if got is not None and got != want:
            ledger.add(Rule.FIGURES, name=name, got=got, want=want)
    if plan.km is not None and not abs(plan.km * 10 - score.hm) < 0.5:  # nor is what is no number
        ledger.add(Rule.FIGURES, name="距離（km）", got=plan.km, want=score.km)
    if plan.bound is not None and plan.bound > score.cost:
        ledger.add(Rule.BOUND, got=plan.bound, cost=score.cost)
