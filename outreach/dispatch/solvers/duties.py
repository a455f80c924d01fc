"""Every day's work that keeps the rules of a day, written out once: pricing then only has to add up.

Slots, roads and hours leave a day two or three visits, so there are thousands for a person's day, not billions; 120
instructors and 600 visits have under a million.
"""

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from outreach.dispatch.solvers.legs import Bools, Ints
from outreach.dispatch.solvers.network import Network

NONE = -1

# A day's work takes some 60 bytes here and as many again in pricing.
MOST_DUTIES = 12_000_000


@dataclass(frozen=True)
class Duties:
    """One row for a shift and the nodes visited in it, sorted by shift and first node, `nodes` padded with -1.

    `cost` is that of the roads between the nodes and of the instructor's coming to each; `least` the minutes from the
    latest departure to the earliest return, by whatever way. `complete` False: there were
    more than `MOST_DUTIES`, and the longest are left out.
    """

    shift: Ints
    cost: Ints
    nodes: Ints
    least: Ints
    complete: bool

    @cached_property
    def first(self) -> Ints:
        first: Ints = self.nodes[:, 0]
        return first

    @cached_property
    def last(self) -> Ints:
        last: Ints = self.nodes[np.arange(len(self)), (self.nodes >= 0).sum(axis=1) - 1]
        return last

    def __len__(self) -> int:
        return len(self.shift)


@dataclass(frozen=True, slots=True)
class _Begun:
    """Beginnings of duties; `leave` is the latest that the shift can have left to be in time."""

    shift: Ints
    leave: Ints
    sessions: Ints
    cost: Ints
    nodes: Ints

    def take(self, index: Ints | Bools) -> "_Begun":
        return _Begun(*(getattr(self, field.name)[index] for field in fields(self)))


