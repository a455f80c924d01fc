import json
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from geo.importing.population import import_population
from geo.importing.report import WrongFile
from geo.models import Municipality, Population
from tests.geo import small_country

SSDSE = Path(__file__).parents[3] / "shared" / "data" / "SSDSE-A-2025.csv"
SSDSE_SHAPE = """SSDSE-A-2025,Prefecture,Municipality,A1101,A1303,A1419,A4101
,,年度,2020,2020,2020,2022
地域コード,都道府県,市区町村,総人口,65歳以上人口,75歳以上人口,出生数
R01100,北海道,札幌市,1973395,541242,264920,12634
R01202,北海道,函館市,251084,89257,45963,989
"""
ESTAT_WIDE = """"統計名：","社会・人口統計体系"
"表示単位","人"

"調査年 コード","調査年","地域 コード","地域","注記","A1101_総人口【人】","注記","A1303_65歳以上人口【人】"
"2020100000","2020年度","00000","全国","","126,146,099","","35,335,805"
"2020100000","2020年度","01000","北海道","","5,224,614","","1,664,023"
"2020100000","2020年度","01100","北海道 札幌市","","1,973,395","","541,242"
"2020100000","2020年度","01101","北海道 札幌市 中央区","","248,680","","60,000"
"2020100000","2020年度","01455","北海道 比布町","","3,520","","***"
"2015100000","2015年度","01100","北海道 札幌市","","1,952,356","","483,534"
"""
ESTAT_LONG = """tab_code,表章項目,cat01_code,年齢,area_code,地域,time_code,時間軸（年次）,unit,value
020,人口,000,総数,01100,札幌市,2020000000,2020年,人,1973395
020,人口,001,15歳未満,01100,札幌市,2020000000,2020年,人,215366
020,人口,003,65歳以上,01100,札幌市,2020000000,2020年,人,541242
"""
REGISTER: list[list[str | int | None]] = [
    ["令和６年１月１日住民基本台帳年齢階級別人口（市区町村別）（総計）"],
    [
        "団体コード",
        "都道府県名",
        "市区町村名",
        "性別",
        "総数",
        "0歳～4歳",
        "60歳～64歳",
        "65歳～69歳",
        "70歳～74歳",
        "75歳～79歳",
        "80歳以上",
    ],
    [None, None, None, None, "人", "人", "人", "人", "人", "人", "人"],
    [None, "合計", None, "計", 124885175, 1, 1, 1, 1, 1, 1],
    ["010006", "北海道", "-", "計", 5093983, 1, 1, 1, 1, 1, 1],
    ["012025", "北海道", "函館市", "計", 1000, 100, 200, 10, 20, 30, 40],
    ["012025", "北海道", "函館市", "男", 500, 50, 100, 5, 10, 15, 20],
]


@pytest.fixture(autouse=True)
def country(db: None) -> None:
    small_country.make()


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_text(text, encoding=encoding)
    return path


def stored(code: str, year: int = 2020) -> tuple[date, int, int | None, int | None]:
    return Population.objects.values_list("as_of", "total", "over_65", "over_75").get(
        municipality_id=code, as_of__year=year
    )


@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-8-sig", "utf-16"])
def test_the_statistics_centres_table_is_read_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    report = import_population(write(tmp_path / "ssdse.csv", SSDSE_SHAPE, encoding))

    assert (report.read, report.added, report.refused) == (2, 2, [])
    assert stored("01202") == (date(2020, 10, 1), 251084, 89257, 45963)


def test_e_stats_wide_table_gives_a_row_for_each_year_and_skips_prefectures_and_wards(tmp_path: Path) -> None:
    report = import_population(write(tmp_path / "estat.csv", ESTAT_WIDE))

    assert (report.read, report.added, report.skipped) == (6, 3, 3)
    assert stored("01100", 2015) == (date(2015, 10, 1), 1952356, 483534, None)
    assert stored("01455") == (date(2020, 10, 1), 3520, None, None)


def test_e_stats_long_table_is_put_together_from_its_rows(tmp_path: Path) -> None:
    import_population(write(tmp_path / "long.csv", ESTAT_LONG))

    assert stored("01100") == (date(2020, 10, 1), 1973395, 541242, None)


def test_the_resident_registers_excel_adds_up_the_age_bands_of_both_sexes(tmp_path: Path) -> None:
    book = Workbook()
    for row in REGISTER:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(tmp_path / "nenrei.xlsx")

    report = import_population(tmp_path / "nenrei.xlsx")

    assert report.refused == []
    assert stored("01202", 2024) == (date(2024, 1, 1), 1000, 100, 70)


