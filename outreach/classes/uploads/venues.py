"""Venues from a list; what the list does not name stays as it is."""

from collections.abc import Iterator
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _
from tqdm import tqdm

from geo.importing.report import Report, WrongFile
from geo.importing.upsert import upsert
from outreach.classes.models import Venue
from outreach.classes.uploads.placing import BadCell, find_where
from outreach.classes.uploads.venue_rows import VenueRow, VenueTable, open_venues, read_venue, wrong

USUAL_CAPACITY = 20  # P05 names none: a cautious meeting room, until the office knows better
Key = tuple[str, str, str]  # municipality, name, address


def import_venues(
    path: Path, *, capacity: int = USUAL_CAPACITY, dry_run: bool = False, progress: bool = False
) -> Report:
    """Read a list of venues and keep each with its place and what the list says of it.

    `capacity` is for new venues of which the list says none; what someone entered since is never overwritten by a
    column that the list does not have. Raises: WrongFile; nothing is changed then.
    """
    report = Report()
    with open_venues(path) as source:
        rows = list(_read(source, report, progress))
        names = source.names
    if not report.read:
        raise WrongFile(wrong())
    wanted = dict(_placed(rows, names, report))
    with transaction.atomic():
        towns = {town for town, _name, _address in wanted}
        known = {_key(venue): venue for venue in Venue.objects.filter(municipality__in=towns)}
        compared = ["lat", "lon", *sorted({field for row in wanted.values() for field in row[1].said})]
        made = [(key, _venue(key, *row, known.get(key), capacity)) for key, row in wanted.items()]
        upsert(Venue, known, made, report, compared=compared)
        transaction.set_rollback(dry_run)
    return report


def _key(venue: Venue) -> Key:
    return venue.municipality_id, venue.name, venue.address


def _read(source: VenueTable, report: Report, progress: bool) -> Iterator[VenueRow]:
    for row in tqdm(source.table.rows, total=source.table.about, unit=_("行"), disable=None if progress else True):
        if row.empty:
            continue
        report.read += 1
        try:
            yield read_venue(row, source.columns)
        except BadCell as error:
            report.refuse(row.number, source.names.get(error.field, error.field), error.reason)


Placed = tuple[tuple[float, float], VenueRow]


def _placed(rows: list[VenueRow], names: dict[str, str], report: Report) -> Iterator[tuple[Key, Placed]]:
    first: dict[Key, int] = {}
    for row, where in zip(rows, find_where([(row.address, row.point) for row in rows]), strict=True):
        if where.municipality is None:
            report.refuse(row.number, names["address" if row.address else "lat"], where.reason)
            continue
        key = (where.municipality, row.name, row.address)
        if key in first:
            report.refuse(row.number, names["name"], _("{row}行目と同じ会場です。").format(row=first[key]))
            continue
        first[key] = row.number
        yield key, ((where.lat, where.lon), row)


def _venue(key: Key, point: tuple[float, float], row: VenueRow, old: Venue | None, capacity: int) -> Venue:
    """The venue as the list has it; of what the row says nothing, as it was."""
    said = {"capacity": old.capacity if old else capacity} | row.said
    return Venue(municipality_id=key[0], name=key[1], address=key[2], lat=point[0], lon=point[1], **said)
