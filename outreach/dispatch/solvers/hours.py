"""Rounded rows of hours: what whole trips make of a cap or of a load that parts of trips would just fill.

An instructor's minutes, M = Σ minutes·trip, are at most `limit` + over (over ≥ 0 only for the load). Taking one trip's
usual minutes off each day (what is off is still the same for whole trips: a day has one trip or none), dividing by
`step` and rounding mixed-integer-wise gives a row that no whole choice breaks (Nemhauser & Wolsey 1990).
"""

from dataclasses import dataclass

import numpy as np

from outreach.dispatch.solvers.columns import Columns
from outreach.dispatch.solvers.legs import Ints
from outreach.dispatch.solvers.network import Floats

# By how much of a unit a rounding must be broken, how many of a person's are added at once, what is no step.
BROKEN, MOST, SHORT = 0.01, 3, 10
# Of how many days the usual trip is taken off, besides of all and of none.
SUREST = (1, 2, 3, 5)


@dataclass(frozen=True, slots=True)
class Rounding:
    """The row of one person and one week, or, for week None, of all their load above a band's beginning.

    `usual` has minutes for each day. Its `limit` may be passed by what this band and those above it take.
    """

    person: int
    week: int | None
    limit: int
    step: int
    usual: tuple[int, ...]
    band: int = 0

    @property
    def part(self) -> float:
        """The fraction of the right side, which must not be 0."""
        return ((self.limit - sum(self.usual)) / self.step) % 1.0

    @property
    def high(self) -> float:
        """The right side, without what `over` adds."""
        idle = float(_rounded(-np.array(self.usual), self.step, self.part).sum())
        return float(np.floor((self.limit - sum(self.usual)) / self.step)) - idle

    @property
    def per_minute_over(self) -> float:
        return 1.0 / (self.step * (1.0 - self.part))

    def units(self, minutes: Ints, first_day: Ints, last_day: Ints) -> Floats:
        """What trips of this person have in the row, by their minutes (of the week) and days."""
        return _units(self.usual, self.step, self.part, minutes, first_day, last_day)

    def units_of(self, columns: Columns) -> Floats:
        minutes = columns.minutes.sum(axis=1) if self.week is None else columns.minutes[:, self.week]
        return self.units(minutes, columns.first_day, columns.last_day)


def best_roundings(
    person: int,
    week: int | None,
    limit: int,
    own: Columns,
    weight: Floats,
    over: float,
    days: range,
    band: int = 0,
) -> list[Rounding]:
    """The most broken of some likely roundings.

    `own` are the person's trips taken in part, by `weight`; `over` the minutes above the
    limit; `days` those that count.
    """
    minutes = own.minutes.sum(axis=1) if week is None else own.minutes[:, week]
    found: list[tuple[float, Rounding]] = []
    for usual in _bases(own, minutes, weight, days):
        off = np.r_[0, np.cumsum(usual)]
        apart = np.unique(np.abs(minutes - (off[own.last_day + 1] - off[own.first_day])))
        steps = apart[apart > SHORT]
        part = (limit - sum(usual)) / steps % 1.0
        steps, part = steps[(part > 0.02) & (part < 0.98)], part[(part > 0.02) & (part < 0.98)]
        # One row for each step.
        units = _units(usual, steps[:, None], part[:, None], minutes, own.first_day, own.last_day)
        high = np.floor((limit - sum(usual)) / steps)
        high -= _rounded(-np.array(usual), steps[:, None], part[:, None]).sum(axis=1)
        broken = units @ weight - high - over / (steps * (1.0 - part))
        for at in np.flatnonzero(broken > BROKEN).tolist():
            found.append((float(broken[at]), Rounding(person, week, limit, int(steps[at]), usual, band)))
    found.sort(key=lambda pair: -pair[0])
    return [rounding for _, rounding in found[:MOST]]


def _rounded(minutes: Ints, step: Ints | int, part: Floats | float) -> Floats:
    whole = np.floor(minutes / step)
    rest = minutes / step - whole
    rounded: Floats = whole + np.maximum(0.0, rest - part) / (1.0 - part)
    return rounded


def _units(
    usual: tuple[int, ...],
    step: Ints | int,
    part: Floats | float,
    minutes: Ints,
    first_day: Ints,
    last_day: Ints,
) -> Floats:
    off = np.r_[0, np.cumsum(usual)]
    idle = np.cumsum(_rounded(-np.r_[0, usual], step, part), axis=-1)
    # A trip found later may lie beyond the days that were known: nothing is usual there.
    begin, end = np.minimum(first_day, len(usual)), np.minimum(last_day + 1, len(usual))
    units: Floats = _rounded(minutes - (off[end] - off[begin]), step, part) - (idle[..., end] - idle[..., begin])
    return units


def _bases(own: Columns, minutes: Ints, weight: Floats, days: range) -> list[tuple[int, ...]]:
    """Usual minutes by day: all, none, and those of the few days whose usual trip is taken most."""
    usual = _usual(own, minutes, weight, days)
    alone = own.first_day == own.last_day
    surest = np.argsort(-np.bincount(own.first_day[alone], weight[alone] ** 2, len(usual)), kind="stable").tolist()
    few = [tuple(m if day in surest[:size] else 0 for day, m in enumerate(usual)) for size in (0, *SUREST)]
    return list(dict.fromkeys([usual, *few]))


def _usual(own: Columns, minutes: Ints, weight: Floats, days: range) -> tuple[int, ...]:
    """For each day, the minutes of the trip that is most taken among those of that day alone; 0 if there is none."""
    usual = [0] * (max(days.stop, int(own.last_day.max(initial=0)) + 1))
    for day in days:
        alone = np.flatnonzero((own.first_day == day) & (own.last_day == day))
        if len(alone):
            usual[day] = int(minutes[alone[np.argmax(weight[alone])]])
    return tuple(usual)
