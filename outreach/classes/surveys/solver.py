"""Dates for every district by CP-SAT, or the districts that block and why. The same problem gives the same answer."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from math import inf
from time import monotonic
from typing import Any

from outreach.classes.surveys.crowding import crowded
from outreach.classes.surveys.problem import (
    Blocked,
    Place,
    Problem,
    Proposal,
    Slot,
    Want,
    Why,
    fits,
    slots_of,
    why_alone,
)

MOST_APART = (21, 0)  # days between a district's classes: soon enough to remember; 0 is however far
EFFORT = 3.0  # deterministic time, not seconds: the same answer on a slow machine
PATIENCE = 20.0  # seconds in all, for whoever waits at the page: what is not known by then is said to be unsettled


class Unsettled(Exception):
    """The effort, or the time, ended before it was known whether there is an answer."""


Key = tuple[int, int, Slot, int]  # district, number, slot, teacher


def propose(problem: Problem, *, seconds: float = PATIENCE) -> Proposal:
    """Serve as many districts as can be, and for each that cannot say why, by a smallest set of rivals.

    Raises: Unsettled where not even a first answer is found in `seconds`.
    """
    until = monotonic() + seconds
    alone = {want.district: why for want in problem.wants if (why := why_alone(problem, want))}
    rest = replace(problem, wants=tuple(want for want in problem.wants if want.district not in alone))
    model = _Model(rest, until=until)
    first, most = model.serve_most()
    served = first if most else _extended(rest, first, until)
    places = _close_together(rest, served, until) or model.first
    served = {place.district for place in places}
    left = [want.district for want in rest.wants if want.district not in served]
    blocked = [Blocked(district, why) for district, why in alone.items()]
    blocked += [_blocked(rest, district, served, until) for district in left]
    return Proposal(tuple(sorted(places)), tuple(sorted(blocked, key=lambda b: _order(problem, b.district))))


def _close_together(problem: Problem, served: set[int], until: float) -> list[Place]:
    """The same districts with each one's classes within three weeks if that can be; [] where none is found."""
    kept = tuple(want for want in problem.wants if want.district in served)
    for days in MOST_APART:
        try:
            _in_time(until)
            model = _Model(replace(problem, wants=kept), most_apart=days, until=until)
            if model.solves(kept):
                return model.first
        except Unsettled:
            continue
    return []


def _blocked(problem: Problem, district: int, served: set[int], until: float) -> Blocked:
    try:
        return Blocked(district, Why.RIVALS, tuple(sorted(rivals_of(problem, district, served, until))))
    except Unsettled:
        return Blocked(district, Why.UNSETTLED)


def _in_time(until: float) -> None:
    """Raises: Unsettled."""
    if monotonic() >= until:
        raise Unsettled


def _extended(problem: Problem, served: set[int], until: float) -> set[int]:
    """Where the most was not proved: add each district that still fits, so that the rest truly block."""
    for want in problem.wants:
        if want.district not in served and _may_fit(problem, {*served, want.district}, until, unsettled=False):
            served = {*served, want.district}
    return served


def _may_fit(problem: Problem, districts: Collection[int], until: float, *, unsettled: bool) -> bool:
    """`feasible`, or `unsettled` where the effort ended first."""
    try:
        return feasible(problem, districts, until)
    except Unsettled:
        return unsettled


def _order(problem: Problem, district: int) -> int:
    return [want.district for want in problem.wants].index(district)


def rivals_of(problem: Problem, district: int, served: Collection[int], until: float = inf) -> set[int]:
    """The fewest of `served` that leave no room for `district`: without any one of them it fits. Raises: Unsettled."""
    core = _core(problem, {*served, district}, until) | {district}
    for other in sorted(core - {district}):
        if not _may_fit(problem, core - {other}, until, unsettled=True):
            core.discard(other)
    return core - {district}


def feasible(problem: Problem, districts: Collection[int], until: float = inf) -> bool:
    """Can all of these be served together? Raises: Unsettled."""
    _in_time(until)
    if crowded(problem, districts):
        return False
    kept = tuple(want for want in problem.wants if want.district in districts)
    return _Model(replace(problem, wants=kept), until=until).solves(kept)


def _core(problem: Problem, districts: Collection[int], until: float) -> set[int]:
    """Some of `districts` that cannot be served together: by counting, or by the solver's own conflict."""
    _in_time(until)
    if found := crowded(problem, districts):
        return found
    kept = tuple(want for want in problem.wants if want.district in districts)
    return _Model(replace(problem, wants=kept), until=until).conflict() or set(districts)