class Writer:
    """Writes out the duties of a network; `own` is what an instructor's coming to a node costs by itself."""

    def __init__(self, network: Network, own: Ints) -> None:
        self._net, self._own = network, own
        people, shifts = network.problem.instructors, network.shifts
        self._hours = np.array([p.max_day_minutes for p in people], dtype=np.int64)[shifts.person]
        self._most = np.array([p.max_day_sessions for p in people], dtype=np.int64)[shifts.person]

    def write(self) -> Duties:
        latest, earliest = self._reach()
        begun = self._singles(latest)
        found, least, count, complete = [], [], 0, True
        while len(begun.shift):
            # One who cannot get home from here may yet from a later node (another line), so all go on.
            cell = self._net.shifts.cell[begun.shift] + begun.nodes[:, -1]
            done = begun.take(earliest[cell] - begun.leave <= self._hours[begun.shift])
            count += len(done.shift)
            if count > MOST_DUTIES:
                complete = False
                break
            found.append(done)
            least.append((earliest[cell] - begun.leave)[earliest[cell] - begun.leave <= self._hours[begun.shift]])
            begun = self._longer(begun)
        return self._sorted(found, least, complete)

    def _reach(self) -> tuple[Ints, Ints]:
        """For each shift at each node: the latest departure to it, the earliest return from it, by whatever way."""
        net, shifts = self._net, self._net.shifts
        cells = net.cells
        latest = np.full(cells, NONE, dtype=np.int64)
        earliest = np.full(cells, np.iinfo(np.int64).max, dtype=np.int64)
        np.maximum.at(latest, shifts.cell[net.starts.shift] + net.starts.node, net.starts.near)
        np.minimum.at(earliest, shifts.cell[net.ends.shift] + net.ends.node, net.ends.near)
        for shift in np.flatnonzero(net.sleeps[shifts.person, shifts.day]).tolist():
            beds, here = net.beds[shifts.way[shift]], net.of_day(int(shifts.day[shift]))
            ok = beds.out_ok[here] & (beds.back[here] <= shifts.end[shift])
            own = slice(shifts.cell[shift] + here.start, shifts.cell[shift] + here.stop)
            earliest[own] = np.where(ok, np.minimum(earliest[own], beds.back[here]), earliest[own])
        for shift in np.flatnonzero((shifts.day > 0) & net.sleeps[shifts.person, shifts.day - 1]).tolist():
            beds, here = net.beds[shifts.way[shift]], net.of_day(int(shifts.day[shift]))
            ok = beds.in_ok[:, here] & (beds.leave[:, here] >= shifts.start[shift])
            own = slice(shifts.cell[shift] + here.start, shifts.cell[shift] + here.stop)
            latest[own] = np.maximum(latest[own], np.where(ok, beds.leave[:, here], NONE).max(axis=0, initial=NONE))
        return latest, earliest

    def _singles(self, latest: Ints) -> _Begun:
        net = self._net
        shift, node = net.pairs
        leave = latest[net.shifts.cell[shift] + node]
        kept = (leave >= 0) & (net.nodes.sessions[node] <= self._most[shift])
        shift, node, leave = shift[kept], node[kept], leave[kept]
        return _Begun(shift, leave, net.nodes.sessions[node], self._own[net.shifts.person[shift], node], node[:, None])

    def _longer(self, begun: _Begun) -> _Begun:
        """By one more node each, in every way that hours, sessions and the instructor allow."""
        net = self._net
        rows, nodes, costs = [], [], []
        for way, links in enumerate(net.links):
            own = np.flatnonzero(net.shifts.way[begun.shift] == way)
            last = begun.nodes[own, -1]
            row, link = spread(links.first[last], links.first[last + 1])
            row = own[row]
            kept = self._may_follow(begun, row, links.node[link])
            rows.append(row[kept])
            nodes.append(links.node[link[kept]])
            costs.append(links.cost[link[kept]])
        row, node, cost = np.concatenate(rows), np.concatenate(nodes), np.concatenate(costs)
        shift = begun.shift[row]
        return _Begun(
            shift=shift,
            leave=begun.leave[row],
            sessions=begun.sessions[row] + net.nodes.sessions[node],
            cost=begun.cost[row] + cost + self._own[net.shifts.person[shift], node],
            nodes=np.concatenate([begun.nodes[row], node[:, None]], axis=1),
        )

    def _may_follow(self, begun: _Begun, row: Ints, node: Ints) -> Bools:
        net, shift = self._net, begun.shift[row]
        ok = net.crew.may[net.shifts.person[shift], node] & (net.nodes.end[node] <= net.shifts.end[shift])
        ok &= net.nodes.end[node] - begun.leave[row] <= self._hours[shift]
        ok &= begun.sessions[row] + net.nodes.sessions[node] <= self._most[shift]
        visit = net.nodes.visit
        for depth in range(begun.nodes.shape[1]):
            ok &= visit[begun.nodes[row, depth]] != visit[node]
        return ok

    def _sorted(self, found: list[_Begun], least: list[Ints], complete: bool) -> Duties:
        depth = max((part.nodes.shape[1] for part in found), default=1)
        nodes = [np.pad(p.nodes, ((0, 0), (0, depth - p.nodes.shape[1])), constant_values=NONE) for p in found]
        if not found:
            none = np.zeros(0, dtype=np.int64)
            return Duties(none, none, np.zeros((0, 1), dtype=np.int64), none, complete)
        shift, cost = np.concatenate([p.shift for p in found]), np.concatenate([p.cost for p in found])
        whole = np.concatenate(nodes)
        order = np.argsort(shift * len(self._net.nodes) + whole[:, 0], kind="stable")
        return Duties(shift[order], cost[order], whole[order], np.concatenate(least)[order], complete)


def spread(first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """Row numbers and the members of the ranges first to last, one after another."""
    counts = last - first
    row = np.repeat(np.arange(len(counts)), counts)
    member = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts) + first[row]
    return row, member
