"""Islands, ports and lines with their timetables, from `data/lines.json` (whose note says how far to trust it)."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from outreach.dispatch.problem import DAY_MINUTES, Ferry

_FILE = Path(__file__).parent / "data" / "lines.json"


@dataclass(frozen=True, slots=True)
class Port:
    id: str
    island: str | None
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Season:
    """Another timetable from `first` to `last`, both included: each year (`11-01`, `03-31`: over the turn of the year)
    or once (`2026-12-29`). None of a day may sail.
    """

    first: str
    last: str
    out: tuple[int, ...]
    back: tuple[int, ...]

    def holds(self, day: date) -> bool:
        text = day.isoformat()[-len(self.first) :]
        return self.first <= text <= self.last if self.first <= self.last else not self.last < text < self.first


@dataclass(frozen=True, slots=True)
class Line:
    """Sailings both ways each day: minutes of the day of departure, `out` from the first port, `back` from the other.

    The first of the `seasons` that holds has others. A plane is a line too. `fare` is in cost units.
    """

    id: str
    ports: tuple[str, str]
    minutes: int
    boarding: int
    fare: int
    out: tuple[int, ...]
    back: tuple[int, ...]
    seasons: tuple[Season, ...] = ()

    def on(self, day: date) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """That day's sailings, out and back."""
        season = next((one for one in self.seasons if one.holds(day)), self)
        return season.out, season.back

    def ways(self, day: date) -> tuple[tuple[tuple[str, str], tuple[int, ...]], ...]:
        """From where to where, and when, both ways."""
        out, back = self.on(day)
        return (self.ports, out), ((self.ports[1], self.ports[0]), back)


@dataclass(frozen=True, slots=True)
class Sea:
    """`island_of` maps the codes of municipalities that lie wholly on one island; all others count as mainland.

    `sample`: typed from general knowledge, no operator's timetable.
    """

    sample: bool
    island_of: dict[str, str]
    ports: dict[str, Port]
    lines: tuple[Line, ...]

    def reachable(self) -> frozenset[str]:
        """Islands that a line joins to the mainland."""
        ends = [{self.ports[port].island for port in line.ports} for line in self.lines]
        return frozenset(island for lands in ends if None in lands for island in lands if island is not None)

    def between(self, islands: set[str]) -> tuple[Line, ...]:
        """Lines that join two of these islands, or one of them to the mainland."""
        lands = islands | {None}
        return tuple(line for line in self.lines if all(self.ports[port].island in lands for port in line.ports))


@lru_cache(maxsize=1)
def load_sea() -> Sea:
    data = json.loads(_FILE.read_text(encoding="utf-8"))
    return Sea(
        sample=data.get("sample", False),
        island_of={code: island["id"] for island in data["islands"] for code in island["municipalities"]},
        ports={port["id"]: Port(**port) for port in data["ports"]},
        lines=tuple(
            Line(
                id=line["id"],
                ports=(line["ports"][0], line["ports"][1]),
                minutes=line["minutes"],
                boarding=line["boarding"],
                fare=line["fare"],
                out=_minutes(line["out"]),
                back=_minutes(line["back"]),
                seasons=tuple(map(_season, line.get("seasons", ()))),
            )
            for line in data["lines"]
        ),
    )


def write_out(lines: Iterable[Line], first: date, days: int) -> tuple[Ferry, ...]:
    """Each line as two ferries of a problem, its timetable written out over the horizon's days from `first`.

    A way that never sails in them is none. The problem's ports have the ids of `Port`, after `p-`.
    """
    ferries = (
        Ferry(
            id=f"{origin}>{destination}",
            origin=f"p-{origin}",
            destination=f"p-{destination}",
            boarding=line.boarding,
            fare=line.fare,
            sailings=_sailings(line, way, first, days),
        )
        for line in lines
        for way, (origin, destination) in enumerate((line.ports, line.ports[::-1]))
    )
    return tuple(ferry for ferry in ferries if ferry.sailings)


def sailing_of(ferry: str, leave: int, arrive: int, first: date) -> int | None:
    """When the ship of a journey between these minutes of `first` leaves; None where several would do, or the line has
    gone.
    """
    origin, destination = ferry.split(">")
    number = leave // DAY_MINUTES
    found = [
        number * DAY_MINUTES + minute
        for line in load_sea().lines
        for ports, clock in line.ways(first + timedelta(days=number))
        if ports == (origin, destination)
        for minute in clock
        if leave + line.boarding <= number * DAY_MINUTES + minute <= arrive - line.minutes
    ]
    return found[0] if len(found) == 1 else None


def _sailings(line: Line, way: int, first: date, days: int) -> tuple[tuple[int, int], ...]:
    departures = [
        day * DAY_MINUTES + minute for day in range(days) for minute in line.on(first + timedelta(days=day))[way]
    ]
    return tuple((departure, departure + line.minutes) for departure in departures)


def _season(data: dict[str, Any]) -> Season:
    return Season(data["from"], data["to"], _minutes(data["out"]), _minutes(data["back"]))


def _minutes(clock: list[str]) -> tuple[int, ...]:
    return tuple(sorted(60 * int(text[:2]) + int(text[3:]) for text in clock))