class _Model:
    """One variable for each class, slot and teacher that fit; at most one class each half day for each of them."""

    def __init__(self, problem: Problem, *, most_apart: int = 0, until: float = inf) -> None:
        from ortools.sat.python import cp_model  # slow to load

        self._cp, self.problem, self.model = cp_model, problem, cp_model.CpModel()
        self.until = until
        self.served = {w.district: self.model.new_bool_var(f"served{w.district}") for w in problem.wants}
        self.held: dict[Key, Any] = {key: self.model.new_bool_var(str(key)) for key in _keys(problem)}
        self.first: list[Place] = []  # what the last search found
        self._index: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
        for want in problem.wants:
            for number in range(1, len(want.skills) + 1):
                self._class(want, number)
        self._keep_apart(most_apart)
        self._one_at_a_time()

    def _class(self, want: Want, number: int) -> None:
        """One class of a district: held once if the district is served."""
        mine = [var for key, var in self.held.items() if key[:2] == (want.district, number)]
        self.model.add(sum(mine) == self.served[want.district])

    def _keep_apart(self, most: int) -> None:
        """By every day, no more later classes than earlier ones `gap_days` before: tighter than comparing the days.

        And, where `most` is given, no fewer than earlier ones so many days before.
        """
        held = defaultdict(list)
        for (district, number, slot, _teacher), var in self.held.items():
            held[district, number].append((slot.day, var))
        for (district, number), mine in held.items():
            before = held[district, number - 1] if number > 1 else []
            for day in sorted({day for day, _var in [*mine, *before]}) if before else ():
                late = [var for d, var in mine if d <= day]
                early = [var for d, var in before if (day - d).days >= self.problem.gap_days]
                self.model.add(sum(late) <= sum(early))
                if most:
                    self.model.add(sum(late) >= sum(var for d, var in before if (day - d).days >= most))

    def _one_at_a_time(self) -> None:
        halls = {want.district: want.hall for want in self.problem.wants}
        weeks: dict[tuple[int, tuple[int, int]], list[Any]] = defaultdict(list)
        for (district, _number, slot, teacher), var in self.held.items():
            self._index["teacher", teacher, slot].append(var)
            self._index["hall", halls[district], slot].append(var)
            self._index["day", teacher, slot.day, district].append(var)
            weeks[teacher, slot.week].append(var)
        for key, group in self._index.items():
            if key[0] != "day" and len(group) > 1:
                self.model.add_at_most_one(group)
        for group in weeks.values():
            if len(group) > self.problem.per_week:
                self.model.add(sum(group) <= self.problem.per_week)
        self._no_long_roads()

    def _no_long_roads(self) -> None:
        """Two districts too far apart are not one teacher's on one day."""
        for one, other in sorted(self.problem.far):
            for teacher in self.problem.teachers:
                for day in self.problem.days:
                    here, there = (self._index.get(("day", teacher, day, d), []) for d in (one, other))
                    if here and there:
                        self.model.add_at_most_one([*here, *there])

    def serve_most(self) -> tuple[set[int], bool]:
        """As many districts as can be, and whether it is proved that no more can."""
        self.model.maximize(sum(self.served.values()))
        solver, status = self._solve()
        served = {district for district, var in self.served.items() if solver.boolean_value(var)}
        self.first = self._places(solver)
        return served, status == self._cp.OPTIMAL

    def _places(self, solver: Any) -> list[Place]:
        kept = [key for key, var in self.held.items() if solver.boolean_value(var)]
        return [Place(slot, district, number, teacher) for district, number, slot, teacher in kept]

    def solves(self, wants: Iterable[Want]) -> bool:
        for want in wants:
            self.model.add(self.served[want.district] == 1)
        solver, status = self._solve()
        found = status in {self._cp.OPTIMAL, self._cp.FEASIBLE}
        self.first = self._places(solver) if found else []
        return bool(found)

    def conflict(self) -> set[int]:
        by_index = {var.index: district for district, var in self.served.items()}
        self.model.add_assumptions(list(self.served.values()))
        solver, status = self._solve()
        if status != self._cp.INFEASIBLE:
            raise Unsettled
        return {by_index[index] for index in solver.sufficient_assumptions_for_infeasibility()}

    def _solve(self) -> tuple[Any, Any]:
        """The solver with its answer, and the status. Raises: Unsettled."""
        _in_time(self.until)
        solver = self._cp.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 0
        solver.parameters.linearization_level = 1
        solver.parameters.max_deterministic_time = EFFORT
        solver.parameters.max_time_in_seconds = self.until - monotonic()
        status = solver.solve(self.model)
        if status == self._cp.UNKNOWN:
            raise Unsettled
        return solver, status


def _keys(problem: Problem) -> list[Key]:
    return [
        (want.district, number, slot, teacher)
        for want in problem.wants
        for slot in slots_of(problem, want)
        if (want.hall, slot) not in problem.taken
        for number in range(1, len(want.skills) + 1)
        for teacher in problem.teachers
        if fits(problem, want, number, slot, teacher)
    ]
