"""Made-up problems over real places, for benchmarks and tests: the same arguments give the same bytes.

Towns, ports and islands are real; people, opening hours and needs are drawn, with the shares stated beside each.
Both this and `check` were fixed before any solver was tuned.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from geo.distance import great_circle_km_many
from outreach.dispatch.ferries import Line, load_sea, write_out
from outreach.dispatch.generate_people import draw_people
from outreach.dispatch.generate_visits import Venue, draw_visits
from outreach.dispatch.problem import VERSION, Band, Forbidden, Horizon, Place, Problem, Travel, Weights
from outreach.dispatch.terrain import NEAR_KM, terrain_of
from outreach.dispatch.travel import MODES, GreatCircle, Point, Terrain, TravelTimes, is_winter

START = "2022-06-06"  # a Monday
WEIGHTS = Weights(per_hm=1, per_minute=2, night=1500, overload=(Band(0, 1), Band(300, 2)))
FORBIDDEN_SHARE = 0.02  # of visits have someone who must not come
VENUES_PER_MUNICIPALITY = 3
SMALL_SHARE = 0.6  # of municipalities, the smallest: most have no shop
NO_INN_SHARE = 0.15  # of municipalities, the smallest


@dataclass(frozen=True, slots=True)
class Town:
    """A town's point. `municipality` is its five-digit code."""

    municipality: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class _Site:
    """A place of the problem, still in degrees."""

    id: str
    lat: float
    lon: float
    island: str | None
    inn: str | None = None


def generate(
    *,
    prefecture: str,
    towns: Iterable[Town],
    instructors: int,
    visits: int,
    seed: int,
    days: int = 7,
    start: str = START,
    travel: TravelTimes | None = None,
) -> Problem:
    """Draw a problem in a prefecture (two digits) from its towns, over `days` days from `start` (ISO date).

    Raise ValueError when there are no towns to draw from.
    """
    rng = Random(f"{prefecture}/{instructors}/{visits}/{days}/{start}/{seed}")  # noqa: S311 - a seed, not a secret
    horizon = Horizon(start, days)
    known = _reachable(towns)
    homes = _homes(rng, known, instructors)
    inns, venues, offers = _venues(rng, known)
    drawn = draw_visits(rng, horizon, offers, visits)
    hosting = {visit.place for visit in drawn}
    venues = [venue for venue in venues if venue.id in hosting]
    slept_at = {venue.inn for venue in venues}
    sites = [*homes, *(inn for inn in inns if inn.id in slept_at), *venues]
    lines = load_sea().between({site.island for site in sites if site.island})
    sites += _ports(lines)
    people = draw_people(rng, horizon, [home.id for home in homes], instructors, long_days=prefecture == "01")
    source = travel or GreatCircle(winter=is_winter(prefecture, date.fromisoformat(start).month))
    return Problem(
        version=VERSION,
        name=f"{prefecture}-{instructors}-{visits}-{days}-{seed}",
        horizon=horizon,
        weights=WEIGHTS,
        places=tuple(Place(s.id, round(s.lat * 1e6), round(s.lon * 1e6), s.island, s.inn) for s in sites),
        travel=_travel(source, sites, known),
        ferries=write_out(lines, date.fromisoformat(start), days),
        instructors=people,
        visits=drawn,
        forbidden=tuple(
            Forbidden(rng.choice(people).id, visit.id) for visit in drawn if rng.random() < FORBIDDEN_SHARE
        ),
    )


def _reachable(towns: Iterable[Town]) -> list[Town]:
    """Towns that a road or a known line reaches, in a fixed order."""
    sea = load_sea()
    reached = sea.reachable()
    kept = [town for town in towns if sea.island_of.get(town.municipality) in {None, *reached}]
    if not kept:
        raise ValueError("no towns to draw from")
    return sorted(kept, key=lambda town: (town.municipality, town.lat, town.lon))


def _site(key: str, town: Town, inn: str | None = None) -> _Site:
    return _Site(key, town.lat, town.lon, load_sea().island_of.get(town.municipality), inn)


def _homes(rng: Random, towns: list[Town], instructors: int) -> list[_Site]:
    """One home each and a tenth to spare for second ones, where people live: towns are denser there."""
    chosen = rng.choices(towns, k=instructors + -(-instructors // 10))
    return [_site(f"h{number:03d}", town) for number, town in enumerate(chosen, start=1)]


def _venues(rng: Random, towns: list[Town]) -> tuple[list[_Site], list[_Site], list[Venue]]:
    """An inn and some venues in each municipality, and what visits are drawn from; the smallest have no inn."""
    own: dict[str, list[Town]] = {}
    for town in towns:
        own.setdefault(town.municipality, []).append(town)
    sizes = Counter(town.municipality for town in towns)
    by_size = sorted(own, key=lambda code: (sizes[code], code))
    small = set(by_size[: max(1, int(len(by_size) * SMALL_SHARE))])
    without_inn = set(by_size[: int(len(by_size) * NO_INN_SHARE)])
    inns, venues, offers = [], [], []
    for code in sorted(own):
        inn = f"n{code}"
        inns.append(_site(inn, rng.choice(own[code]), inn))
        for number in range(1, min(VENUES_PER_MUNICIPALITY, sizes[code]) + 1):
            venue = _site(f"v{code}-{number}", rng.choice(own[code]), None if code in without_inn else inn)
            venues.append(venue)
            offers.append(Venue(venue.id, code, venue.island, code in small))
    return inns, venues, offers


def _ports(lines: Sequence[Line]) -> list[_Site]:
    sea = load_sea()
    ports = [sea.ports[key] for key in sorted({port for line in lines for port in line.ports})]
    return [_Site(f"p-{port.id}", port.lat, port.lon, port.island) for port in ports]


def _travel(source: TravelTimes, sites: list[_Site], towns: list[Town]) -> tuple[Travel, ...]:
    points = tuple(
        Point(site.lat, site.lon, site.island, terrain)
        for site, terrain in zip(sites, _terrains(sites, towns), strict=True)
    )
    return tuple(source.travel(points, mode) for mode in sorted(MODES))


def _terrains(sites: list[_Site], towns: list[Town]) -> list[Terrain]:
    """By the towns that the problem is drawn from."""
    lats, lons = [town.lat for town in towns], [town.lon for town in towns]
    near = (great_circle_km_many(site.lat, site.lon, lats, lons) <= NEAR_KM for site in sites)
    return [terrain_of(int(count.sum())) for count in near]
