"""Population by municipality, from a statistics table."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _
from tqdm import tqdm

from geo.importing.places import Places, UnknownPlace
from geo.importing.population_cells import Cell, Unreadable, read_cells
from geo.importing.population_shapes import find_shape
from geo.importing.report import Report, WrongFile
from geo.importing.tables import open_table
from geo.importing.upsert import upsert
from geo.models import Population

PARTS = ("over_65", "over_75")


@dataclass(slots=True)
class Figures:
    """What a file says of one municipality on one day: rows of merged municipalities add up."""

    row: int
    parts: dict[str, int | None] = field(default_factory=dict)

    def add(self, name: str, count: int | None) -> None:
        known = self.parts.get(name, 0)
        self.parts[name] = None if count is None or known is None else known + count


Key = tuple[str, date]


def import_population(
    path: Path, *, as_of: date | None = None, sample: bool = False, dry_run: bool = False, progress: bool = False
) -> Report:
    """Read a population table and keep its figures by municipality and day.

    `as_of` is used where the file itself tells no day. Raises: WrongFile; nothing is changed then.
    """
    report = Report()
    figures = _read(path, as_of, report, progress)
    if not report.read:
        raise WrongFile(_("団体コードのある行がありません。"))
    with transaction.atomic():
        _write(figures, report, source=path.name, sample=sample)
        transaction.set_rollback(dry_run)
    return report


def _read(path: Path, as_of: date | None, report: Report, progress: bool) -> dict[Key, Figures]:
    places = Places.load()
    figures: dict[Key, Figures] = {}
    seen: set[tuple[str, date, str]] = set()
    with open_table(path) as table:
        shape, rows = find_shape(table.rows)
        for row in tqdm(rows, total=table.about, unit=_("行"), disable=None if progress else True):
            if row.empty:
                continue
            report.read += 1
            try:
                cells = read_cells(shape, row, as_of)
                code = places.by_code(cells[0].code) if cells else None
                if code is None:
                    report.skipped += 1
                    continue
                _note(figures, seen, code, row.number, cells)
            except UnknownPlace as error:
                report.refuse(row.number, shape.headings[shape.code], str(error))
            except Unreadable as error:
                report.refuse(row.number, error.column, error.reason)
    return figures


def _note(
    figures: dict[Key, Figures], seen: set[tuple[str, date, str]], code: str, row: int, cells: list[Cell]
) -> None:
    for cell in cells:
        once = (cell.code, cell.as_of, cell.field)
        if once in seen:
            raise Unreadable(cell.column, _("同じ団体・同じ時点の行がすでにあります。"))
        seen.add(once)
    for cell in cells:
        figures.setdefault((code, cell.as_of), Figures(row)).add(cell.field, cell.count)


def _write(figures: dict[Key, Figures], report: Report, *, source: str, sample: bool) -> None:
    days = {day for _code, day in figures}
    known = {(one.municipality_id, one.as_of): one for one in Population.objects.filter(as_of__in=days)}
    wanted = [
        (key, Population(municipality_id=key[0], as_of=key[1], source=source, sample=sample, **counts))
        for key, found in sorted(figures.items())
        if (counts := _fitting(found, report)) is not None
    ]
    upsert(Population, known, wanted, report, compared=("total", *PARTS, "sample"), copied=("source",))


def _fitting(found: Figures, report: Report) -> dict[str, int | None] | None:
    """Return the figures as they are stored, or None, refused, where they can't be true together."""
    total, over_65, over_75 = (found.parts.get(name) for name in ("total", *PARTS))
    if total is None:
        report.refuse(found.row, "", _("総人口がわかりません。"))
    elif (over_65 or 0) > total or (over_75 or 0) > (total if over_65 is None else over_65):
        report.refuse(found.row, "", _("65歳以上や75歳以上の人数が、全体の人数を超えています。"))
    else:
        return {"total": total, "over_65": over_65, "over_75": over_75}
    return None
