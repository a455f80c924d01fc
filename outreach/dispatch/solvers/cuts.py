"""Rows that a relaxed solution breaks though no plan does: found here, kept in `rows`."""

from collections.abc import Iterator

import numpy as np
import scipy.sparse as sp

from outreach.dispatch.solvers.columns import Columns
from outreach.dispatch.solvers.hours import Rounding, best_roundings
from outreach.dispatch.solvers.legs import Ints
from outreach.dispatch.solvers.master import Master, Relaxed
from outreach.dispatch.solvers.network import Floats
from outreach.dispatch.solvers.rows import HOUR, Cut, Rows
from outreach.dispatch.solvers.sums import broken_sums

TINY = 1e-6
BROKEN = 1e-3
# What sums of rows are divided by.
PRIMES = (2, 3)
# How much a cut must be broken by to be worth a row, how many rows it may join, how often one trip may be cut at once.
WORTH = 0.05
MOST_JOINED = 24
MOST_SHARED = 6


def _priced(master: Master, relaxed: Relaxed) -> Columns:
    """The trips that the relaxed solution speaks of: more may have come since."""
    return master.pool.columns().take(slice(len(relaxed.trips)))


def add_same(master: Master, relaxed: Relaxed) -> int:
    """One person's trips to a visit of two at a start weigh no more than the start itself."""
    rows, columns = master.rows, _priced(master, relaxed)
    used = np.flatnonzero(relaxed.trips > TINY)
    at, depth = np.nonzero(columns.nodes[used] >= 0)
    node, person = columns.nodes[used[at], depth], columns.person[used[at]]
    kept = rows.pair_of[node] >= 0
    at, node, person = at[kept], node[kept], person[kept]
    size = rows.same.shape[1]
    key, inverse = np.unique(person * size + node, return_inverse=True)
    weight = np.bincount(inverse, relaxed.trips[used[at]], minlength=len(key))
    person, node = key // size, key % size
    together = relaxed.fixed[rows.visits + rows.pair_of[node]]
    broken = np.flatnonzero((weight > together + BROKEN) & (rows.same[person, node] < 0))
    for number in broken.tolist():
        rows.add_same(int(person[number]), int(node[number]))
    return len(broken)


def add_points(master: Master, relaxed: Relaxed) -> int:
    """For each person and day, the moment that most weight of their trips lies over, if that is more than one trip."""
    rows, columns = master.rows, _priced(master, relaxed)
    used = np.flatnonzero(relaxed.trips > TINY)
    added = 0
    for person in np.unique(columns.person[used]).tolist():
        mine = used[columns.person[used] == person]
        added += _add_points_of(rows, columns.take(mine), relaxed.trips[mine], person)
    return added


def points_of(rows: Rows, trips: Columns) -> int:
    """Add the moments that two of these trips of a person would both lie over; how many."""
    return sum(
        _add_points_of(rows, own, np.ones(len(own)), person)
        for person in np.unique(trips.person).tolist()
        if len(own := trips.take(trips.person == person)) > 1
    )


def _add_points_of(rows: Rows, own: Columns, weight: Floats, person: int) -> int:
    moments = np.unique(own.leave)
    until = own.back + rows.rest[person]
    over = (own.leave[None, :] <= moments[:, None]) & (moments[:, None] < until[None, :])
    excess = over @ weight
    broken = np.flatnonzero(excess > 1 + BROKEN)
    days = moments[broken] // 1440
    for day in np.unique(days).tolist():
        of_day = broken[days == day]
        rows.add_point(person, int(moments[of_day[np.argmax(excess[of_day])]]))
    return len(np.unique(days))


def add_sums(master: Master, relaxed: Relaxed, most: int) -> list[Cut]:
    """Add the most broken cuts: sums of tight rows that, divided by a prime, leave a rest on the right side alone.

    Sums are found by elimination modulo the prime over the rows that are tight, as few of whose columns as possible
    leave a rest. `most` of each prime.
    """
    rows = master.rows
    fixed, trips = np.flatnonzero(relaxed.fixed > TINY), np.flatnonzero(relaxed.trips > TINY)
    taken = rows.matrix(_priced(master, relaxed).take(trips))
    matrix = sp.vstack([rows.fixed.matrix[fixed], taken]).tocsc()
    values = np.concatenate([relaxed.fixed[fixed], relaxed.trips[trips]])
    usable = _usable(rows)
    high = np.array(rows.high)
    slack = high - matrix.T @ values
    tight = usable[slack[usable] < 0.2]
    whole, right = np.rint(matrix[:, tight].toarray().T).astype(np.int8), np.rint(high[tight]).astype(np.int8)
    added: list[Cut] = []
    for over in PRIMES:
        sums = _sums(whole % over, right % over, np.maximum(slack[tight], 0), values, over)
        cuts = [Cut(tight[which], times, over) for which, times in sums]
        added += _add_best(rows, matrix, values, cuts, most)
    return added


