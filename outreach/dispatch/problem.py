"""A dispatch problem and a plan that answers it, as frozen data: no Django, no clock, only integers.

Minutes count from 00:00 of the horizon's first day, local time; days and weeks count from 0; distances are in
hectometres (hm, 100 m). One unit of cost is what 100 m of road costs under the default weights.
`docs/dispatch-problem.md` defines what every field means, which rules a plan must keep, and the objective.
"""

from dataclasses import dataclass
from datetime import date

VERSION = 1
DAY_MINUTES = 1440
GRID_MINUTES = 15
MAX_STARTS = 12
MAX_DAYS = 366
NO_ROAD = -1

# Pydantic reads this in `problem_json`: unknown keys and "12" for 12 are errors, not guesses.
_STRICT = {"extra": "forbid", "strict": True}

Matrix = tuple[tuple[int, ...], ...]


def day_of(minute: int) -> int:
    return minute // DAY_MINUTES


@dataclass(frozen=True, slots=True)
class Horizon:
    """`days` days from `start` (ISO date). Weeks are calendar weeks, Monday to Sunday; the first may be short."""

    __pydantic_config__ = _STRICT

    start: str
    days: int

    def week_of(self, day: int) -> int:
        return (date.fromisoformat(self.start).weekday() + day) // 7

    @property
    def weeks(self) -> int:
        return self.week_of(self.days - 1) + 1


@dataclass(frozen=True, slots=True)
class Place:
    """A home, a venue, an inn or a port. `lat_e6`, `lon_e6` are millionths of a degree.

    `island` is None on the mainland (whatever roads and bridges reach). `inn` is the place, on the same land, where
    someone sleeps whose day ends here; None: nobody can spend the night.
    """

    __pydantic_config__ = _STRICT

    id: str
    lat_e6: int
    lon_e6: int
    island: str | None = None
    inn: str | None = None


@dataclass(frozen=True, slots=True)
class Travel:
    """By land from the row's place to the column's, in the order of `Problem.places`; `NO_ROAD` across water.

    One for each means of travel (`car`, `transit`). Neither matrix need be symmetric. The diagonal is 0. Times were
    rounded up when made.
    """

    __pydantic_config__ = _STRICT

    mode: str
    minutes: Matrix
    hm: Matrix


@dataclass(frozen=True, slots=True)
class Ferry:
    """Sailings one way between two ports, each (departure, arrival) in minutes of the horizon, by departure.

    One must stand at `origin` `boarding` minutes before departure. `fare` is in cost units.
    A timetable is written out over the days, so that a cancelled sailing is a sailing left out.
    """

    __pydantic_config__ = _STRICT

    id: str
    origin: str
    destination: str
    boarding: int
    fare: int
    sailings: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Qualification:
    """A certified course, or a skill such as `sign` or `woman`, held from `first_day` to `last_day`, both included."""

    __pydantic_config__ = _STRICT

    skill: str
    first_day: int
    last_day: int


@dataclass(frozen=True, slots=True)
class Window:
    """First departure and last return: duty lies in [start, end], within one day. Windows of a day don't overlap."""

    __pydantic_config__ = _STRICT

    start: int
    end: int

    @property
    def day(self) -> int:
        return day_of(self.start)


@dataclass(frozen=True, slots=True)
class Instructor:
    """Who can be sent, and within what limits. `week_minutes` has one cap for each week of the horizon.

    `mode` names their `Travel`; `ferries` False: takes no ferry. `nights` are the days after which a night may be spent
    away; `max_nights` limits one trip. Load above `target_minutes` costs as `Weights.overload` says.
    """

    __pydantic_config__ = _STRICT

    id: str
    mode: str
    homes: tuple[str, ...]
    skills: tuple[Qualification, ...]
    windows: tuple[Window, ...]
    nights: tuple[int, ...]
    max_nights: int
    max_day_minutes: int
    max_day_sessions: int
    week_minutes: tuple[int, ...]
    rest_minutes: int
    ferries: bool
    target_minutes: int

    def holds(self, skill: str, day: int) -> bool:
        return any(q.skill == skill and q.first_day <= day <= q.last_day for q in self.skills)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """One of a visit's starts that is at another place than the visit's first; `cost` for each who comes there."""

    __pydantic_config__ = _STRICT

    start: int
    place: str
    cost: int


