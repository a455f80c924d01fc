"""One row of a file of results: which slot, held or not, with how many learners and staff. Pure."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from geo.importing.headings import Columns
from geo.importing.tables import Row
from geo.importing.values import plain, read_count
from outreach.classes.uploads.placing import BadCell
from outreach.registration.rules import looks_like_my_number

HEADINGS = {
    "key": ("枠番号", "管理番号", "key"),
    "result": ("結果", "実施", "result"),
    "learners": ("参加人数", "人数", "learners"),
    "instructors": ("講師", "講師数", "instructors"),
    "helpers": ("補助者", "補助者数", "helpers"),
    "reason": ("理由", "中止の理由", "reason"),
}
REQUIRED = (("key", "result", "learners", "instructors", "helpers", "reason"),)
EXPECTED = "枠番号・結果（開催か中止）・参加人数・講師・補助者・理由の列"
EXAMPLE = ("2026-04-001", "開催", "6", "1", "2", "")
HELD, CANCELLED = "開催", "中止"
MOST = 500


@dataclass(frozen=True, slots=True)
class ResultRow:
    """What a row says. Counts are of people; those of a cancelled slot are 0."""

    number: int
    key: str
    held: bool
    learners: int
    instructors: int
    helpers: int
    reason: str


def read_result(row: Row, columns: Columns) -> ResultRow:
    """Raises: BadCell."""
    cells = {name: plain(row[column]) for name, column in columns.items()}
    if not cells["key"]:
        raise BadCell("key", _("空欄です。"))
    if cells["result"] not in {HELD, CANCELLED}:
        raise BadCell("result", _("「{text}」は、「開催」か「中止」にしてください。").format(text=cells["result"]))
    held = cells["result"] == HELD
    reason = cells["reason"][:200]
    if not held and not reason:
        raise BadCell("reason", _("中止の理由を書いてください。"))
    if looks_like_my_number(reason):
        raise BadCell("reason", _("マイナンバー（個人番号）は書かないでください。"))
    learners, instructors, helpers = (
        _people(name, cells[name]) if held else 0 for name in ("learners", "instructors", "helpers")
    )
    return ResultRow(row.number, cells["key"], held, learners, instructors, helpers, reason)


def _people(name: str, text: str) -> int:
    try:
        count = read_count(text)
    except ValueError:
        count = -1
    if not 0 <= count <= MOST:
        raise BadCell(name, _("「{text}」は人数ではありません。").format(text=text))
    return count
