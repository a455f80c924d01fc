"""Trips as columns: struct of arrays, so that a million of them can be priced, filtered and put into a master."""

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np

from outreach.dispatch.solvers.legs import Bools, Ints
from outreach.dispatch.solvers.network import Network

NONE = -1


@dataclass(frozen=True, slots=True)
class Columns:
    """Trips, one a row. `nodes` is padded with -1; `minutes` has a column for each week.

    `leave` and `back` are the first departure and the last arrival, `first_day` and `last_day` their days.
    """

    person: Ints
    home: Ints
    cost: Ints
    first_day: Ints
    last_day: Ints
    leave: Ints
    back: Ints
    minutes: Ints
    nodes: Ints

    def __len__(self) -> int:
        return len(self.person)

    @classmethod
    def of_options(cls, net: Network, start: Ints, end: Ints, cost: Ints, minutes: Ints, nodes: Ints) -> "Columns":
        """Trips between two options each. `minutes`, of the worked days, is raised by those of the days of travel."""
        week = net.weeks
        every = np.arange(len(start))
        minutes[every, week[net.starts.day[start]]] += net.starts.extra[start]
        minutes[every, week[net.ends.day[end]]] += net.ends.extra[end]
        shift = net.starts.shift[start]
        return cls(
            person=net.shifts.person[shift],
            home=net.shifts.home[shift],
            cost=cost,
            first_day=net.starts.day[start],
            last_day=net.ends.day[end],
            leave=net.starts.moment[start],
            back=net.ends.moment[end],
            minutes=minutes,
            nodes=nodes,
        )

    def take(self, index: Ints | Bools | slice) -> "Columns":
        return Columns(*(getattr(self, field.name)[index] for field in fields(self)))

    def keys(self) -> list[bytes]:
        """Equal for two rows only if they are the same trip."""
        ends = np.stack([self.person, self.home, self.first_day, self.last_day, self.leave, self.back], axis=1)
        ends, nodes = np.ascontiguousarray(ends), np.ascontiguousarray(self.nodes)
        return [ends[row].tobytes() + nodes[row][nodes[row] >= 0].tobytes() for row in range(len(self))]


def empty(weeks: int) -> Columns:
    none = np.zeros(0, dtype=np.int64)
    return Columns(none, none, none, none, none, none, none, np.zeros((0, weeks), np.int64), np.zeros((0, 1), np.int64))


def join(parts: Iterable[Columns], weeks: int) -> Columns:
    parts = [part for part in parts if len(part)] or [empty(weeks)]
    width = max(part.nodes.shape[1] for part in parts)
    whole = {f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Columns) if f.name != "nodes"}
    padded = [np.pad(p.nodes, ((0, 0), (0, width - p.nodes.shape[1])), constant_values=NONE) for p in parts]
    return Columns(**whole, nodes=np.concatenate(padded))


class Pool:
    """Columns without doubles, in the order they came."""

    def __init__(self, weeks: int) -> None:
        self.weeks = weeks
        self._parts: list[Columns] = []
        self._known: set[bytes] = set()

    def __len__(self) -> int:
        return len(self._known)

    def add(self, columns: Columns) -> Columns:
        """Keep those not yet known and return them."""
        fresh = []
        for row, key in enumerate(columns.keys()):
            if key not in self._known:
                self._known.add(key)
                fresh.append(row)
        kept = columns.take(np.array(fresh, dtype=np.int64))
        self._parts.append(kept)
        return kept

    def columns(self) -> Columns:
        self._parts = [join(self._parts, self.weeks)]
        return self._parts[0]
