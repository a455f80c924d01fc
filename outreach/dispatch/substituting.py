"""Who could come in someone's place: everyone tried in the plan as it stands today, and judged by `check`. Pure.

What was planned before stands as it was judged then, until someone decides about it: people who since became unwell or
declined are no reason against a substitute elsewhere. Nobody is put on more who cannot do what they are planned for.
"""

from dataclasses import dataclass, replace

from outreach.dispatch.editing import bare, judge, put_in, take_out, with_lock, without_lock
from outreach.dispatch.explain.bench import Bench
from outreach.dispatch.problem import Instructor, Lock, Plan, Problem, Qualification, ServedVisit, Visit, Window, day_of
from outreach.dispatch.score import Score
from outreach.dispatch.timing import Book, TripTimer
from outreach.dispatch.violations import Ledger, Rule, Violation


@dataclass(frozen=True)
class Vacancy:
    """A visit that keeps its time, and one place in its crew to fill; `crew` is as planned, the lead first."""

    visit: str
    start: int
    crew: tuple[str, ...]
    leaving: str

    def crew_with(self, name: str) -> tuple[str, ...]:
        return tuple(name if one == self.leaving else one for one in self.crew)


@dataclass(frozen=True)
class Standing:
    """Today's problem and the plan without the vacancy's visit, which `check` accepts.

    `asked` is the problem that also wants the visit then and with those who stay. `hurt` cannot do their part.
    `whole`: False where other visits had to be left out to judge at all; such a plan is not one to save.
    """

    problem: Problem
    asked: Problem
    rest: Plan
    score: Score
    hurt: frozenset[str]
    whole: bool = True


@dataclass(frozen=True)
class Trial:
    """One person tried in the vacant place: the whole plan with them, or each rule that stands against it."""

    name: str
    plan: Plan
    score: Score | None
    broken: tuple[Rule, ...]


def stand(fresh: Problem, stored: Problem, answer: Plan, vacancy: Vacancy) -> Standing:
    """`fresh`: as built today, `stored`: as it was when `answer` was accepted."""
    problem = _open(fresh, answer, vacancy)
    rest = take_out(_known(problem, bare(answer)), vacancy.visit)
    hurt: set[str] = set()
    for _round in range(3):
        found = judge(problem, rest)
        if isinstance(found, Score):
            return Standing(problem, _asked(problem, vacancy), rest, found, frozenset(hurt))
        hurt |= _named(found, rest)
        problem = _as_it_was(problem, stored, hurt)
    return _without_the_hurt(problem, rest, frozenset(hurt), vacancy)


def _named(found: list[Violation], rest: Plan) -> set[str]:
    """Everyone whom these broken rules concern."""
    crews = {entry.id: entry.instructors for entry in rest.visits}
    people = {violation.instructor for violation in found if violation.instructor}
    return people | {name for violation in found for name in crews.get(violation.visit or "", ())}


def _without_the_hurt(problem: Problem, rest: Plan, hurt: frozenset[str], vacancy: Vacancy) -> Standing:
    """The last resort: leave out every visit that the hurt take part in; where that is not enough, all."""
    for entry in rest.visits:
        if hurt & set(entry.instructors):
            rest = take_out(rest, entry.id)
    served = {entry.id for entry in rest.visits}
    problem = replace(problem, locks=tuple(lock for lock in problem.locks if lock.visit in served))
    found = judge(problem, rest)
    if not isinstance(found, Score):
        problem, rest = replace(problem, locks=()), replace(rest, trips=(), visits=())
        found = judge(problem, rest)
    if not isinstance(found, Score):
        raise ValueError("an empty plan breaks no rule")
    return Standing(problem, _asked(problem, vacancy), rest, found, hurt, whole=False)


def try_out(standing: Standing, vacancy: Vacancy, name: str) -> Trial:
    """Put one person in the vacant place."""
    problem = standing.asked
    wanted = next(visit for visit in problem.visits if visit.id == vacancy.visit)
    person = next(one for one in problem.instructors if one.id == name)
    skills = wanted.lead_skills if vacancy.crew[0] == vacancy.leaving else wanted.second_skills
    plan = put_in(problem, standing.rest, vacancy.visit, vacancy.start, vacancy.crew_with(name))
    if not all(person.holds(skill, day_of(vacancy.start)) for skill in skills):
        return Trial(name, plan, None, (Rule.SKILL_LEAD,))
    found = judge(problem, plan)
    if isinstance(found, Score):
        return Trial(name, plan, found, ())
    return Trial(name, plan, None, _rules(found, name))


HOPELESS = frozenset(
    {Rule.SKILL_LEAD, Rule.SKILL_SECOND, Rule.FORBIDDEN, Rule.FERRY_REFUSED, Rule.FROZEN_DAY, Rule.DAY_SESSIONS}
)


