# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, check-untyped-defs=False
"""Sums of rows that break a relaxed solution when divided by a prime and rounded down: by elimination, compiled."""

import numpy as np

from outreach.dispatch.solvers.compiled import compiled

# A row with more slack than this is in a sum by itself only, not to take a rest away from others.
TIGHT = 1e-9
# Weights are summed as whole numbers of this part of one: such loops are compiled to far faster code.
UNIT = 1 / 2**20


@compiled
def broken_sums(rest, right, slack, weight, order, over, least, most):
    """Sums of at most `most` rows whose right side leaves a rest greater, by `least`, than those of columns and slack.

    `rest`, `right` (changed on the way): what each row's columns and right side leave when divided by `over`, a prime;
    `order`: columns in the order in which they are to leave no rest. By sum: the rows, padded with -1, how often each
    is in it, by how much it's broken, in units of the right side.
    """
    rows = len(rest)
    joined = np.zeros((rows, rows), np.int8)
    for row in range(rows):
        joined[row, row] = 1
    units = np.rint(weight / UNIT).astype(np.int32)
    rests = np.zeros((rows, over), np.float64)
    for row in range(rows):
        _weigh(rest[row], units, rests[row])
    spent = np.zeros(rows, np.bool_)
    size, count = 256, 0
    which, times = np.full((size, most), -1, np.int64), np.zeros((size, most), np.int64)
    broken = np.empty(size, np.float64)
    for column in order:
        pivot, lightest = -1, np.inf
        for row in range(rows):
            if rest[row, column] and not spent[row] and slack[row] < TIGHT and rests[row, 1:].sum() < lightest:
                pivot, lightest = row, rests[row, 1:].sum()
        if pivot < 0:
            continue
        spent[pivot] = True
        inverse = 1
        while inverse * rest[pivot, column] % over != 1:
            inverse += 1
        for row in range(rows):
            if row != pivot:
                if not rest[row, column]:
                    continue
                for _ in range((over - rest[row, column]) * inverse % over):
                    _add(rest[pivot], rest[row], over)
                    _add(joined[pivot], joined[row], over)
                    right[row] = (right[row] + right[pivot]) % over
                _weigh(rest[row], units, rests[row])
            if right[row] == 0 or np.count_nonzero(joined[row]) > most:
                continue
            for often in range(1, over):
                missing = right[row] * often % over - (joined[row, row] * often % over) * slack[row]
                for left in range(1, over):
                    missing -= (left * often % over) * rests[row, left]
                if missing <= least:
                    continue
                if count == size:
                    which, times = np.concatenate((which, np.full_like(which, -1))), np.concatenate((times, times))
                    broken = np.concatenate((broken, broken))
                    size *= 2
                at = 0
                for other in range(rows):
                    if joined[row, other]:
                        which[count, at], times[count, at] = other, joined[row, other] * often % over
                        at += 1
                broken[count] = missing
                count += 1
    return which[:count], times[:count], broken[:count]


@compiled
def _add(more, row, over):
    over = np.int8(over)
    for other in range(len(row)):
        total = np.int8(row[other] + more[other])
        row[other] = total - over if total >= over else total


@compiled
def _weigh(rest, units, rests):
    """How much weight leaves each rest but 0."""
    for left in range(1, len(rests)):
        total = 0
        for column in range(len(rest)):
            total += units[column] if rest[column] == left else 0
        rests[left] = total * UNIT