@dataclass(frozen=True, slots=True)
class Visit:
    """One or more sessions in a row at one place by one crew: `duration` covers them all with their breaks.

    The crew must be there `setup` minutes before the start and leaves `teardown` minutes after the end.
    `crew` is 1 or 2; the lead needs `lead_skills`, the second `second_skills`. `penalty` is paid if it's unserved.
    It is at `place`, except at the starts that `elsewhere` names: where it is follows from when.
    """

    __pydantic_config__ = _STRICT

    id: str
    place: str
    starts: tuple[int, ...]
    duration: int
    setup: int
    teardown: int
    sessions: int
    crew: int
    lead_skills: tuple[str, ...]
    second_skills: tuple[str, ...]
    penalty: int
    elsewhere: tuple[Elsewhere, ...] = ()

    def place_at(self, start: int) -> str:
        return next((other.place for other in self.elsewhere if other.start == start), self.place)

    def cost_at(self, start: int) -> int:
        """What each who comes costs beyond the way: the place was wished for less."""
        return next((other.cost for other in self.elsewhere if other.start == start), 0)

    def said_place(self, start: int) -> str | None:
        """What a plan says of where it is: nothing, if it's always at the same place."""
        return self.place_at(start) if self.elsewhere else None

    def begins(self, start: int) -> int:
        """When the crew must be there."""
        return start - self.setup

    def ends(self, start: int) -> int:
        """When the crew can leave."""
        return start + self.duration + self.teardown


@dataclass(frozen=True, slots=True)
class Lock:
    """The visit must be served; each field that isn't None must be so."""

    __pydantic_config__ = _STRICT

    visit: str
    start: int | None = None
    lead: str | None = None
    second: str | None = None


@dataclass(frozen=True, slots=True)
class Forbidden:
    """This instructor must not serve this visit (declined, unwell, asked for someone else)."""

    __pydantic_config__ = _STRICT

    instructor: str
    visit: str


@dataclass(frozen=True, slots=True)
class FrozenDay:
    """On this day the instructor serves only visits whose lock names them."""

    __pydantic_config__ = _STRICT

    instructor: str
    day: int


@dataclass(frozen=True, slots=True)
class Prior:
    """What was already told to people. Another start, or none, costs `start_cost`; each instructor who no longer
    comes costs `person_cost`. Swapping lead and second costs nothing."""

    __pydantic_config__ = _STRICT

    visit: str
    start: int
    instructors: tuple[str, ...]
    start_cost: int
    person_cost: int


@dataclass(frozen=True, slots=True)
class Band:
    """`rate` for each minute of load more than `above` minutes over the target. Bands add up: the sum is convex."""

    __pydantic_config__ = _STRICT

    above: int
    rate: int


@dataclass(frozen=True, slots=True)
class Weights:
    __pydantic_config__ = _STRICT

    per_hm: int
    per_minute: int
    night: int
    overload: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    __pydantic_config__ = _STRICT

    version: int
    name: str
    horizon: Horizon
    weights: Weights
    places: tuple[Place, ...]
    travel: tuple[Travel, ...]
    ferries: tuple[Ferry, ...]
    instructors: tuple[Instructor, ...]
    visits: tuple[Visit, ...]
    locks: tuple[Lock, ...] = ()
    forbidden: tuple[Forbidden, ...] = ()
    frozen_days: tuple[FrozenDay, ...] = ()
    prior: tuple[Prior, ...] = ()


@dataclass(frozen=True, slots=True)
class Stop:
    __pydantic_config__ = _STRICT

    visit: str
    start: int


@dataclass(frozen=True, slots=True)
class Duty:
    """One day of a trip. Without stops it's a day of travel only: the first or the last of a trip with nights."""

    __pydantic_config__ = _STRICT

    day: int
    stops: tuple[Stop, ...]


@dataclass(frozen=True, slots=True)
class Trip:
    """From `home` and back there: duties on consecutive days, a night away between each two."""

    __pydantic_config__ = _STRICT

    instructor: str
    home: str
    days: tuple[Duty, ...]

    @property
    def nights(self) -> int:
        return len(self.days) - 1


@dataclass(frozen=True, slots=True)
class ServedVisit:
    """`instructors` has the whole crew, `lead` one of them. `place` is told where the visit could be at several."""

    __pydantic_config__ = _STRICT

    id: str
    start: int
    instructors: tuple[str, ...]
    lead: str
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Trips, and who leads where. The figures are what its maker claims; `check` recomputes each that isn't None.

    `served` and `unserved` count visits. `km` is over land, all instructors together. `problem` is the digest of the
    problem that it answers (`problem_json.digest`).
    """

    __pydantic_config__ = _STRICT

    version: int
    trips: tuple[Trip, ...]
    visits: tuple[ServedVisit, ...]
    cost: int | None = None
    bound: int | None = None
    served: int | None = None
    unserved: int | None = None
    km: float | None = None
    problem: str | None = None