class OtherWays:
    """For whom a day trip from the first home will not do: with a night on the way, or from another of their bases."""

    def __init__(self, standing: Standing, vacancy: Vacancy) -> None:
        self.standing, self.vacancy = standing, vacancy
        self.bench = Bench(standing.asked, standing.rest, vacancy.visit)

    def instead(self, failed: Trial) -> Trial:
        """The cheapest such way under which every rule is kept; the failed trial where there is none."""
        person = self.bench.people[failed.name]
        if HOPELESS & set(failed.broken) or not (person.max_nights or len(person.homes) > 1):
            return failed
        lead = self.vacancy.crew[0] == self.vacancy.leaving
        option = self.bench.option(failed.name, self.vacancy.start, lead=lead)
        if option.broken:
            return failed
        others = tuple(trip for trip in failed.plan.trips if trip.instructor != failed.name)
        plan = replace(failed.plan, trips=(*others, *option.trips))
        found = judge(self.standing.asked, plan)
        return Trial(failed.name, plan, found, ()) if isinstance(found, Score) else failed


def nights_of(plan: Plan, name: str) -> int:
    return sum(len(trip.days) - 1 for trip in plan.trips if trip.instructor == name)


def _rules(found: list[Violation], name: str) -> tuple[Rule, ...]:
    own = [violation.rule for violation in found if violation.instructor == name] or [v.rule for v in found]
    return tuple(dict.fromkeys(own))


def _open(fresh: Problem, answer: Plan, vacancy: Vacancy) -> Problem:
    """The vacancy's place decided anew; others' refusals aside, who stand in the plan until a substitute is found."""
    pending = {(who, entry.id) for entry in answer.visits if entry.id != vacancy.visit for who in entry.instructors}
    problem = replace(
        fresh,
        forbidden=tuple(f for f in fresh.forbidden if (f.instructor, f.visit) not in pending),
        prior=tuple(prior for prior in fresh.prior if prior.visit != vacancy.visit),
    )
    return without_lock(problem, vacancy.visit)


def _asked(problem: Problem, vacancy: Vacancy) -> Problem:
    """Those who stay are held to the visit: so they may keep a day that is locked for them."""
    staying = [one if one != vacancy.leaving else None for one in vacancy.crew]
    second = staying[1] if len(staying) > 1 else None
    return with_lock(problem, Lock(vacancy.visit, vacancy.start, staying[0], second))


def _known(problem: Problem, answer: Plan) -> Plan:
    """The answer without visits and people that today's problem no longer has."""
    visits = {visit.id: visit for visit in problem.visits}
    people = {person.id for person in problem.instructors}
    for entry in answer.visits:
        if not _stands(entry, visits.get(entry.id)) or not people >= {*entry.instructors}:
            answer = take_out(answer, entry.id)
    return answer


def _stands(entry: ServedVisit, wanted: Visit | None) -> bool:
    """Whether the visit can still be then, and there."""
    return wanted is not None and entry.start in wanted.starts and entry.place in (None, wanted.place_at(entry.start))


def _as_it_was(problem: Problem, stored: Problem, names: set[str]) -> Problem:
    """Give these people back the time and skills that they had when the plan was accepted."""
    before = {person.id: person for person in stored.instructors}
    people = tuple(
        _joined(person, before[person.id]) if person.id in names and person.id in before else person
        for person in problem.instructors
    )
    frozen = tuple(one for one in problem.frozen_days if one.instructor not in names)
    return replace(problem, instructors=people, frozen_days=frozen)


def _joined(now: Instructor, then: Instructor) -> Instructor:
    skills = {(q.skill, q.first_day, q.last_day) for q in (*now.skills, *then.skills)}
    return replace(
        now,
        skills=tuple(Qualification(*skill) for skill in sorted(skills)),
        windows=_merged((*now.windows, *then.windows)),
        nights=tuple(sorted({*now.nights, *then.nights})),
        max_nights=max(now.max_nights, then.max_nights),
        max_day_minutes=max(now.max_day_minutes, then.max_day_minutes),
        max_day_sessions=max(now.max_day_sessions, then.max_day_sessions),
        week_minutes=tuple(max(pair) for pair in zip(now.week_minutes, then.week_minutes, strict=True)),
        rest_minutes=min(now.rest_minutes, then.rest_minutes),
        ferries=now.ferries or then.ferries,
    )


def _merged(windows: tuple[Window, ...]) -> tuple[Window, ...]:
    found: list[Window] = []
    for window in sorted(windows, key=lambda one: (one.start, one.end)):
        if found and found[-1].day == window.day and window.start <= found[-1].end:
            found[-1] = Window(found[-1].start, max(found[-1].end, window.end))
        else:
            found.append(window)
    return tuple(found)


def minutes_by_week(problem: Problem, plan: Plan, name: str) -> dict[int, int]:
    """How long a plan that keeps the rules keeps someone on duty, by calendar week of the horizon."""
    book, ledger = Book(problem), Ledger(problem.horizon)
    weeks: dict[int, int] = {}
    for trip in plan.trips:
        if trip.instructor == name:
            for duty in TripTimer(book, trip, ledger).duties():
                week = problem.horizon.week_of(duty.day)
                weeks[week] = weeks.get(week, 0) + duty.minutes
    return weeks
