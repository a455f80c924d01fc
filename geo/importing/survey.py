"""The ministry's list of municipalities without a carrier shop."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _
from tqdm import tqdm

from geo.importing.codes import code_in, lost_zeros
from geo.importing.headings import Columns, find_columns
from geo.importing.places import Places, UnknownPlace
from geo.importing.report import Report, WrongFile
from geo.importing.tables import Row, open_table
from geo.models import Municipality, ShopSurvey, ShopSurveyEntry

HEADINGS = {
    "code": ("団体コード", "市区町村コード", "地域コード", "自治体コード", "コード", "code"),
    "prefecture": ("都道府県", "都道府県名", "prefecture"),
    "name": ("市区町村", "市区町村名", "市町村", "市町村名", "自治体", "自治体名", "団体名", "municipality", "name"),
}
REQUIRED = (("code",), ("name",))


def import_survey(
    path: Path, *, as_of: date, sample: bool = False, dry_run: bool = False, progress: bool = False
) -> Report:
    """Keep the survey of a day; a newer file of the same day replaces the older. Raises: WrongFile."""
    report = Report()
    codes = set(_codes(path, report, progress))
    if not codes:
        raise WrongFile(_("市区町村が1つも読み取れません。") + "".join(f"\n{one}" for one in report.refused[:5]))
    with transaction.atomic():
        _write(codes, as_of, report, source=path.name, sample=sample)
        transaction.set_rollback(dry_run)
    return report


def _codes(path: Path, report: Report, progress: bool) -> Iterator[str]:
    expected = _("調査の表として読めません。「団体コード」の列、または「都道府県」と「市区町村」の列が必要です。")
    places, prefecture, seen = Places.load(), "", set()
    northern = set(Municipality.objects.filter(northern_territories=True).values_list("code", flat=True))
    with open_table(path) as table:
        columns, heading = find_columns(table.rows, HEADINGS, REQUIRED, expected)
        rows = [row for row in table.rows if not row.empty]  # two thousand at most
        lost = "code" in columns and lost_zeros(row[columns["code"]] for row in rows)
        for row in tqdm(rows, unit=_("行"), disable=None if progress else True):
            report.read += 1
            # Merged cells: a prefecture's name stands only on its first row.
            prefecture = (row[columns["prefecture"]] if "prefecture" in columns else "") or prefecture
            column = "code" if "code" in columns and row[columns["code"]] else "name"
            try:
                code = _code_of(row, columns, column, prefecture, places, lost)
                if code is None or code in northern:
                    report.skipped += 1
                    continue
                if code in seen:
                    raise UnknownPlace(_("同じ市区町村の行がすでにあります。"))
                seen.add(code)
                yield code
            except UnknownPlace as error:
                report.refuse(row.number, heading[columns.get(column, 0)], str(error))


def _code_of(row: Row, columns: Columns, column: str, prefecture: str, places: Places, lost: bool) -> str | None:
    if column not in columns:
        raise UnknownPlace(_("団体コードがありません。"))
    written = row[columns[column]]
    if column == "name":
        return places.by_name(prefecture + written)
    code = code_in(written, lost)
    if code is None:
        raise UnknownPlace(_("「{text}」は団体コードではありません。").format(text=written))
    return places.by_code(code)


def _write(codes: set[str], as_of: date, report: Report, *, source: str, sample: bool) -> None:
    survey, _new = ShopSurvey.objects.update_or_create(as_of=as_of, defaults={"source": source, "sample": sample})
    known = set(survey.entries.values_list("municipality_id", flat=True))
    survey.entries.filter(municipality_id__in=known - codes).delete()
    ShopSurveyEntry.objects.bulk_create(
        ShopSurveyEntry(survey=survey, municipality_id=code) for code in sorted(codes - known)
    )
    report.added, report.removed, report.unchanged = len(codes - known), len(known - codes), len(codes & known)
