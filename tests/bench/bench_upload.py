"""A carrier's plan of 2,000 shops × 20 slots, beside reading the same file alone: processor time and memory, twice.

Run by `python -m tests.bench.bench_upload`. The database is a new SQLite file; the second pass finds nothing to do.
"""

import csv
import os
import tempfile
import tracemalloc
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from time import process_time

import django

SHOPS, SLOTS = 2000, 20
ADDRESS = "北海道函館市本通１丁目７－２４"  # the points decide; geocoding is paid all the same
HEAD = ("枠番号", "店舗名", "住所", "緯度", "経度", "講座", "日付", "開始", "定員")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="tsutsuura-upload-") as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/bench.sqlite3"
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
        os.environ.setdefault("SECRET_KEY", "only-for-this-measurement")
        django.setup()
        path = Path(folder) / "plan.csv"
        _write(path)
        _measure(path)


def _write(path: Path) -> None:
    """Shops across a grid in Hokkaidō, each with two slots a day on ten days of the coming months."""
    first = date.today() + timedelta(days=30)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(HEAD)
        for shop in range(SHOPS):
            name, lat, lon = f"ショップ{shop:04}", 43 + shop % 40 / 100, 142 + shop // 40 / 100
            for slot in range(SLOTS):
                day = first + timedelta(days=slot // 2)
                table.writerow(
                    (f"{shop}-{slot}", name, ADDRESS, lat, lon, "power", day, ("10:00", "14:00")[slot % 2], 8)
                )


def _measure(path: Path) -> None:
    from django.core.management import call_command
    from django.db import transaction

    from geo.importing.tables import open_table
    from outreach.classes.programme import load_programme, load_year
    from outreach.classes.uploads.applying import apply_plan
    from outreach.classes.uploads.planning import read_plan
    from outreach.people.models import Organisation

    call_command("migrate", verbosity=0)
    call_command("load_areas")
    load_programme()
    for year in (date.today().year - 1, date.today().year):
        load_year(fiscal_year=year, target_sites=3000, source="")
        load_year(fiscal_year=year + 1, target_sites=3000, source="")
    carrier = Organisation.objects.create(name="携帯会社", kind="carrier", phone="+81300000101")

    def read() -> int:
        with open_table(path) as table:
            return len(list(table.rows)) - 1

    def upload() -> str:
        report = apply_plan(plan=read_plan(path), organisation=carrier, by=None)
        return f"{report.added} made, {report.unchanged} unchanged, {len(report.refused)} refused"

    def upload_and_undo() -> None:
        with transaction.atomic():
            upload()
            transaction.set_rollback(True)

    read_plan(path)  # the gazetteer and the areas are loaded once per process
    alone, alone_peak = min(_seconds(read) for _ in range(3)), _peak(read)
    print(f"{SHOPS} shops x {SLOTS} slots; reading alone: {alone[0]:.2f} CPU s, {alone_peak:.0f} MB")
    peak = _peak(upload_and_undo)
    _tell("first upload", _seconds(upload), peak, alone[0], alone_peak)
    _tell("second upload", _seconds(upload), _peak(upload), alone[0], alone_peak)


def _tell(name: str, took: tuple[float, object], peak: float, alone: float, alone_peak: float) -> None:
    seconds, what = took
    print(f"{name}: {seconds:.1f} CPU s = {seconds / alone:.0f} x, {peak:.0f} MB = {peak / alone_peak:.1f} x ({what})")


def _seconds(act: Callable[[], object]) -> tuple[float, object]:
    start = process_time()
    what = act()
    return process_time() - start, what


def _peak(act: Callable[[], object]) -> float:
    """The most that Python held meanwhile, in MB. Tracing slows it down, so the clock runs on its own."""
    tracemalloc.start()
    act()
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return peak


if __name__ == "__main__":
    main()
