"""One row of a carrier's monthly plan: which shop, which course, when, for how many. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _

from geo.importing.headings import Columns
from geo.importing.tables import Row
from geo.importing.values import plain, read_day
from outreach.classes.rules import JST
from outreach.classes.uploads.placing import BadCell, Point, read_point
from outreach.classes.uploads.venue_rows import read_seats

HEADINGS = {
    "key": ("枠番号", "管理番号", "key"),
    "name": ("店舗名", "店名", "会場名", "venue"),
    "address": ("住所", "所在地", "address"),
    "lat": ("緯度", "lat", "latitude"),
    "lon": ("経度", "lon", "longitude"),
    "course": ("講座", "講座名", "講座コード", "course"),
    "day": ("日付", "開催日", "date"),
    "start": ("開始", "開始時刻", "start"),
    "capacity": ("定員", "capacity"),
    "state": ("状態", "state"),
}
REQUIRED = (("key", "name", "address", "course", "day", "start", "capacity"),)
EXPECTED = "枠番号・店舗名・住所・講座・日付・開始・定員の列。緯度・経度・状態（中止）は任意"
CALLED_OFF = "中止"
CLOCK = re.compile(r"([0-9]{1,2})[:時]([0-9]{2})(?::00|分)?")


@dataclass(frozen=True, slots=True)
class Taught:
    """What the plan needs to know of a course."""

    code: str
    minutes: int


@dataclass(frozen=True, slots=True)
class PlanRow:
    number: int
    key: str
    name: str
    address: str
    point: Point | None
    course: str
    starts_at: datetime
    ends_at: datetime
    capacity: int
    called_off: bool

    @property
    def shop(self) -> tuple[str, str, Point | None]:
        return self.name, self.address, self.point


def read_plan_row(row: Row, columns: Columns, courses: Mapping[str, Taught]) -> PlanRow:
    """Return what a row says; `courses` is by code and by name. Raises: BadCell."""
    cells = {name: plain(row[column]) for name, column in columns.items()}
    for name, longest in (("key", 60), ("name", 100), ("address", 200)):
        _check_text(name, cells[name], longest)
    course = courses.get(cells["course"])
    if course is None:
        raise BadCell("course", _("「{text}」という講座がありません。").format(text=cells["course"]))
    starts_at = datetime.combine(_day(cells["day"]), _time(cells["start"]), JST)
    return PlanRow(
        row.number,
        cells["key"],
        cells["name"],
        cells["address"],
        read_point(cells.get("lat", ""), cells.get("lon", "")),
        course.code,
        starts_at,
        starts_at + timedelta(minutes=course.minutes),
        read_seats(cells["capacity"]),
        _called_off(cells.get("state", "")),
    )


def _check_text(name: str, text: str, longest: int) -> None:
    if not text:
        raise BadCell(name, _("空欄です。"))
    if len(text) > longest:
        raise BadCell(name, _("{longest}文字までにしてください。").format(longest=longest))


def _day(text: str) -> date:
    try:
        return read_day(text)
    except ValueError:
        raise BadCell("day", _("「{text}」は日付ではありません。").format(text=text)) from None


def _time(text: str) -> time:
    found = CLOCK.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        return time(int(found[1]), int(found[2]))
    except ValueError:
        raise BadCell("start", _("「{text}」は時刻ではありません。例：13:30").format(text=text)) from None


def _called_off(text: str) -> bool:
    if text in {"", "開催"}:
        return False
    if text != CALLED_OFF:
        raise BadCell("state", _("「{text}」は、空欄か「中止」にしてください。").format(text=text))
    return True