def test_a_plain_table_takes_its_day_from_the_command_line(tmp_path: Path) -> None:
    path = write(tmp_path / "plain.csv", "code,total,over_65\n1202,1000,300\n")

    with pytest.raises(WrongFile, match="--as-of"):
        import_population(path)
    import_population(path, as_of=date(2023, 4, 1))

    assert stored("01202", 2023) == (date(2023, 4, 1), 1000, 300, None)


def test_six_digit_codes_that_lost_their_zero_in_a_spreadsheet_are_told_from_five_digit_ones(tmp_path: Path) -> None:
    text = "団体コード,総人口\n11002,10\n12025,20\n14559,30\n131016,40\n221309,50\n"
    report = import_population(write(tmp_path / "excel.csv", text), as_of=date(2024, 1, 1))

    assert report.refused == []
    assert [stored(code, 2024)[1] for code in ("01100", "01202", "01455", "13101", "22130")] == [10, 20, 30, 40, 50]


def test_a_merged_municipality_is_added_to_what_it_is_part_of_today(tmp_path: Path) -> None:
    text = "code,total,over_65\n01202,1000,300\n01201,50,20\n"
    import_population(write(tmp_path / "old.csv", text), as_of=date(1970, 10, 1))

    assert stored("01202", 1970) == (date(1970, 10, 1), 1050, 320, None)


def test_the_same_file_again_changes_nothing_and_a_newer_one_only_what_differs(tmp_path: Path) -> None:
    import_population(write(tmp_path / "first.csv", SSDSE_SHAPE))
    again = import_population(tmp_path / "first.csv")
    newer = import_population(write(tmp_path / "newer.csv", SSDSE_SHAPE.replace("251084", "251000")))

    assert (again.added, again.changed, again.unchanged) == (0, 0, 2)
    assert (newer.added, newer.changed, newer.unchanged) == (0, 1, 1)
    assert Population.objects.get(municipality_id="01202").source == "newer.csv"


def test_bad_rows_are_refused_with_row_and_column_and_good_ones_kept(tmp_path: Path) -> None:
    text = (
        "団体コード,総人口,65歳以上人口\n01100,千人,1\n99999,5,1\n1110,5,1\nあ,5,1\n"
        "01202,1000,300\n01202,1000,300\n01455,10,11\n"
    )
    report = import_population(write(tmp_path / "bad.csv", text), as_of=date(2020, 10, 1))

    told = [(one.row, one.column) for one in report.refused]
    assert told == [(2, "総人口"), (3, "団体コード"), (5, "団体コード"), (7, "総人口"), (8, "")]
    assert list(Population.objects.values_list("municipality_id", flat=True)) == ["01202"]


def test_a_dry_run_reports_and_changes_nothing(tmp_path: Path) -> None:
    out = StringIO()
    call_command("import_population", write(tmp_path / "s.csv", SSDSE_SHAPE), dry_run=True, stdout=out)

    assert "追加: 2" in out.getvalue()
    assert "何も変えていません" in out.getvalue()
    assert not Population.objects.exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\xff\xff", "文字コード"),
        (b"PK\x03\x04 not a workbook", "Excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".xlsx"),
        ("名前,色\n空,青\n".encode(), "人口の表として読めません"),
        (b"", "人口の表として読めません"),
    ],
)
def test_a_wrong_file_says_what_was_expected(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "wrong.csv"
    path.write_bytes(content)

    with pytest.raises(CommandError, match=told):
        call_command("import_population", path)


def test_a_file_that_is_not_there_is_a_wrong_file(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"missing\.csv"):
        call_command("import_population", tmp_path / "missing.csv")


@pytest.mark.skipif(not SSDSE.exists(), reason="the shared data is not here")
def test_the_real_table_of_2025_is_read_whole() -> None:
    codes = [line.split(",")[0][1:] for line in SSDSE.read_text("cp932").splitlines()[3:]]
    Municipality.objects.all().delete()
    Municipality.objects.bulk_create(
        Municipality(code=c, code6=c + "0", prefecture_id="01", name=c, kana="", kind="city", lat=0, lon=0)
        for c in codes
    )

    report = import_population(SSDSE)

    assert (report.read, report.added, report.refused, report.skipped) == (1741, 1741, [], 0)
    total = sum(Population.objects.values_list("total", flat=True))
    assert 126_000_000 < total < 126_300_000, json.dumps(total)
