"""Rows that a relaxed solution breaks though no plan does: found here, kept in `rows`."""

from collections.abc import Iterator

import numpy as np
import scipy.sparse as sp

from outreach.dispatch.solvers.columns import Columns
from outreach.dispatch.solvers.hours import Rounding, best_rounding
from outreach.dispatch.solvers.legs import Bools, Ints
from outreach.dispatch.solvers.master import Master, Relaxed
from outreach.dispatch.solvers.network import Floats
from outreach.dispatch.solvers.rows import HOUR, Rows

TINY = 1e-6
BROKEN = 1e-3
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


def add_halves(master: Master, relaxed: Relaxed, most: int) -> list[Ints]:
    """Add the most broken cuts: sums of tight rows whose half has a whole left side and an odd right side.

    Sums are found by elimination modulo 2 over the rows that are tight, as few of whose columns as possible are odd.
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
    parity = (np.rint(np.abs(matrix[:, tight].toarray().T)).astype(np.int64) & 1).astype(bool)
    some = parity.any(axis=1)
    tight, parity = tight[some], parity[some]
    sums = _odd_sums(parity, values, np.maximum(slack[tight], 0), np.rint(high[tight]).astype(np.int64) & 1 == 1)
    return _add_best(rows, matrix, values, [tight[rows_] for rows_ in sums], most)


def _usable(rows: Rows) -> Ints:
    """Rows of whole numbers on whole columns, but no cuts."""
    first = rows.first
    kept = np.ones(len(rows), dtype=bool)
    kept[first["week"] : first["end"]] = False
    kept[[row for row, _ in (*rows.cuts, *rows.roundings)]] = False
    return np.flatnonzero(kept)


def _odd_sums(parity: Bools, weight: Floats, slack: Floats, odd: Bools) -> list[Ints]:
    """Sets of rows whose sum has an odd right side while its odd columns and its slack weigh less than one."""
    parity, odd = parity.copy(), odd.copy()
    joined = np.eye(len(parity), dtype=bool)
    spent = np.zeros(len(parity), dtype=bool)
    found: dict[tuple[int, ...], float] = {}
    for column in np.argsort(-weight, kind="stable").tolist():
        pivots = np.flatnonzero(parity[:, column] & (slack < 1e-9) & ~spent)
        if len(pivots) == 0:
            continue
        pivot = pivots[np.argmin(parity[pivots] @ weight)]
        others = np.flatnonzero(parity[:, column])
        others = others[others != pivot]
        for table in (parity, joined):
            table[others] ^= table[pivot]
        odd[others] ^= odd[pivot]
        spent[pivot] = True
        touched = np.r_[others, pivot]
        good = touched[odd[touched] & (joined[touched].sum(axis=1) <= MOST_JOINED)]
        total = parity[good] @ weight + joined[good] @ slack
        for row, worth in zip(good.tolist(), total.tolist(), strict=True):
            if worth < 1 - 2 * WORTH:
                found[tuple(np.flatnonzero(joined[row]).tolist())] = worth
    ordered = sorted(found, key=lambda rows: (round(found[rows], 6), len(rows), rows))
    return [np.array(rows, dtype=np.int64) for rows in ordered]


def _add_best(rows: Rows, matrix: sp.csc_array, values: Floats, sums: list[Ints], most: int) -> list[Ints]:
    """`matrix` has the columns that are taken."""
    shared = np.zeros(len(values), dtype=np.int64)
    added: list[Ints] = []
    for cut in sums:
        half = np.floor(np.asarray(matrix[:, cut].sum(axis=1)).ravel() / 2 + 1e-9)
        high = np.floor(sum(rows.high[row] for row in cut.tolist()) / 2 + 1e-9)
        support = np.flatnonzero(half > 0)
        if half @ values < high + WORTH or shared[support].max(initial=0) >= MOST_SHARED:
            continue
        shared[support] += 1
        rows.add_cut(cut)
        added.append(cut)
        if len(added) == most:
            break
    return added


def add_roundings(master: Master, relaxed: Relaxed) -> list[Rounding]:
    """For each person, the most broken rounding of their load, and of each week whose cap is in the way."""
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
            if rounding and rounding not in known:
                rows.add_rounding(rounding)
                added.append(rounding)
    return added


def _roundings_of(
    master: Master, relaxed: Relaxed, number: int, own: Columns, weight: Floats
) -> Iterator[Rounding | None]:
    person = master.network.problem.instructors[number]
    rows, weeks = master.rows, master.network.weeks
    if rows.bands:
        at = len(rows.fixed.cost) - (rows.people - number) * len(rows.bands)
        over = float(relaxed.fixed[at : at + len(rows.bands)].sum()) * HOUR
        limit = person.target_minutes + rows.bands[0].above
        yield best_rounding(number, None, limit, own, weight, over, range(rows.days))
    for week, cap in enumerate(person.week_minutes):
        if own.minutes[:, week] @ weight > cap - 1e-6:
            days = np.flatnonzero(weeks == week)
            yield best_rounding(number, week, cap, own, weight, 0.0, range(int(days[0]), int(days[-1]) + 1))
