# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, check-untyped-defs=False
"""The joining of days to trips of several worked days, compiled: for one person from one home at a time.

Forwards, `least` is what being in a bed costs at least so far. Backwards, `on` is the least that a day's work can come
to from its first visit on, and for each bed the next day's works stand sorted by that: each is met by the first that
repeats no visit. Then trips are followed from the likeliest beginning on, and what cannot be among the best is dropped.

No function here calls itself: numba cannot keep such a one for the next process.
"""

from typing import NamedTuple

import numpy as np

from outreach.dispatch.solvers.compiled import compiled
from outreach.dispatch.solvers.legs import Bools, Ints
from outreach.dispatch.solvers.network import Floats

# A bag of more than this is not for the cheapest but for all: when it is full, the search gives up.
FEW = 4096


class Ways(NamedTuple):
    """What doesn't change with prices: by shift, duty, cell (shift and node), means of travel, bed and node."""

    shift: Ints  # of each duty
    of_shift: Ints  # the first duty of each shift, and one past the last
    of_cell: Ints  # the first duty of each cell, likewise
    visits: Ints
    first: Ints
    last: Ints
    cell: Ints
    day: Ints
    day_first: Ints  # the first node of the shift's day, and one past the last
    day_last: Ints
    opens: Ints
    closes: Ints
    way: Ints
    hours: Ints
    rest: Ints
    nights: Ints
    asleep: Bools
    bed: Ints
    starts_at: Ints
    start_near: Ints
    start_day: Ints
    ends_at: Ints
    end_near: Ints
    end_day: Ints
    out_ok: Bools
    back: Ints
    out_cost: Ints
    in_ok: Bools
    leave: Ints
    in_cost: Ints
    night: int


class Worth(NamedTuple):
    """Reduced costs at the prices of the moment. `minute` is by shift; the last two the least start, end of a cell."""

    inner: Floats
    start: Floats
    end: Floats
    minute: Floats
    start_least: Floats
    end_least: Floats


class Known(NamedTuple):
    """Lower bounds, by shift of the source and bed, and by duty; `low` to `high` of a list are a bed's next days.

    `least` is reached by the duty `likely`; `other` is the least without its first visit, its second, and so on.
    `arrive`, by cell: the least until at its node, asleep before or not. `on` is what a duty comes to, `asleep` what
    going to bed after it does, by the next day's `then`; `without` that day's first visit, its second, and so on.
    """

    least: Floats
    likely: Ints
    other: Floats
    arrive: Floats
    low: Ints
    high: Ints
    on: Floats
    asleep: Floats
    then: Ints
    without: Floats


class Bag(NamedTuple):
    """The cheapest trips of a root so far, `size[0]` of them; none dearer than `limit[0]` is wanted."""

    size: Ints
    limit: Floats
    reduced: Floats
    start: Ints
    end: Ints
    path: Ints


@compiled
def _grown(array, size):
    """Twice as long, with the same beginning."""
    more = np.empty((2 * size, *array.shape[1:]), array.dtype)
    more[:size] = array[:size]
    return more


@compiled
def _meet(visits, duty, other):
    """Whether two duties share a visit."""
    for a in visits[duty]:
        if a < 0:
            return False
        for b in visits[other]:
            if a == b:
                return True
    return False


@compiled
def _has(visits, duty, visit):
    for own in visits[duty]:  # noqa: SIM110 - numba knows no generators here
        if own == visit:
            return True
    return False


@compiled
def _arrive(ways, worth, shifts, at, least, arrive):
    """Fill in the least that being at each node of a shift's day costs, from home or from a bed."""
    shift = shifts[at]
    way, low, high = ways.way[shift], ways.day_first[shift], ways.day_last[shift]
    cell = ways.cell[shift]
    arrive[cell + low : cell + high] = worth.start_least[cell + low : cell + high]
    for before in range(at):
        if ways.day[shifts[before]] + 1 != ways.day[shift]:
            continue
        for bed in range(least.shape[1]):
            if least[before, bed] == np.inf:
                continue
            for node in range(low, high):
                leave = ways.leave[way, bed, node]
                if ways.in_ok[way, bed, node] and leave >= ways.opens[shift]:
                    price = least[before, bed] + ways.in_cost[way, bed, node] - worth.minute[shift] * leave
                    arrive[cell + node] = min(arrive[cell + node], price)