def _usable(rows: Rows) -> Ints:
    """Rows of whole numbers on whole columns, but no cuts."""
    first = rows.first
    kept = np.ones(len(rows), dtype=bool)
    kept[first["week"] : first["end"]] = False
    kept[[row for row, _ in (*rows.cuts, *rows.roundings)]] = False
    return np.flatnonzero(kept)


def _sums(rest: Ints, right: Ints, slack: Floats, weight: Floats, over: int) -> list[tuple[Ints, Ints]]:
    """Rows and how often each, the most broken sums first."""
    some = np.flatnonzero(rest.any(axis=1))
    order = np.argsort(-weight, kind="stable")
    found = broken_sums(  # type: ignore[no-untyped-call]  # numba's has no types
        np.ascontiguousarray(rest[some]), right[some], slack[some], weight, order, over, WORTH * over, MOST_JOINED
    )
    known: dict[tuple[tuple[int, ...], tuple[int, ...]], float] = {}
    for which, times, broken in zip(*(part.tolist() for part in found), strict=True):
        size = sum(row >= 0 for row in which)
        known[tuple(which[:size]), tuple(times[:size])] = broken
    ordered = sorted(known, key=lambda sum_: (round(-known[sum_], 6), len(sum_[0]), sum_))
    return [(some[list(which)], np.array(times, dtype=np.int64)) for which, times in ordered]


def _add_best(rows: Rows, matrix: sp.csc_array, values: Floats, sums: list[Cut], most: int) -> list[Cut]:
    """`matrix` has the columns that are taken."""
    shared = np.zeros(len(values), dtype=np.int64)
    added: list[Cut] = []
    high = np.array(rows.high)
    for cut in sums:
        whole = np.floor(matrix[:, cut.rows] @ cut.times / cut.over + 1e-9)
        least = np.floor(high[cut.rows] @ cut.times / cut.over + 1e-9)
        support = np.flatnonzero(whole > 0)
        if whole @ values < least + WORTH or shared[support].max(initial=0) >= MOST_SHARED:
            continue
        shared[support] += 1
        rows.add_cut(cut)
        added.append(cut)
        if len(added) == most:
            break
    return added


def add_roundings(master: Master, relaxed: Relaxed) -> list[Rounding]:
    """For each person, the most broken roundings of their load, and of each week whose cap is in the way."""
    rows, problem, columns = master.rows, master.network.problem, _priced(master, relaxed)
    used = np.flatnonzero(relaxed.trips > TINY)
    known = {rounding for _, rounding in rows.roundings}
    added = []
    for number in range(len(problem.instructors)):
        mine = used[columns.person[used] == number]
        weight = relaxed.trips[mine]
        if len(mine) == 0 or weight.min() > 1 - TINY:
            continue
        for rounding in _roundings_of(master, relaxed, number, columns.take(mine), weight):
            if rounding not in known:
                rows.add_rounding(rounding)
                added.append(rounding)
    return added


def _roundings_of(master: Master, relaxed: Relaxed, number: int, own: Columns, weight: Floats) -> Iterator[Rounding]:
    person = master.network.problem.instructors[number]
    rows, weeks = master.rows, master.network.weeks
    end = len(rows.fixed.cost) - (rows.people - number - 1) * len(rows.bands)
    for band, begins in enumerate(rows.bands):
        over = float(relaxed.fixed[end - len(rows.bands) + band : end].sum()) * HOUR
        limit = person.target_minutes + begins.above
        yield from best_roundings(number, None, limit, own, weight, over, range(rows.days), band)
    for week, cap in enumerate(person.week_minutes):
        if own.minutes[:, week] @ weight > cap - 1e-6:
            days = np.flatnonzero(weeks == week)
            yield from best_roundings(number, week, cap, own, weight, 0.0, range(int(days[0]), int(days[-1]) + 1))
