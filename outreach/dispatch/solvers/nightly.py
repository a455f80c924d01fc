# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, check-untyped-defs=False
"""What a night can lead to, compiled: lower bounds and sorted next days, for one person from one home.

Forwards, `least` is what being in a bed costs at least so far. Backwards, `on` is the least that a day's work can come
to from its first visit on, and for each bed the next day's works stand sorted by that: each is met by the first that
repeats no visit. Both count nights, for a trip has few of them: without that, bounds would be those of trips of a whole
week. `joining` then follows the trips themselves.
"""

from typing import NamedTuple

import numpy as np

from outreach.dispatch.solvers.compiled import compiled, grown, has, meet
from outreach.dispatch.solvers.legs import Bools, Ints
from outreach.dispatch.solvers.network import Floats


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
    """Lower bounds, by nights, shift of the source and bed, and by nights and duty.

    Forwards, nights are those slept so far, at most. `least` is reached by the duty `likely`; `other` is the least
    without its first visit, its second, and so on. `arrive`, by cell: the least until at its node.
    Backwards, nights are those left, at most. `low` to `high` of a list are a bed's next days, that night among those
    left. `on` is what a duty comes to, `asleep` what going to bed after it does, by the next day's `then`; `without`
    that day's first visit, its second, and so on.
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


@compiled
def _arrive(ways, worth, shifts, at, slept, least, arrive):
    """Fill in the least that being at each node of a shift's day costs, from home or from a bed."""
    shift = shifts[at]
    way, low, high = ways.way[shift], ways.day_first[shift], ways.day_last[shift]
    cell = ways.cell[shift]
    arrive[slept, cell + low : cell + high] = worth.start_least[cell + low : cell + high]
    for before in range(at if slept else 0):
        if ways.day[shifts[before]] + 1 != ways.day[shift]:
            continue
        for bed in range(least.shape[2]):
            if least[slept, before, bed] == np.inf:
                continue
            for node in range(low, high):
                leave = ways.leave[way, bed, node]
                if ways.in_ok[way, bed, node] and leave >= ways.opens[shift]:
                    price = least[slept, before, bed] + ways.in_cost[way, bed, node] - worth.minute[shift] * leave
                    arrive[slept, cell + node] = min(arrive[slept, cell + node], price)


@compiled
def _forwards(ways, worth, shifts, known):
    """Fill in what being in each bed after each shift costs at least so far."""
    for at in range(len(shifts)):
        if ways.asleep[shifts[at]]:
            for slept in range(ways.nights[shifts[at]]):
                _arrive(ways, worth, shifts, at, slept, known.least, known.arrive)
                _to_bed(ways, worth, shifts[at], at, slept, known)


@compiled
def _to_bed(ways, worth, shift, at, slept, known):
    """Fill in what the night after a shift costs at least so far, in each bed."""
    way, night = ways.way[shift], slept + 1
    # First the least, then the least without a visit of the likeliest: that one would be paid for twice.
    for again in range(2):
        for duty in range(ways.of_shift[shift], ways.of_shift[shift + 1]):
            last = ways.last[duty]
            back = ways.back[way, last]
            if not ways.out_ok[way, last] or back > ways.closes[shift]:
                continue
            bed = ways.bed[last]
            price = known.arrive[slept, ways.cell[shift] + ways.first[duty]] + worth.inner[duty]
            price += ways.out_cost[way, last] + ways.night + worth.minute[shift] * back
            if again:
                for number in range(ways.visits.shape[1]):
                    visit = ways.visits[known.likely[night, at, bed], number]
                    if price < known.other[night, at, bed, number] and not has(ways.visits, duty, visit):
                        known.other[night, at, bed, number] = price
            elif price < known.least[night, at, bed]:
                known.least[night, at, bed], known.likely[night, at, bed] = price, duty


@compiled
def _least_without(visits, duty, likely, least, other):
    """What being in a bed costs at least, by days that do nothing that this duty does."""
    for number in range(visits.shape[1]):
        if visits[likely, number] >= 0 and has(visits, duty, visits[likely, number]):
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
        if leave[first[listed[item]]] - back < rest or meet(visits, duty, listed[item]):
            continue
        if found < 0:
            found = item
            for visit in visits[listed[item]]:
                open_ += visit >= 0
            continue
        for number in range(visits.shape[1]):
            visit = visits[listed[found], number]
            if visit >= 0 and without[number] == np.inf and not has(visits, listed[item], visit):
                without[number] = values[item]
                open_ -= 1
        if open_ == 0:
            break
    return found


