"""Places that a visit could go to, in the order in which one chooses: the best of all, then by day and who goes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone

from outreach.dispatch.placing import Place

SHOWN, MOST = 4, 30  # crews of a day at first sight, and at all: who wants the others chooses them by name


@dataclass
class Team:
    """One crew on one day, at its hours, the cheapest first."""

    places: list[Place] = field(default_factory=list)

    @property
    def best(self) -> Place:
        return self.places[0]

    @property
    def here(self) -> bool:
        return any(place.here for place in self.places)

    @property
    def by_clock(self) -> list[Place]:
        return sorted(self.places, key=lambda place: place.start)


@dataclass
class DayOf:
    """A day's crews, the cheapest first."""

    day: date
    teams: list[Team] = field(default_factory=list)

    @property
    def best(self) -> Place:
        return self.teams[0].best

    @property
    def here(self) -> bool:
        return any(team.here for team in self.teams)

    @property
    def first(self) -> list[Team]:
        return self.teams[:SHOWN]

    @property
    def more(self) -> list[Team]:
        return self.teams[SHOWN:MOST]


@dataclass(frozen=True)
class Choices:
    """`first`: the cheapest but for where the visit is. `days`: the cheapest first. `better`: it costs less."""

    first: Place | None
    days: list[DayOf]

    @property
    def better(self) -> bool:
        return self.first is not None and self.first.cost_km < 0

    @property
    def several(self) -> bool:
        """Whether there is more to choose from than the first."""
        return sum(len(team.places) for day in self.days for team in day.teams) > 1


def choices_of(places: Iterable[Place]) -> Choices:
    """`places`: the cheapest first, as `Placing.places` gives them; so is what comes of them."""
    days: dict[date, dict[frozenset[int], Team]] = {}
    first = None
    for place in places:
        if first is None and not place.here:
            first = place
        teams = days.setdefault(timezone.localdate(place.at), {})
        teams.setdefault(frozenset(place.crew), Team()).places.append(place)
    return Choices(first, [DayOf(day, list(teams.values())) for day, teams in days.items()])
