# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, check-untyped-defs=False
"""The joining of days to trips of several worked days, compiled: the likeliest first, and the hopeless dropped.

No function here calls itself: numba cannot keep such a one for the next process.
"""

from typing import NamedTuple

import numpy as np

from outreach.dispatch.solvers.compiled import compiled, grown, has, meet
from outreach.dispatch.solvers.legs import Ints
from outreach.dispatch.solvers.network import Floats

# A bag of more than this is not for the cheapest but for all: when it is full, the search gives up.
FEW = 4096


class Bag(NamedTuple):
    """The cheapest trips of a root so far, `size[0]` of them; none dearer than `limit[0]` is wanted."""

    size: Ints
    limit: Floats
    reduced: Floats
    start: Ints
    end: Ints
    path: Ints


@compiled
def _beginnings(ways, worth, root, below, known):
    """First days that may be worth a night: duty, start option, price paid until in bed; the likeliest first."""
    size, count = 256, 0
    duties, starts = np.empty(size, np.int64), np.empty(size, np.int64)
    paid, estimate = np.empty(size, np.float64), np.empty(size, np.float64)
    way, nights = ways.way[root], ways.nights[root]
    for duty in range(ways.of_shift[root], ways.of_shift[root + 1]):
        if known.asleep[nights, duty] == np.inf:
            continue
        last = ways.last[duty]
        back = ways.back[way, last]
        out = ways.out_cost[way, last] + ways.night + worth.minute[root] * back
        cell = ways.cell[root] + ways.first[duty]
        for start in range(ways.starts_at[cell], ways.starts_at[cell + 1]):
            left = nights - (ways.day[root] - ways.start_day[start])
            if left <= 0 or back - ways.start_near[start] > ways.hours[root]:
                continue
            spent, asleep = worth.start[start] + worth.inner[duty], known.asleep[left, duty]
            if spent + asleep >= below:
                continue
            if count == size:
                duties, starts = grown(duties, size), grown(starts, size)
                paid, estimate = grown(paid, size), grown(estimate, size)
                size *= 2
            duties[count], starts[count] = duty, start
            paid[count], estimate[count] = spent + out, spent + asleep
            count += 1
    order = np.argsort(estimate[:count], kind="mergesort")
    return duties[order], starts[order], paid[order], estimate[order]


@compiled
def _put(bag, price, start, end, path, depth):
    """Keep a trip. When the bag is full the dearest goes, and bounds all that come."""
    most = len(bag.reduced)
    row = bag.size[0]
    if row == most:
        row = np.argmax(bag.reduced)
    else:
        bag.size[0] += 1
    bag.reduced[row], bag.start[row], bag.end[row] = price, start, end
    bag.path[row] = -1
    bag.path[row, :depth] = path[:depth]
    if bag.size[0] == most:
        bag.limit[0] = bag.reduced.max() if most <= FEW else -np.inf


@compiled
def _comes_to(visits, duty, path, depth, asleep, then, without):
    """What going to bed after a duty comes to at least, after the days of `path`."""
    for number in range(visits.shape[1]):
        visit = visits[then, number]
        if visit < 0 or without[number] <= asleep:
            continue
        for earlier in range(depth):
            if has(visits, path[earlier], visit):
                asleep = without[number]
    return asleep


@compiled
def _fits(visits, rest, leave, back, duty, path, depth):
    """Whether a duty can follow: time to rest, and no visit of the days before."""
    if leave - back < rest:
        return False
    for earlier in range(depth):  # noqa: SIM110 - likewise
        if meet(visits, duty, path[earlier]):
            return False
    return True


@compiled
def _work(ways, worth, bag, path, depth, start, worked, leave, nights, shift, asleep):
    """Home after the last of a trip's `depth` days, in every way: into the bag.

    Returns what is paid until in bed again, infinite where that leads nowhere. `worked` is paid so far.
    """
    way, duty = ways.way[shift], path[depth - 1]
    last = ways.last[duty]
    cell = ways.cell[shift] + last
    for end in range(ways.ends_at[cell], ways.ends_at[cell + 1]):
        price = worked + worth.end[end]
        away = nights + ways.end_day[end] - ways.day[shift]
        if price < bag.limit[0] and away <= ways.nights[shift] and ways.end_near[end] - leave <= ways.hours[shift]:
            _put(bag, price, start, end, path, depth)
    back = ways.back[way, last]
    if nights >= ways.nights[shift] or worked + asleep >= bag.limit[0] or back - leave > ways.hours[shift]:
        return np.inf
    return worked + ways.out_cost[way, last] + ways.night + worth.minute[shift] * back


