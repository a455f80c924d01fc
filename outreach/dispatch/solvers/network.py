"""A problem as one network of all that an instructor can do: where a day may begin, go on, sleep and end.

A *node* is a visit at one of its starts. A *source* is an instructor from one home; a *shift* is a source's window of
one day. A trip is a path: a start option, links between nodes of a day or nights between nodes of two, an end option.
What a path's pieces can't say (hours and sessions of a day, a visit once, rest at night) `pricing` keeps.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from outreach.dispatch.problem import Lock, Problem, Visit, day_of
from outreach.dispatch.solvers.legs import Bools, Ints, Legs, Roads

Floats = npt.NDArray[np.float64]

Direct = Callable[[Ints, Ints], tuple[Ints, ...]]
Travelling = Callable[[Ints, Ints], list[tuple[Ints, ...]]]

NO_BED = -1


@dataclass(frozen=True, slots=True)
class Nodes:
    """Sorted by day, by when the crew must be there, by sessions. `bounds[d]:bounds[d + 1]` are day d's.

    `wish`: what each who comes costs, where the node's place was wished for less than the visit's first.
    """

    visit: Ints
    start: Ints
    begin: Ints
    end: Ints
    day: Ints
    place: Ints
    sessions: Ints
    wish: Ints
    bounds: Ints

    def __len__(self) -> int:
        return len(self.visit)


@dataclass(frozen=True, slots=True)
class Shifts:
    """Sorted by day and then by means of travel. `cell[s] + n` numbers shift s at node n among all such pairs."""

    source: Ints
    person: Ints
    home: Ints
    day: Ints
    way: Ints
    start: Ints
    end: Ints
    cell: Ints
    bounds: Ints

    def __len__(self) -> int:
        return len(self.source)


@dataclass(frozen=True, slots=True)
class Options:
    """Ways to begin a trip at a node, or to end it there: the same day, or with a day of travel before or after.

    `moment` is the trip's first departure or last arrival, `day` its day; `near` the departure or arrival on the node's
    own day; `extra` the minutes of the day of travel, else 0.
    """

    shift: Ints
    node: Ints
    cost: Ints
    moment: Ints
    day: Ints
    near: Ints
    extra: Ints


@dataclass(frozen=True, slots=True)
class Links:
    """From a node to later ones of its day, by one way: rows of a compressed matrix over all nodes."""

    first: Ints
    node: Ints
    cost: Ints


@dataclass(frozen=True, slots=True)
class Beds:
    """By one way: from each node to its bed (`back`, `out_cost`); from each bed to each node (`leave`, `in_cost`)."""

    back: Ints
    out_cost: Ints
    out_ok: Bools
    leave: Ints
    in_cost: Ints
    in_ok: Bools


@dataclass(frozen=True, slots=True)
class Crew:
    """Who may do what, by instructor and node: come at all, lead, be the second."""

    may: Bools
    lead: Bools
    second: Bools


class Network:
    """See the module. Everything is an array indexed by node, shift or option."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.row = {place.id: number for number, place in enumerate(problem.places)}
        self.visit_row = {visit.id: number for number, visit in enumerate(problem.visits)}
        self.person_row = {person.id: number for number, person in enumerate(problem.instructors)}
        self.locks = {self.visit_row[lock.visit]: lock for lock in problem.locks}
        horizon = problem.horizon
        self.weeks = np.array([horizon.week_of(day) for day in range(horizon.days)], dtype=np.int64)
        self.nodes = self._nodes()
        self.crew = self._crew()
        self._ways: dict[tuple[str, bool], int] = {}
        self.shifts = self._shifts()
        self._roads = {mode: Roads(problem, mode) for mode in sorted({mode for mode, _ in self._ways})}
        self.links = [self._links(*way) for way in self._ways]
        self.bed, self._bed_places = self._bed_rows()
        self.beds = [self._beds(*way) for way in self._ways]
        self.sleeps = self._sleeps()
        self.pairs = self._pairs()
        self.cells = int((np.diff(self.nodes.bounds) * np.diff(self.shifts.bounds)).sum())
        self.starts = self._options(self._direct_starts, self._eves)
        self.ends = self._options(self._direct_ends, self._morrows)

    def _nodes(self) -> Nodes:
        rows = []
        for number, wanted in enumerate(self.problem.visits):
            lock = self.locks.get(number)
            for start in wanted.starts:
                if lock is None or lock.start in (None, start):
                    begin, end = wanted.begins(start), wanted.ends(start)
                    where = self.row[wanted.place_at(start)], wanted.cost_at(start)
                    rows.append((day_of(start), begin, wanted.sessions, number, start, end, *where))
        table = np.array(sorted(rows), dtype=np.int64).reshape(-1, 8)
        return Nodes(
            visit=table[:, 3],
            start=table[:, 4],
            begin=table[:, 1],
            end=table[:, 5],
            day=table[:, 0],
            place=table[:, 6],
            sessions=table[:, 2],
            wish=table[:, 7],
            bounds=np.searchsorted(table[:, 0], np.arange(self.problem.horizon.days + 1)),
        )

    def _crew(self) -> Crew:
        """Skills by day, forbidden pairs, locks and frozen days, all at once."""
        shape = (len(self.problem.instructors), len(self.nodes))
        lead, second = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
        held = self._held()
        for node, (visit, day) in enumerate(zip(self.nodes.visit.tolist(), self.nodes.day.tolist(), strict=True)):
            wanted = self.problem.visits[visit]
            lead[:, node] = np.all([held(skill, day) for skill in wanted.lead_skills], axis=0)
            if wanted.crew > 1:
                second[:, node] = np.all([held(skill, day) for skill in wanted.second_skills], axis=0)
        for order in self.problem.forbidden:
            here = self.nodes.visit == self.visit_row[order.visit]
            lead[self.person_row[order.instructor], here] = second[self.person_row[order.instructor], here] = False
        for visit, lock in self.locks.items():
            self._lock_roles(lock, self.nodes.visit == visit, lead, second)
        self._freeze(lead, second)
        return Crew(lead | second, lead, second)

    def _held(self) -> Callable[[str, int], Bools]:
        known: dict[tuple[str, int], Bools] = {}

        def held(skill: str, day: int) -> Bools:
            if (skill, day) not in known:
                known[skill, day] = np.array([p.holds(skill, day) for p in self.problem.instructors], dtype=bool)
            return known[skill, day]

        return held

    def _lock_roles(self, lock: Lock, here: Bools, lead: Bools, second: Bools) -> None:
        for name, own, other in ((lock.lead, lead, second), (lock.second, second, lead)):
            if name is not None:
                person = self.person_row[name]
                others = np.arange(len(own)) != person
                own[np.ix_(others, here)] = False
                other[person, here] = False

    def _freeze(self, lead: Bools, second: Bools) -> None:
        named = {(name, lock.visit) for lock in self.problem.locks for name in (lock.lead, lock.second)}
        for frozen in self.problem.frozen_days:
            person = self.person_row[frozen.instructor]
            for node in np.flatnonzero(self.nodes.day == frozen.day).tolist():
                if (frozen.instructor, self.problem.visits[self.nodes.visit[node]].id) not in named:
                    lead[person, node] = second[person, node] = False

    def _shifts(self) -> Shifts:
        rows = []
        source = 0
        for number, person in enumerate(self.problem.instructors):
            way = self._ways.setdefault((person.mode, person.ferries), len(self._ways))
            for home in dict.fromkeys(person.homes):
                rows += [(w.day, way, source, w.start, w.end, number, self.row[home]) for w in person.windows]
                source += 1
        table = np.array(sorted(rows), dtype=np.int64).reshape(-1, 7)
        day = table[:, 0]
        bounds = self.nodes.bounds
        width = bounds[day + 1] - bounds[day]
        return Shifts(
            source=table[:, 2],
            person=table[:, 5],
            home=table[:, 6],
            day=day,
            way=table[:, 1],
            start=table[:, 3],
            end=table[:, 4],
            cell=np.r_[0, np.cumsum(width)[:-1]] - bounds[day] if len(day) else day,
            bounds=np.searchsorted(day, np.arange(self.problem.horizon.days + 1)),
        )

    def _links(self, mode: str, ferries: bool) -> Links:
        nodes, roads = self.nodes, self._roads[mode]
        counts, targets, costs = [], [], []
        for lo, hi in zip(nodes.bounds, nodes.bounds[1:], strict=False):
            here = np.arange(lo, hi)
            legs = roads.latest(nodes.place[here][:, None], nodes.place[here][None, :], nodes.begin[here][None, :])
            ok = legs.ok & (legs.leave >= nodes.end[here][:, None]) & ~(legs.ferry & (not ferries))
            ok &= nodes.visit[here][:, None] != nodes.visit[here][None, :]
            counts.append(ok.sum(axis=1))
            targets.append(here[np.nonzero(ok)[1]])
            costs.append(legs.cost[ok])
        first = np.r_[0, np.cumsum(np.concatenate(counts))]
        return Links(first, np.concatenate(targets), np.concatenate(costs))

    def _bed_rows(self) -> tuple[Ints, Ints]:
        """Each node's bed, numbered among the beds, and the beds' places."""
        inns = [place.inn for place in self.problem.places]
        beds = sorted({self.row[inns[place]] for place in self.nodes.place.tolist() if inns[place] is not None})
        number = {place: n for n, place in enumerate(beds)}
        by_place = [NO_BED if inn is None else number.get(self.row[inn], NO_BED) for inn in inns]
        return np.array(by_place, dtype=np.int64)[self.nodes.place], np.array(beds, dtype=np.int64)

    def _beds(self, mode: str, ferries: bool) -> Beds:
        nodes, roads = self.nodes, self._roads[mode]
        out = roads.earliest(nodes.place, self._bed_place(self.bed), nodes.end)
        places = self._bed_places[:, None]
        into = roads.latest(places, np.broadcast_to(nodes.place, (len(places), len(nodes))), nodes.begin[None, :])
        return Beds(
            back=out.arrive,
            out_cost=out.cost,
            out_ok=out.ok & (self.bed != NO_BED) & ~(out.ferry & (not ferries)),
            leave=into.leave,
            in_cost=into.cost,
            in_ok=into.ok & ~(into.ferry & (not ferries)),
        )

    def _bed_place(self, bed: Ints) -> Ints:
        if len(self._bed_places) == 0:
            return np.zeros_like(bed)
        return self._bed_places[np.maximum(bed, 0)]

    def _sleeps(self) -> Bools:
        """By instructor and day: may the night after it be spent away?"""
        sleeps = np.zeros((len(self.problem.instructors), self.problem.horizon.days + 1), dtype=bool)
        for number, person in enumerate(self.problem.instructors):
            if person.max_nights:
                sleeps[number, list(person.nights)] = True
        return sleeps

    def _options(self, direct: Direct, travelling: Travelling) -> Options:
        shift, node = self.pairs
        parts = [direct(shift, node), *travelling(shift, node)]
        whole = [np.concatenate(column) for column in zip(*parts, strict=True)]
        order = np.lexsort((whole[2], self.shifts.cell[whole[0]] + whole[1]))
        return Options(*(column[order] for column in whole))

    def _pairs(self) -> tuple[Ints, Ints]:
        """Every shift with every node that lies within it and is its instructor's to do."""
        found = []
        for s in range(len(self.shifts)):
            lo, hi = self.nodes.bounds[self.shifts.day[s]], self.nodes.bounds[self.shifts.day[s] + 1]
            ok = self.crew.may[self.shifts.person[s], lo:hi] & (self.nodes.begin[lo:hi] >= self.shifts.start[s])
            ok &= self.nodes.end[lo:hi] <= self.shifts.end[s]
            own = lo + np.flatnonzero(ok)
            found.append(np.stack([np.full(len(own), s), own]))
        both = np.concatenate(found, axis=1) if found else np.zeros((2, 0), dtype=np.int64)
        return both[0], both[1]

    def _direct_starts(self, shift: Ints, node: Ints) -> tuple[Ints, ...]:
        legs = self._legs("latest", shift, self.shifts.home[shift], self.nodes.place[node], self.nodes.begin[node])
        kept = legs.ok & (legs.leave >= self.shifts.start[shift])
        columns = (shift, node, legs.cost, legs.leave, self.shifts.day[shift], legs.leave, np.zeros_like(shift))
        return tuple(column[kept] for column in columns)

    def _direct_ends(self, shift: Ints, node: Ints) -> tuple[Ints, ...]:
        legs = self._legs("earliest", shift, self.nodes.place[node], self.shifts.home[shift], self.nodes.end[node])
        kept = legs.ok & (legs.arrive <= self.shifts.end[shift])
        columns = (shift, node, legs.cost, legs.arrive, self.shifts.day[shift], legs.arrive, np.zeros_like(shift))
        return tuple(column[kept] for column in columns)

    def _eves(self, shift: Ints, node: Ints) -> list[tuple[Ints, ...]]:
        """Out the day before, as late as its windows and the rest allow; the night at the first venue's inn."""
        day = self.shifts.day[shift]
        may = (self.bed[node] != NO_BED) & (day > 0) & self.sleeps[self.shifts.person[shift], day - 1]
        shift, node, day = shift[may], node[may], day[may]
        bed = self._bed_place(self.bed[node])
        near = self._legs("latest", shift, bed, self.nodes.place[node], self.nodes.begin[node])
        kept = near.ok & (near.leave >= self.shifts.start[shift])
        shift, node, day, bed, leave, cost = (column[kept] for column in (shift, node, day, bed, near.leave, near.cost))
        due = leave - self._rest(shift)
        found: list[tuple[Ints, ...]] = []
        open_ = np.ones(len(shift), dtype=bool)
        for start, end in self._windows(shift, day - 1, last_first=True):
            legs = self._legs("latest", shift, self.shifts.home[shift], bed, np.minimum(end, due))
            ok = open_ & legs.ok & (legs.leave >= start) & (start >= 0) & (legs.minutes <= self._hours(shift))
            whole = cost + legs.cost + self.problem.weights.night
            columns = (shift, node, whole, legs.leave, day - 1, leave, legs.minutes)
            found.append(tuple(column[ok] for column in columns))
            open_ &= ~(legs.ok & (legs.leave >= start) & (start >= 0))
        return found

    def _morrows(self, shift: Ints, node: Ints) -> list[tuple[Ints, ...]]:
        """The night at the last venue's inn; home the day after, as soon as its windows and the rest allow."""
        day = self.shifts.day[shift]
        may = (self.bed[node] != NO_BED) & self.sleeps[self.shifts.person[shift], day]
        shift, node, day = shift[may], node[may], day[may]
        bed = self._bed_place(self.bed[node])
        near = self._legs("earliest", shift, self.nodes.place[node], bed, self.nodes.end[node])
        kept = near.ok & (near.arrive <= self.shifts.end[shift])
        shift, node, day, bed, back, cost = (column[kept] for column in (shift, node, day, bed, near.arrive, near.cost))
        free = back + self._rest(shift)
        found: list[tuple[Ints, ...]] = []
        open_ = np.ones(len(shift), dtype=bool)
        for start, end in self._windows(shift, day + 1, last_first=False):
            legs = self._legs("earliest", shift, bed, self.shifts.home[shift], np.maximum(start, free))
            ok = open_ & legs.ok & (legs.arrive <= end) & (start >= 0) & (legs.minutes <= self._hours(shift))
            whole = cost + legs.cost + self.problem.weights.night
            columns = (shift, node, whole, legs.arrive, day + 1, back, legs.minutes)
            found.append(tuple(column[ok] for column in columns))
            open_ &= ~(legs.ok & (legs.arrive <= end) & (start >= 0))
        return found

    def _windows(self, shift: Ints, day: Ints, *, last_first: bool) -> list[tuple[Ints, Ints]]:
        """The first, second… window of each shift's instructor on `day`, or from the last; start -1 where none is."""
        own: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for number, person in enumerate(self.problem.instructors):
            for window in person.windows:
                own.setdefault((number, window.day), []).append((window.start, window.end))
        most = max((len(windows) for windows in own.values()), default=0)
        table = np.full((len(self.problem.instructors), self.problem.horizon.days + 1, most, 2), -1, dtype=np.int64)
        for (number, on), windows in own.items():
            ordered = windows[::-1] if last_first else windows
            table[number, on, : len(ordered)] = ordered
        picked = table[self.shifts.person[shift], day]
        return [(picked[:, rank, 0], picked[:, rank, 1]) for rank in range(most)]

    def _legs(self, kind: str, shift: Ints, origin: Ints, destination: Ints, moment: Ints) -> Legs:
        """Each shift's own way; a ferry that its instructor refuses is no way."""
        size = len(shift)
        none = [np.zeros(size, dtype=np.int64) for _ in range(3)]
        whole = Legs(np.zeros(size, dtype=bool), none[0], none[1], none[2], np.zeros(size, dtype=bool))
        for number, (mode, ferries) in enumerate(self._ways):
            here = self.shifts.way[shift] == number
            part: Legs = getattr(self._roads[mode], kind)(origin[here], destination[here], moment[here])
            whole.ok[here] = part.ok & ~(part.ferry & (not ferries))
            whole.leave[here], whole.arrive[here], whole.cost[here] = part.leave, part.arrive, part.cost
        return whole

    def _rest(self, shift: Ints) -> Ints:
        return np.array([p.rest_minutes for p in self.problem.instructors], dtype=np.int64)[self.shifts.person[shift]]

    def _hours(self, shift: Ints) -> Ints:
        return np.array([p.max_day_minutes for p in self.problem.instructors], dtype=np.int64)[
            self.shifts.person[shift]
        ]

    def of_day(self, day: int) -> slice:
        """A day's nodes."""
        return slice(int(self.nodes.bounds[day]), int(self.nodes.bounds[day + 1]))

    def visit_of(self, node: int) -> Visit:
        return self.problem.visits[int(self.nodes.visit[node])]
