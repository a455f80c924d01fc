"""Writes of the room that touch more than one row."""

import gzip
import hashlib
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Model

from geo import datafile
from geo.codes import with_check_digit
from geo.models import BoundarySet, Municipality, OldCode, Prefecture, Ward
from geo.rules import place_key


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows the data file holds, and whether its areas are the ones in use ("imported" ones stay)."""

    prefectures: int
    municipalities: int
    wards: int
    old_codes: int
    boundaries: BoundarySet


@transaction.atomic
def load_areas() -> Loaded:
    """Bring the tables to what the data file says. Repeating it changes nothing; official boundaries stay in use."""
    prefectures = [Prefecture(code=row.code, name=row.name, kana=row.kana) for row in datafile.prefectures()]
    _upsert(prefectures)
    names = {prefecture.code: prefecture.name for prefecture in prefectures}
    municipalities = [_municipality(row, names[row.code[:2]]) for row in datafile.municipalities()]
    _upsert(municipalities)
    wards = [_ward(row) for row in datafile.wards()]
    _upsert(wards)
    old_codes = [_old_code(row) for row in datafile.old_codes()]
    OldCode.objects.exclude(code__in=[old.code for old in old_codes]).delete()
    _upsert(old_codes)
    return Loaded(len(prefectures), len(municipalities), len(wards), len(old_codes), _default_boundaries())


def store_boundaries(
    *, topojson: bytes, name: str, source: str, licence: str, as_of: date, approximate: bool
) -> BoundarySet:
    """Keep TopoJSON that `topology.encode` made, under a version that is its hash, and put it in use."""
    return store_packed_boundaries(
        # These bytes are sent as they stand to everyone who sees a map: packed hard, once.
        packed=gzip.compress(topojson, 9, mtime=0),
        name=name,
        source=source,
        licence=licence,
        as_of=as_of,
        approximate=approximate,
    )


@transaction.atomic
def store_packed_boundaries(
    *, packed: bytes, name: str, source: str, licence: str, as_of: date, approximate: bool
) -> BoundarySet:
    """As `store_boundaries`, for TopoJSON that gzip has packed."""
    version = hashlib.sha256(gzip.decompress(packed)).hexdigest()[:16]
    BoundarySet.objects.filter(is_current=True).exclude(version=version).update(is_current=False)
    boundary_set, _ = BoundarySet.objects.update_or_create(
        version=version,
        defaults={
            "name": name,
            "source": source,
            "licence": licence,
            "as_of": as_of,
            "approximate": approximate,
            "is_current": True,
            "topojson_gzip": packed,
        },
    )
    return boundary_set


def _default_boundaries() -> BoundarySet:
    current = BoundarySet.objects.filter(is_current=True).first()
    if current and not current.approximate:
        return current
    facts = datafile.metadata()
    return store_packed_boundaries(
        packed=datafile.read("areas.topojson.gz")[0],
        name=facts["title"],
        source="、".join(facts["credits"]),
        licence=facts["licences"]["reversejp"],
        as_of=datafile.as_of(),
        approximate=True,
    )


def _upsert(rows: "list[Prefecture] | list[Municipality] | list[Ward] | list[OldCode]") -> None:
    model: type[Model] = type(rows[0])
    fields = [field.name for field in model._meta.concrete_fields if not field.primary_key]
    model._default_manager.bulk_create(
        rows, batch_size=500, update_conflicts=True, unique_fields=["code"], update_fields=fields
    )


def _municipality(row: datafile.MunicipalityRow, prefecture: str) -> Municipality:
    return Municipality(
        code=row.code,
        code6=with_check_digit(row.code),
        prefecture_id=row.code[:2],
        name=row.name,
        kana=row.kana,
        district=row.district,
        kind=row.kind,
        lat=row.lat,
        lon=row.lon,
        northern_territories=row.northern_territories,
        search_key=place_key(prefecture, row.district, row.name, row.kana),
    )


def _ward(row: datafile.WardRow) -> Ward:
    return Ward(
        code=row.code,
        code6=with_check_digit(row.code),
        municipality_id=row.municipality,
        name=row.name,
        kana=row.kana,
        lat=row.lat,
        lon=row.lon,
    )


def _old_code(row: datafile.OldCodeRow) -> OldCode:
    return OldCode(
        code=row.code,
        name=row.name,
        ended=date.fromisoformat(row.ended),
        municipality_id=row.municipality,
        ward_id=row.ward or None,
    )
