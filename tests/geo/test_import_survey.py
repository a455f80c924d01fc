from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from geo.codes import with_check_digit
from geo.importing.survey import import_survey
from geo.models import Municipality, ShopSurvey
from tests.geo import small_country

DAY = date(2021, 11, 10)
BY_NAME = "携帯ショップのない市区町村\n都道府県,市区町村\n北海道,上川郡比布町\n,函館市\n東京都,千代田区\n"


@pytest.fixture(autouse=True)
def country(db: None) -> None:
    small_country.make()


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_text(text, encoding=encoding)
    return path


def listed(day: date = DAY) -> list[str]:
    return sorted(ShopSurvey.objects.get(as_of=day).entries.values_list("municipality_id", flat=True))


def test_names_are_found_below_merged_prefecture_cells(tmp_path: Path) -> None:
    report = import_survey(write(tmp_path / "list.csv", BY_NAME, "cp932"), as_of=DAY)

    assert (report.read, report.added, report.refused) == (3, 3, [])
    assert listed() == ["01202", "01455", "13101"]


def test_codes_of_five_or_six_digits_are_read_and_wards_left_out(tmp_path: Path) -> None:
    report = import_survey(write(tmp_path / "codes.csv", "団体コード\n012025\n13101\n01101\n01201\n"), as_of=DAY)

    assert listed() == ["01202", "13101"]
    assert (report.skipped, len(report.refused)) == (1, 1)  # a ward; 旧亀田市 is 函館市 today, which stands already


def test_a_newer_list_of_the_same_day_replaces_the_older_and_other_days_stay(tmp_path: Path) -> None:
    import_survey(write(tmp_path / "a.csv", BY_NAME), as_of=date(2021, 3, 1))
    import_survey(tmp_path / "a.csv", as_of=DAY)
    report = import_survey(write(tmp_path / "b.csv", "コード\n01202\n22130\n"), as_of=DAY)

    assert (report.added, report.removed, report.unchanged) == (1, 2, 1)
    assert listed() == ["01202", "22130"]
    assert len(listed(date(2021, 3, 1))) == 3


def test_a_living_village_is_not_confused_with_a_northern_one_of_its_name(tmp_path: Path) -> None:
    for code, district, northern in (("01403", "古宇郡", False), ("01696", "国後郡", True)):
        Municipality.objects.create(
            code=code,
            code6=with_check_digit(code),
            prefecture_id="01",
            name="泊村",
            kana="トマリムラ",
            kind="village",
            district=district,
            lat=43,
            lon=141,
            northern_territories=northern,
        )
    import_survey(write(tmp_path / "a.csv", "都道府県,市区町村\n北海道,泊村\n"), as_of=DAY)

    assert listed() == ["01403"]


def test_unknown_places_are_refused_with_row_and_column(tmp_path: Path) -> None:
    report = import_survey(write(tmp_path / "a.csv", BY_NAME + "北海道,無い町\n"), as_of=DAY)

    assert [(one.row, one.column) for one in report.refused] == [(6, "市区町村")]
    assert "北海道無い町" in report.refused[0].reason


def test_a_dry_run_changes_nothing(tmp_path: Path) -> None:
    assert import_survey(write(tmp_path / "a.csv", BY_NAME), as_of=DAY, dry_run=True).added == 3
    assert not ShopSurvey.objects.exists()


@pytest.mark.parametrize("text", ["色,形\n青,丸\n", "都道府県,市区町村\n"])
def test_a_wrong_file_leaves_the_survey_of_the_day_as_it_was(tmp_path: Path, text: str) -> None:
    import_survey(write(tmp_path / "a.csv", BY_NAME), as_of=DAY)

    with pytest.raises(CommandError, match=r"wrong\.csv"):
        call_command("import_survey", write(tmp_path / "wrong.csv", text), as_of=DAY)
    assert len(listed()) == 3


def test_the_day_must_be_given(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--as-of"):
        call_command("import_survey", str(write(tmp_path / "a.csv", BY_NAME)))
