import json
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.core.management import CommandError, call_command

from geo.importing.report import WrongFile
from geo.services import load_areas
from outreach.classes.models import Venue
from outreach.classes.uploads.venues import import_venues

LIST = """会場名,住所,緯度,経度,収容人数,鍵の管理者,段差なし
函館市公民館,北海道函館市青柳町12-17,,,120,管理人（窓口）,○
本通会館,北海道函館市本通１丁目７－２４,41.8000,140.7500,30,,×
"""
P05 = [
    ("27102", "4", "みゆきコミュニティホール", "大阪市都島区御幸町2-6-20", 135.5345509, 34.71584377),
    ("27102", "5", "高倉福祉会館", "大阪市都島区御幸町2-5-25", 135.5332099, 34.7158993),
]


@pytest.fixture(autouse=True)
def areas(db: None) -> None:
    load_areas()


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_text(text, encoding=encoding)
    return path


def p05(path: Path) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": dict(zip(("P05_001", "P05_002", "P05_003", "P05_004"), row[:4], strict=True)),
            "geometry": {"type": "Point", "coordinates": row[4:]},
        }
        for row in P05
    ]
    return write(path, json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False))


def test_a_hall_stands_at_its_point_or_where_its_address_lies(tmp_path: Path) -> None:
    report = import_venues(write(tmp_path / "list.csv", LIST, "cp932"))

    assert (report.read, report.added, report.refused) == (2, 2, [])
    hall = Venue.objects.get(name="函館市公民館")
    assert (hall.municipality_id, hall.capacity, hall.key_holder, hall.step_free) == (
        "01202",
        120,
        "管理人（窓口）",
        True,
    )
    assert Venue.objects.get(name="本通会館").lat == 41.8


def test_the_ministrys_list_is_read_as_geojson_and_as_zip(tmp_path: Path) -> None:
    plain = import_venues(p05(tmp_path / "P05-22_27.geojson"))
    with ZipFile(tmp_path / "P05-22_27_GML.zip", "w") as archive:
        archive.write(tmp_path / "P05-22_27.geojson", "P05-22_27.geojson")
    zipped = import_venues(tmp_path / "P05-22_27_GML.zip")

    assert (plain.added, zipped.added, zipped.unchanged) == (2, 0, 2)
    assert set(Venue.objects.values_list("municipality_id", flat=True)) == {"27100"}  # the city, not its ward


def test_the_same_list_again_changes_nothing_and_keeps_what_the_office_wrote(tmp_path: Path) -> None:
    path = p05(tmp_path / "p05.geojson")
    import_venues(path, capacity=15)
    Venue.objects.update(capacity=60, hours="9時〜17時")
    again = import_venues(path)

    assert (again.added, again.changed, again.unchanged) == (0, 0, 2)
    assert set(Venue.objects.values_list("capacity", "hours")) == {(60, "9時〜17時")}


def test_a_new_figure_is_a_change(tmp_path: Path) -> None:
    import_venues(write(tmp_path / "list.csv", LIST))
    newer = import_venues(write(tmp_path / "newer.csv", LIST.replace(",120,", ",150,")))

    assert (newer.added, newer.changed, newer.unchanged) == (0, 1, 1)
    assert Venue.objects.get(name="函館市公民館").capacity == 150


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (",北海道函館市青柳町1,,,10,,", "会場名"),
        ("集会所,,,,10,,", "住所"),
        ("集会所,どこでもない場所,,,10,,", "住所"),
        ("集会所,北海道函館市青柳町1,九十,140,10,,", "緯度"),
        ("集会所,北海道函館市青柳町1,41.7,14,10,,", "経度"),
        ("集会所,北海道函館市青柳町1,,,0,,", "収容人数"),
        ("集会所,北海道函館市青柳町1,,,10,,たぶん", "段差なし"),
        ("函館市公民館,北海道函館市青柳町12-17,,,10,,", "会場名"),  # twice in one list
    ],
)
def test_a_wrong_row_is_named_by_row_and_column_and_the_others_stand(tmp_path: Path, row: str, column: str) -> None:
    report = import_venues(write(tmp_path / "list.csv", LIST + row + "\n"))

    assert report.added == 2
    assert [(one.row, one.column) for one in report.refused] == [(4, column)]


def test_a_dry_run_and_a_file_of_something_else_change_nothing(tmp_path: Path) -> None:
    assert import_venues(write(tmp_path / "list.csv", LIST), dry_run=True).added == 2
    with pytest.raises(WrongFile):
        import_venues(write(tmp_path / "other.csv", "a,b\n1,2\n"))
    with pytest.raises(WrongFile):
        import_venues(write(tmp_path / "broken.geojson", "{"))
    with pytest.raises(CommandError):
        call_command("import_venues", str(tmp_path / "none.zip"))
    assert not Venue.objects.exists()
