"""What passes between the master, pricing and those who look for plans."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from outreach.dispatch.solvers.columns import Columns
from outreach.dispatch.solvers.legs import Ints
from outreach.dispatch.solvers.network import Floats

if TYPE_CHECKING:
    from outreach.dispatch.solvers.rows import Rows


@dataclass(frozen=True, slots=True)
class Prices:
    """What the master pays and charges, none below zero but `gain`.

    `gain`: for an instructor at a node; `day`: for being away on a day; `minute`: for a minute on duty of a day;
    `points`: for an instructor, moments (sorted) and the charge of lying over each, rest after the trip included;
    `cuts`, `roundings`: for each of these rows, the charge of one unit in it.
    """

    gain: Floats
    day: Floats
    minute: Floats
    points: dict[int, tuple[Ints, Floats]]
    cuts: Floats
    roundings: Floats


@dataclass(frozen=True, slots=True)
class Priced:
    """Reduced costs of the pieces of trips at these prices: of duties, of start options, of end options."""

    prices: Prices
    inner: Floats
    start: Floats
    end: Floats


@dataclass(frozen=True, slots=True)
class Found:
    """Trips, their reduced costs, and the shift where each first works.

    `floor`, by shift: no trip that isn't here is cheaper by reduced cost.
    """

    columns: Columns
    reduced: Floats
    shift: Ints
    floor: Floats


@dataclass(frozen=True, slots=True)
class Likely:
    """Trips worth a look, their reduced costs, by visit that of leaving it out, and the rows that these come from."""

    columns: Columns
    reduced: Floats
    left_out: Floats
    rows: "Rows"