@compiled
def _mornings(ways, worth, shifts, at, before, bed, left, known, below, tail, room):
    """Add to `room` the duties that one can wake up for in a bed, with `left` nights to go, in trips below `below`."""
    listed, values, count = room
    shift, way = shifts[at], ways.way[shifts[at]]
    night = ways.nights[shift] - left
    least, likely = known.least[night, before, bed], known.likely[night, before, bed]
    other = known.other[night, before, bed]
    for node in range(ways.day_first[shift], ways.day_last[shift]):
        leave = ways.leave[way, bed, node]
        if not ways.in_ok[way, bed, node] or leave < ways.opens[shift]:
            continue
        price = ways.in_cost[way, bed, node] - worth.minute[shift] * leave
        cell = ways.cell[shift] + node
        if least + price + tail[node - ways.day_first[shift]] >= below:
            continue
        for duty in range(ways.of_cell[cell], ways.of_cell[cell + 1]):
            value = price + known.on[left, duty]
            if least + value < below and _least_without(ways.visits, duty, likely, least, other) + value < below:
                if count == len(listed):
                    listed, values = grown(listed, count), grown(values, count)
                listed[count], values[count] = duty, value
                count += 1
    return listed, values, count


@compiled
def _days_on(ways, worth, shifts, at, left, known, below, listed, values):
    """Fill in what each duty of a shift comes to at least, by the lists of the shifts after it; by node, too."""
    shift, way, slept = shifts[at], ways.way[shifts[at]], ways.nights[shifts[at]] - left
    tail = np.full(ways.day_last[shift] - ways.day_first[shift], np.inf)
    soonest = np.full(known.low.shape[2], np.inf)
    for bed in range(len(soonest) if left and ways.asleep[shift] else 0):
        if known.low[left, at, bed] < known.high[left, at, bed]:
            soonest[bed] = values[known.low[left, at, bed]]
    for duty in range(ways.of_shift[shift], ways.of_shift[shift + 1]):
        first, last, inner = ways.first[duty], ways.last[duty], worth.inner[duty]
        asleep, back, bed = np.inf, ways.back[way, last], ways.bed[last]
        if ways.out_ok[way, last] and back <= ways.closes[shift] and soonest[bed] < np.inf:
            out = ways.out_cost[way, last] + ways.night + worth.minute[shift] * back
            if known.arrive[slept, ways.cell[shift] + first] + inner + out + soonest[bed] < below:
                low, high = known.low[left, at, bed], known.high[left, at, bed]
                item = _onward(
                    ways.visits,
                    ways.rest[shift],
                    ways.leave[way, bed],
                    back,
                    duty,
                    listed[low:high],
                    values[low:high],
                    ways.first,
                    known.without[left, duty],
                )
                if item >= 0:
                    asleep = out + values[low + item]
                    known.then[left, duty] = listed[low + item]
                    known.without[left, duty] += out
        known.asleep[left, duty] = asleep
        known.on[left, duty] = inner + min(worth.end_least[ways.cell[shift] + last], asleep)
        tail[first - ways.day_first[shift]] = min(tail[first - ways.day_first[shift]], known.on[left, duty])
    return tail


@compiled
def _backwards(ways, worth, shifts, below, known):
    """Fill in `known`, last shift first, for trips of less than `below`; returns the lists that it refers to.

    `low` to `high` of a shift and bed are the days after a night in it.
    """
    count, nights = 0, ways.nights[shifts[0]]
    listed, values = np.empty(1024, np.int64), np.empty(1024, np.float64)
    tails = np.full((nights + 1, len(shifts), (ways.day_last - ways.day_first).max()), np.inf)
    for at in range(len(shifts) - 1, -1, -1):
        for left in range(nights + 1):
            if left and ways.asleep[shifts[at]]:
                listed, values, count = _nights_next(
                    ways, worth, shifts, at, left, known, below, tails[left - 1], (listed, values, count)
                )
            tail = _days_on(ways, worth, shifts, at, left, known, below, listed, values)
            tails[left, at, : len(tail)] = tail
    return listed, values


@compiled
def _nights_next(ways, worth, shifts, at, left, known, below, tails, room):
    """Add to `room`, sorted, the next days of each bed after a shift, that night among the `left` ones."""
    listed, values, count = room
    for bed in range(known.low.shape[2]):
        begin = known.low[left, at, bed] = count
        if known.least[ways.nights[shifts[at]] - left + 1, at, bed] < np.inf:
            for after in range(at + 1, len(shifts)):
                if ways.day[shifts[after]] == ways.day[shifts[at]] + 1:
                    listed, values, count = _mornings(
                        ways,
                        worth,
                        shifts,
                        after,
                        at,
                        bed,
                        left - 1,
                        known,
                        below,
                        tails[after],
                        (listed, values, count),
                    )
        order = np.argsort(values[begin:count], kind="mergesort")
        listed[begin:count], values[begin:count] = listed[begin:count][order], values[begin:count][order]
        known.high[left, at, bed] = count
    return listed, values, count


@compiled
def look_ahead(ways, worth, shifts, below, room):
    """The bounds for trips of less than `below` over these shifts of one source, in order of days.

    `room` to work in has arrays by nights and cell or duty, as `Known`. Second and third: the lists, duties and values.
    """
    table = (ways.nights[shifts[0]] + 1, len(shifts), ways.in_ok.shape[1])
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
    listed, values = _backwards(ways, worth, shifts, below, known)
    return known, listed, values