@compiled
def _forwards(ways, worth, shifts, known):
    """Fill in what being in each bed after each shift costs at least so far."""
    for at in range(len(shifts)):
        shift = shifts[at]
        if not ways.asleep[shift]:
            continue
        way = ways.way[shift]
        _arrive(ways, worth, shifts, at, known.least, known.arrive)
        # First the least, then the least without a visit of the likeliest: that one would be paid for twice.
        for again in range(2):
            for duty in range(ways.of_shift[shift], ways.of_shift[shift + 1]):
                last = ways.last[duty]
                back = ways.back[way, last]
                if not ways.out_ok[way, last] or back > ways.closes[shift]:
                    continue
                bed = ways.bed[last]
                price = known.arrive[ways.cell[shift] + ways.first[duty]] + worth.inner[duty]
                price += ways.out_cost[way, last] + ways.night + worth.minute[shift] * back
                if again:
                    for number in range(ways.visits.shape[1]):
                        visit = ways.visits[known.likely[at, bed], number]
                        if price < known.other[at, bed, number] and not _has(ways.visits, duty, visit):
                            known.other[at, bed, number] = price
                elif price < known.least[at, bed]:
                    known.least[at, bed], known.likely[at, bed] = price, duty


@compiled
def _least_without(visits, duty, likely, least, other):
    """What being in a bed costs at least, by days that do nothing that this duty does."""
    for number in range(visits.shape[1]):
        if visits[likely, number] >= 0 and _has(visits, duty, visits[likely, number]):
            least = max(least, other[number])
    return least


@compiled
def _onward(visits, rest, leave, back, duty, listed, values, first, without):
    """Which of a bed's next days is the cheapest that repeats no visit of a duty and leaves time to rest; -1: none.

    Fills in what is the cheapest `without` each of that day's visits.
    """
    found, open_ = -1, 0
    without[:] = np.inf
    for item in range(len(listed)):
        if leave[first[listed[item]]] - back < rest or _meet(visits, duty, listed[item]):
            continue
        if found < 0:
            found = item
            for visit in visits[listed[item]]:
                open_ += visit >= 0
            continue
        for number in range(visits.shape[1]):
            visit = visits[listed[found], number]
            if visit >= 0 and without[number] == np.inf and not _has(visits, listed[item], visit):
                without[number] = values[item]
                open_ -= 1
        if open_ == 0:
            break
    return found


@compiled
def _mornings(ways, worth, shifts, at, before, bed, known, below, tail, room):
    """Add to `room` the duties that one can wake up for in a bed, in trips of less than `below`."""
    listed, values, count = room
    shift, way = shifts[at], ways.way[shifts[at]]
    least, likely, other = known.least[before, bed], known.likely[before, bed], known.other[before, bed]
    for node in range(ways.day_first[shift], ways.day_last[shift]):
        leave = ways.leave[way, bed, node]
        if not ways.in_ok[way, bed, node] or leave < ways.opens[shift]:
            continue
        price = ways.in_cost[way, bed, node] - worth.minute[shift] * leave
        cell = ways.cell[shift] + node
        if least + price + tail[node - ways.day_first[shift]] >= below:
            continue
        for duty in range(ways.of_cell[cell], ways.of_cell[cell + 1]):
            value = price + known.on[duty]
            if least + value < below and _least_without(ways.visits, duty, likely, least, other) + value < below:
                if count == len(listed):
                    listed, values = _grown(listed, count), _grown(values, count)
                listed[count], values[count] = duty, value
                count += 1
    return listed, values, count


