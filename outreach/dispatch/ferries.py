"""Islands, ports and lines with their timetables, from `data/lines.json` (whose note says how far to trust it)."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from outreach.dispatch.problem import DAY_MINUTES, Ferry

_FILE = Path(__file__).parent / "data" / "lines.json"


@dataclass(frozen=True, slots=True)
class Port:
    id: str
    island: str | None
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Line:
    """Sailings both ways each day: minutes of the day of departure, `out` from the first port, `back` from the other.

    A plane is a line too. `fare` is in cost units.
    """

    id: str
    ports: tuple[str, str]
    minutes: int
    boarding: int
    fare: int
    out: tuple[int, ...]
    back: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sea:
    """`island_of` maps the codes of municipalities that lie wholly on one island; all others count as mainland."""

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
            )
            for line in data["lines"]
        ),
    )


def write_out(lines: Iterable[Line], days: int) -> tuple[Ferry, ...]:
    """Each line as two ferries of a problem, its timetable written out over the horizon's days.

    The problem's ports have the ids of `Port`, after `p-`.
    """
    return tuple(
        Ferry(
            id=f"{origin}>{destination}",
            origin=f"p-{origin}",
            destination=f"p-{destination}",
            boarding=line.boarding,
            fare=line.fare,
            sailings=_sailings(clock, line.minutes, days),
        )
        for line in lines
        for (origin, destination), clock in ((line.ports, line.out), (line.ports[::-1], line.back))
    )


def sailing_of(ferry: str, leave: int, arrive: int) -> int | None:
    """When the ship of a journey between these minutes leaves; None where several would do, or the line has gone."""
    origin, destination = ferry.split(">")
    day = leave // DAY_MINUTES * DAY_MINUTES
    found = [
        day + minute
        for line in load_sea().lines
        for ports, clock in ((line.ports, line.out), (line.ports[::-1], line.back))
        if ports == (origin, destination)
        for minute in clock
        if leave + line.boarding <= day + minute <= arrive - line.minutes
    ]
    return found[0] if len(found) == 1 else None


def _sailings(clock: tuple[int, ...], minutes: int, days: int) -> tuple[tuple[int, int], ...]:
    departures = [day * DAY_MINUTES + minute for day in range(days) for minute in clock]
    return tuple((departure, departure + minutes) for departure in departures)


def _minutes(clock: list[str]) -> tuple[int, ...]:
    return tuple(sorted(60 * int(text[:2]) + int(text[3:]) for text in clock))
