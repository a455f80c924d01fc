"""The places of a problem from the database, and the ways between them."""

from collections.abc import Iterable
from dataclasses import dataclass

from geo.models import Municipality
from outreach.classes.models import Venue
from outreach.dispatch.ferries import Line, load_sea
from outreach.dispatch.ids import key
from outreach.dispatch.models import OtherBase
from outreach.dispatch.problem import Place, Travel
from outreach.dispatch.terrain import terrain_at
from outreach.dispatch.travel import MODES, GreatCircle, Point
from outreach.people.models import Person


@dataclass(frozen=True)
class Site:
    """A place, still in degrees. `code`: of its municipality, or only of its prefecture."""

    id: str
    code: str
    lat: float
    lon: float
    island: str | None
    inn: str | None = None

    @property
    def place(self) -> Place:
        return Place(self.id, round(self.lat * 1e6), round(self.lon * 1e6), self.island, self.inn)

    @property
    def point(self) -> Point:
        return Point(self.lat, self.lon, self.island, terrain_at(self.code, self.lat, self.lon))


def sites_of(people: Iterable[Person], bases: Iterable[OtherBase], venues: dict[int, Venue]) -> list[Site]:
    """Homes, other bases, the venues' towns, where one sleeps, and the venues. 1 statement."""
    island = load_sea().island_of.get
    sites = [Site(key("h", p.pk), p.municipality_id, p.lat, p.lon, island(p.municipality_id)) for p in people]
    sites += [Site(key("b", b.pk), b.municipality_id, b.lat, b.lon, island(b.municipality_id)) for b in bases]
    for town in Municipality.objects.filter(pk__in={v.municipality_id for v in venues.values()}).order_by("pk"):
        sites.append(Site(key("n", town.pk), town.pk, town.lat, town.lon, island(town.pk), key("n", town.pk)))
    for pk, venue in sorted(venues.items()):
        code = venue.municipality_id
        sites.append(Site(key("v", pk), code, venue.lat, venue.lon, island(code), key("n", code)))
    return sites


def ports_of(lines: Iterable[Line], prefecture: str) -> list[Site]:
    sea = load_sea()
    ports = [sea.ports[name] for name in sorted({port for line in lines for port in line.ports})]
    return [Site(f"p-{port.id}", prefecture, port.lat, port.lon, port.island) for port in ports]


def ways_between(sites: Iterable[Site], *, winter: bool) -> tuple[Travel, ...]:
    source, points = GreatCircle(winter=winter), tuple(site.point for site in sites)
    return tuple(source.travel(points, mode) for mode in sorted(MODES))