@compiled
def _follow(ways, worth, shifts, at, begun, bag, known, listed, values, effort):
    """Every trip from these beginnings in shift `at` on: into the bag.

    Where `effort` is too little: what those left out come to at least; else infinite.
    """
    duties, starts, paid, estimate = begun
    size = 64
    paths, state = np.empty((size, bag.path.shape[1] + 1), np.int64), np.empty((size, 3), np.int64)
    paids, path = np.empty(size, np.float64), np.empty(bag.path.shape[1] + 1, np.int64)
    where = np.full(len(ways.day), -1, np.int64)
    for number in range(len(shifts)):
        where[shifts[number]] = number
    for number in range(len(duties)):
        if estimate[number] >= bag.limit[0]:
            break
        paths[0, 0], paids[0], top = duties[number], paid[number], 0
        nights = ways.day[shifts[at]] - ways.start_day[starts[number]] + 1
        state[0, 0], state[0, 1], state[0, 2] = 1, nights, at
        while top >= 0:
            path[:] = paths[top]
            spent, depth, nights, here = paids[top], state[top, 0], state[top, 1], state[top, 2]
            top -= 1
            if effort < 0:
                return estimate[number]
            last = ways.last[path[depth - 1]]
            way, bed, rest = ways.way[shifts[here]], ways.bed[last], ways.rest[shifts[here]]
            back = ways.back[way, last]
            left = ways.nights[shifts[here]] - nights
            for item in range(known.low[left + 1, here, bed], known.high[left + 1, here, bed]):
                if spent + values[item] >= bag.limit[0]:
                    break
                effort -= 1
                duty = listed[item]
                leave = ways.leave[way, bed, ways.first[duty]]
                if not _fits(ways.visits, rest, leave, back, duty, path, depth):
                    continue
                shift = ways.shift[duty]
                asleep = known.asleep[left, duty]
                if asleep < np.inf:
                    then, without = known.then[left, duty], known.without[left, duty]
                    asleep = _comes_to(ways.visits, duty, path, depth, asleep, then, without)
                path[depth] = duty
                road = ways.in_cost[way, bed, ways.first[duty]] - worth.minute[shift] * leave
                worked = spent + road + worth.inner[duty]
                more = _work(ways, worth, bag, path, depth + 1, starts[number], worked, leave, nights, shift, asleep)
                if more < np.inf:
                    top += 1
                    if top == size:
                        paths, paids, state = grown(paths, size), grown(paids, size), grown(state, size)
                        size *= 2
                    paths[top], paids[top] = path, more
                    state[top, 0], state[top, 1], state[top, 2] = depth + 1, nights + 1, where[shift]
    return np.inf


@compiled
def join_source(ways, worth, shifts, below, most, effort, known, listed, values):
    """Trips of several worked days of one person from one home, whose shifts these are, in order.

    Of each shift where they first work: the `most` cheapest of less than `below`. By shift: how many, and what no other
    is cheaper than (a rough bound where looking at `effort` next days wasn't enough, -inf where `most` is more than
    `FEW` and they are even more); and, by trip, reduced cost, start option, end option, duties (padded with -1).
    """
    longest = ways.nights[shifts[0]] + 1
    counts, floor = np.zeros(len(shifts), np.int64), below.copy()
    reduced, path = np.empty(0, np.float64), np.empty((0, longest), np.int64)
    start, end = np.empty(0, np.int64), np.empty(0, np.int64)
    for at in range(len(shifts)):
        if not ways.asleep[shifts[at]]:
            continue
        begun = _beginnings(ways, worth, shifts[at], below[at], known)
        if len(begun[0]) == 0:
            continue
        bag = Bag(
            np.zeros(1, np.int64),
            np.full(1, below[at]),
            np.empty(most, np.float64),
            np.empty(most, np.int64),
            np.empty(most, np.int64),
            np.empty((most, longest), np.int64),
        )
        rest = _follow(ways, worth, shifts, at, begun, bag, known, listed, values, effort)
        found = bag.size[0]
        counts[at], floor[at] = found, min(bag.limit[0], rest)
        reduced, path = np.concatenate((reduced, bag.reduced[:found])), np.concatenate((path, bag.path[:found]))
        start, end = np.concatenate((start, bag.start[:found])), np.concatenate((end, bag.end[:found]))
    return counts, floor, reduced, start, end, path