@compiled
def _days_on(ways, worth, shifts, at, known, below, listed, values):
    """Fill in what each duty of a shift comes to at least, by the lists of the shifts after it; by node, too."""
    shift, way = shifts[at], ways.way[shifts[at]]
    tail = np.full(ways.day_last[shift] - ways.day_first[shift], np.inf)
    soonest = np.full(known.low.shape[1], np.inf)
    for bed in range(len(soonest)):
        if ways.asleep[shift] and known.low[at, bed] < known.high[at, bed]:
            soonest[bed] = values[known.low[at, bed]]
    for duty in range(ways.of_shift[shift], ways.of_shift[shift + 1]):
        first, last, inner = ways.first[duty], ways.last[duty], worth.inner[duty]
        asleep, back, bed = np.inf, ways.back[way, last], ways.bed[last]
        if ways.out_ok[way, last] and back <= ways.closes[shift] and soonest[bed] < np.inf:
            out = ways.out_cost[way, last] + ways.night + worth.minute[shift] * back
            if known.arrive[ways.cell[shift] + first] + inner + out + soonest[bed] < below:
                low, high = known.low[at, bed], known.high[at, bed]
                item = _onward(
                    ways.visits,
                    ways.rest[shift],
                    ways.leave[way, bed],
                    back,
                    duty,
                    listed[low:high],
                    values[low:high],
                    ways.first,
                    known.without[duty],
                )
                if item >= 0:
                    asleep = out + values[low + item]
                    known.then[duty] = listed[low + item]
                    known.without[duty] += out
        known.asleep[duty] = asleep
        known.on[duty] = inner + min(worth.end_least[ways.cell[shift] + last], asleep)
        tail[first - ways.day_first[shift]] = min(tail[first - ways.day_first[shift]], known.on[duty])
    return tail


@compiled
def _backwards(ways, worth, shifts, below, known):
    """Fill in `known`, last shift first, for trips of less than `below`; returns the lists that it refers to.

    `low` to `high` of a shift and bed are the days after a night in it.
    """
    count = 0
    listed, values = np.empty(1024, np.int64), np.empty(1024, np.float64)
    tails = np.full((len(shifts), (ways.day_last - ways.day_first).max()), np.inf)
    for at in range(len(shifts) - 1, -1, -1):
        shift = shifts[at]
        if ways.asleep[shift]:
            for bed in range(known.low.shape[1]):
                begin = known.low[at, bed] = count
                for after in range(at + 1, len(shifts)):
                    if ways.day[shifts[after]] == ways.day[shift] + 1 and known.least[at, bed] < np.inf:
                        listed, values, count = _mornings(
                            ways, worth, shifts, after, at, bed, known, below, tails[after], (listed, values, count)
                        )
                order = np.argsort(values[begin:count], kind="mergesort")
                listed[begin:count], values[begin:count] = listed[begin:count][order], values[begin:count][order]
                known.high[at, bed] = count
        tail = _days_on(ways, worth, shifts, at, known, below, listed, values)
        tails[at, : len(tail)] = tail
    return listed, values


@compiled
def _beginnings(ways, worth, root, below, known):
    """First days that may be worth a night: duty, start option, price paid until in bed; the likeliest first."""
    size, count = 256, 0
    duties, starts = np.empty(size, np.int64), np.empty(size, np.int64)
    paid, estimate = np.empty(size, np.float64), np.empty(size, np.float64)
    way = ways.way[root]
    for duty in range(ways.of_shift[root], ways.of_shift[root + 1]):
        if worth.inner[duty] + known.asleep[duty] == np.inf:
            continue
        last = ways.last[duty]
        back = ways.back[way, last]
        out = ways.out_cost[way, last] + ways.night + worth.minute[root] * back
        cell = ways.cell[root] + ways.first[duty]
        for start in range(ways.starts_at[cell], ways.starts_at[cell + 1]):
            spent = worth.start[start] + worth.inner[duty]
            if spent + known.asleep[duty] >= below or back - ways.start_near[start] > ways.hours[root]:
                continue
            if ways.day[root] - ways.start_day[start] >= ways.nights[root]:
                continue
            if count == size:
                duties, starts = _grown(duties, size), _grown(starts, size)
                paid, estimate = _grown(paid, size), _grown(estimate, size)
                size *= 2
            duties[count], starts[count] = duty, start
            paid[count], estimate[count] = spent + out, spent + known.asleep[duty]
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
            if _has(visits, path[earlier], visit):
                asleep = without[number]
    return asleep


