"""Rows of a list of requests into the very form of the web; what it refuses is told by the file's column."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from geo.codes import clean_code
from geo.importing.headings import Columns, find_columns
from geo.importing.report import WrongFile
from geo.importing.tables import Row, open_table
from geo.importing.values import find_day
from geo.models import Municipality
from outreach.classes.models import Course
from outreach.dispatch.forms.letters import LetterForm, Written
from outreach.dispatch.models import Need, RequestUpload
from outreach.dispatch.own_rows import LOOP, need_of
from outreach.dispatch.queries import may_enter
from outreach.dispatch.request_columns import MARKS, REQUIRED, expected, headings, list_of, text_of
from outreach.people.rules import Scope

MOST_ROWS = 2000


class Reach:
    """Whether a user may enter requests of a town, asked once a town."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._known: dict[str, bool] = {}

    def __call__(self, town: Municipality) -> bool:
        if town.pk not in self._known:
            self._known[town.pk] = may_enter(self._scope, town)
        return self._known[town.pk]


@dataclass(frozen=True, slots=True)
class Line:
    """A row that the form accepts."""

    number: int
    key: str
    form: LetterForm


class BadRow(Exception):
    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = field, reason


def read_rows(upload: RequestUpload) -> tuple[Columns, dict[str, str], list[Row]]:
    with tempfile.NamedTemporaryFile() as file:
        file.write(bytes(upload.content))
        file.flush()
        with open_table(Path(file.name)) as table:
            columns, heading = find_columns(table.rows, headings(), REQUIRED, expected())
            rows = [row for row in table.rows if not row.empty]
    if len(rows) > MOST_ROWS:
        raise WrongFile(_("行が多すぎます（{most}行まで）。分けてください。").format(most=MOST_ROWS))
    return columns, {name: heading[column] for name, column in columns.items()}, rows


class Reader:
    """Rows into cleaned forms. Towns and courses are read once."""

    def __init__(self, columns: Columns, scope: Scope) -> None:
        self.columns, self.reaches = columns, Reach(scope)
        self.courses = {
            word: pk
            for pk, name in Course.objects.filter(dispatched=True).values_list("pk", "name")
            for word in (pk, name)
        }
        self.towns: dict[str, list[Municipality]] = {}
        for town in Municipality.objects.of_today().select_related("prefecture"):
            for word in (town.name, f"{town.prefecture.name}{town.name}", town.code):
                self.towns.setdefault(word, []).append(town)

    def cells(self, row: Row) -> dict[str, str]:
        """What the row says, by field. Raises: BadRow."""
        cells = {name: text_of(row[column]) for name, column in self.columns.items()}
        if not cells["key"] or len(cells["key"]) > 60:
            raise BadRow("key", _("空欄です。") if not cells["key"] else _("長すぎます。"))
        return cells

    def line(self, number: int, cells: dict[str, str]) -> Line:
        """Raises: BadRow."""
        form = LetterForm(self._written(cells), town=self._town(cells["town"]))
        if not form.is_valid():
            raise _fault(form)
        return Line(number, cells["key"], form)

    def _town(self, text: str) -> Municipality:
        if not text:
            raise BadRow("town", _("空欄です。"))
        found = self.towns.get(clean_code(text) or text, [])
        if len(found) != 1:
            several = _("「{text}」は複数あります。都道府県名からか、団体コードで書いてください。")
            none = _("「{text}」という市区町村がありません。")
            raise BadRow("town", (several if found else none).format(text=text))
        if not self.reaches(found[0]):
            raise BadRow("town", _("この市区町村の依頼は、登録できません。"))
        return found[0]

    def _written(self, cells: dict[str, str]) -> Written:
        needs = [self._need(word) for word in list_of(cells.get("needs", ""))]
        plain = {name: value for name, value in cells.items() if name not in {"key", "town"} and value}
        written = {name: [value] for name, value in plain.items() if not name.endswith("-loop")}
        written |= {name: ["on"] for name in plain if name.endswith("-loop") and _mark(name, plain[name])}
        written |= {name: [_iso(cells[name])] for name in ("earliest", "latest")}
        written["courses"] = self._courses(cells["courses"])
        written["needs"] = [need for need in needs if need != LOOP]
        if LOOP in needs:
            written["hearing_loop"] = ["on"]
        return {"sessions": ["1"], "learners_65": ["0"], **written}

    def _courses(self, cell: str) -> list[str]:
        return [self._course(word) for word in ([cell] if cell in self.courses else list_of(cell))]

    def _course(self, word: str) -> str:
        if word not in self.courses:
            raise BadRow("courses", _("「{text}」という講座がありません。").format(text=word))
        return self.courses[word]

    def _need(self, word: str) -> str:
        found = need_of(word)
        if found not in {LOOP, *Need.values}:
            raise BadRow("needs", _("「{text}」は選べません。").format(text=word))
        return found


def _mark(field: str, text: str) -> bool:
    if text.lower() not in MARKS:
        raise BadRow(field, _("「{text}」は、○か×で書いてください。").format(text=text))
    return MARKS[text.lower()]


def _iso(text: str) -> str:
    """A Japanese or western date as the form takes it; anything else as it stands, for the form to refuse."""
    try:
        day = find_day(text)
    except ValueError:
        day = None
    return day.isoformat() if day else text


def _fault(form: LetterForm) -> BadRow:
    """The form's first fault, under the file's column."""
    for part in (form, *form.venues):
        for name, errors in part.errors.items():
            words = str(errors[0]) or _("空欄です。")
            return BadRow(part.add_prefix(name), words)
    return BadRow("", _("読めません。"))