@compiled
def _fits(visits, rest, leave, back, duty, path, depth):
    """Whether a duty can follow: time to rest, and no visit of the days before."""
    if leave - back < rest:
        return False
    for earlier in range(depth):  # noqa: SIM110 - likewise
        if _meet(visits, duty, path[earlier]):
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
    """Every trip from these beginnings in shift `at` on: into the bag. False where `effort` is too little."""
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
                return False
            last = ways.last[path[depth - 1]]
            way, bed, rest = ways.way[shifts[here]], ways.bed[last], ways.rest[shifts[here]]
            back = ways.back[way, last]
            for item in range(known.low[here, bed], known.high[here, bed]):
                if spent + values[item] >= bag.limit[0]:
                    break
                effort -= 1
                duty = listed[item]
                leave = ways.leave[way, bed, ways.first[duty]]
                if not _fits(ways.visits, rest, leave, back, duty, path, depth):
                    continue
                shift = ways.shift[duty]
                asleep = known.asleep[duty]
                if asleep < np.inf:
                    asleep = _comes_to(ways.visits, duty, path, depth, asleep, known.then[duty], known.without[duty])
                path[depth] = duty
                road = ways.in_cost[way, bed, ways.first[duty]] - worth.minute[shift] * leave
                worked = spent + road + worth.inner[duty]
                more = _work(ways, worth, bag, path, depth + 1, starts[number], worked, leave, nights, shift, asleep)
                if more < np.inf:
                    top += 1
                    if top == size:
                        paths, paids, state = _grown(paths, size), _grown(paids, size), _grown(state, size)
                        size *= 2
                    paths[top], paids[top] = path, more
                    state[top, 0], state[top, 1], state[top, 2] = depth + 1, nights + 1, where[shift]
    return True


@compiled
def join_source(ways, worth, shifts, below, most, effort, room):
    """Trips of several worked days of one person from one home, whose shifts these are, in order.

    Of each shift where they first work: the `most` cheapest of less than `below`. By shift: how many, and what no other
    is cheaper than (-inf where looking at `effort` next days wasn't enough, or `most` is more than `FEW` and they
    are even more); and, by trip, reduced cost, start option, end option, duties (padded with -1). `room` to work in has
    arrays by cell and by duty, as `Known`.
    """
    beds, longest = ways.in_ok.shape[1], ways.nights[shifts[0]] + 1
    table = (len(shifts), beds)
    known = Known(
        np.full(table, np.inf),
        np.zeros(table, np.int64),
        np.full((*table, ways.visits.shape[1]), np.inf),
        room[0],
        np.zeros(table, np.int64),
        np.zeros(table, np.int64),
        room[1],
        room[2],
        room[3],
        room[4],
    )
    _forwards(ways, worth, shifts, known)
    listed, values = _backwards(ways, worth, shifts, below.max(), known)
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
        whole = _follow(ways, worth, shifts, at, begun, bag, known, listed, values, effort)
        found = bag.size[0]
        counts[at], floor[at] = found, bag.limit[0] if whole else -np.inf
        reduced, path = np.concatenate((reduced, bag.reduced[:found])), np.concatenate((path, bag.path[:found]))
        start, end = np.concatenate((start, bag.start[:found])), np.concatenate((end, bag.end[:found]))
    return counts, floor, reduced, start, end, path
