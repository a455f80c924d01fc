"""Requests from a CSV or Excel file: a row is a letter. The file's own number of it keeps the same file from doubling.

Each row passes through the very form of the web; what the form refuses is told by the file's row and column.
"""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from geo.codes import clean_code
from geo.importing.headings import Columns, find_columns
from geo.importing.report import Report, WrongFile
from geo.importing.tables import Row, open_table
from geo.importing.values import find_day
from geo.models import Municipality
from outreach.classes.models import Course
from outreach.dispatch.forms.letters import LetterForm, Written
from outreach.dispatch.models import Channel, DispatchRequest, LetterStatus, Need, RequestLetter, RequestUpload
from outreach.dispatch.own_rows import LOOP, need_of, own_rows, says_the_same
from outreach.dispatch.queries import may_amend
from outreach.dispatch.request_columns import EXAMPLE_TOWN, HEADINGS, REQUIRED, expected, headings, list_of, text_of
from outreach.dispatch.services import RequestError, accept_letter, amend_letter, receive_letter
from outreach.people.models import User

MOST_ROWS = 2000


@dataclass(frozen=True, slots=True)
class Line:
    """A row that the form accepts."""

    number: int
    key: str
    form: LetterForm


@dataclass(slots=True)
class Decision:
    """What the file asks for. `kept`: rows whose request was changed since by hand, which stays as it is."""

    report: Report = field(default_factory=Report)
    new: list[Line] = field(default_factory=list)
    changed: list[tuple[Line, RequestLetter]] = field(default_factory=list)
    same: list[tuple[Line, RequestLetter]] = field(default_factory=list)
    kept: list[tuple[Line, RequestLetter]] = field(default_factory=list)


class _Bad(Exception):
    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = field, reason


Reaches = Callable[[Municipality], bool]


def decide(upload: RequestUpload, *, reaches: Reaches) -> Decision:
    """Read the file and compare it with what stands; writes nothing. Raises: WrongFile."""
    decision = Decision()
    columns, names, rows = _read(upload)
    reader = _Reader(columns, reaches)
    own = own_rows(text_of(row[columns["key"]]) for row in rows)
    first: dict[str, int] = {}
    for row in rows:
        decision.report.read += 1
        try:
            cells = reader.cells(row)
            if cells["key"] in first:
                raise _Bad("key", _("{row}行目と同じ管理番号です。").format(row=first[cells["key"]]))
            first[cells["key"]] = row.number
            known = own.get(cells["key"])
            if known and reaches(known.municipality):
                _own(decision, known, cells)
            else:
                _place(decision, reader.line(row.number, cells), upload)
        except _Bad as bad:
            decision.report.refuse(row.number, names.get(bad.field, bad.field), bad.reason)
    if not decision.report.read:
        raise WrongFile(expected())
    decision.report.added, decision.report.changed = len(decision.new), len(decision.changed)
    return decision


def _read(upload: RequestUpload) -> tuple[Columns, dict[str, str], list[Row]]:
    with tempfile.NamedTemporaryFile() as file:
        file.write(bytes(upload.content))
        file.flush()
        with open_table(Path(file.name)) as table:
            columns, heading = find_columns(table.rows, headings(), REQUIRED, expected())
            rows = [row for row in table.rows if not row.empty]
    if len(rows) > MOST_ROWS:
        raise WrongFile(_("行が多すぎます（{most}行まで）。分けてください。").format(most=MOST_ROWS))
    return columns, {name: heading[column] for name, column in columns.items()}, rows


class _Reader:
    """Rows into cleaned forms. Towns and courses are read once."""

    def __init__(self, columns: Columns, reaches: Reaches) -> None:
        self.columns, self.reaches = columns, reaches
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
        """What the row says, by field. Raises: _Bad."""
        cells = {name: text_of(row[column]) for name, column in self.columns.items()}
        if not cells["key"] or len(cells["key"]) > 60:
            raise _Bad("key", _("空欄です。") if not cells["key"] else _("長すぎます。"))
        return cells

    def line(self, number: int, cells: dict[str, str]) -> Line:
        """Raises: _Bad."""
        form = LetterForm(self._written(cells), town=self._town(cells["town"]))
        if not form.is_valid():
            raise _fault(form)
        return Line(number, cells["key"], form)

    def _town(self, text: str) -> Municipality:
        found = self.towns.get(clean_code(text) or text, [])
        if len(found) != 1:
            several = _("「{text}」は複数あります。都道府県名からか、団体コードで書いてください。")
            none = _("「{text}」という市区町村がありません。")
            raise _Bad("town", (several if found else none).format(text=text))
        if not self.reaches(found[0]):
            raise _Bad("town", _("この市区町村の依頼は、登録できません。"))
        return found[0]

    def _written(self, cells: dict[str, str]) -> Written:
        needs = [self._need(word) for word in list_of(cells.get("needs", ""))]
        written = {name: [value] for name, value in cells.items() if name not in {"key", "town"} and value}
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
            raise _Bad("courses", _("「{text}」という講座がありません。").format(text=word))
        return self.courses[word]

    def _need(self, word: str) -> str:
        found = need_of(word)
        if found not in {LOOP, *Need.values}:
            raise _Bad("needs", _("「{text}」は選べません。").format(text=word))
        return found


def _iso(text: str) -> str:
    """A Japanese or western date as the form takes it; anything else as it stands, for the form to refuse."""
    try:
        day = find_day(text)
    except ValueError:
        day = None
    return day.isoformat() if day else text


def _fault(form: LetterForm) -> _Bad:
    """The form's first fault, under the file's column."""
    for part in (form, *form.venues):
        for name, errors in part.errors.items():
            words = str(errors[0]) or _("空欄です。")
            return _Bad(part.add_prefix(name), words)
    return _Bad("", _("読めません。"))


def _own(decision: Decision, known: DispatchRequest, cells: dict[str, str]) -> None:
    """A row of our own list: the request is here. What it says else may be older than the page. Raises: _Bad."""
    if not says_the_same(known, cells):
        raise _Bad("key", _("この一覧から書き出した依頼です。中身を変えるときは、依頼の画面で直してください。"))
    decision.report.unchanged += 1


def _key(upload: RequestUpload, line: Line) -> str:
    return f"file:{upload.organisation_id}:{line.key}"


def _place(decision: Decision, line: Line, upload: RequestUpload) -> None:
    """New, the same, changed, or no longer to be changed: by a file, what was changed by hand since. Raises: _Bad."""
    known = RequestLetter.objects.filter(key=_key(upload, line)).first()
    if known is None:
        decision.new.append(line)
    elif known.written == line.form.written() and known.municipality_id == line.form.town.pk:
        decision.report.unchanged += 1
        decision.same.append((line, known))
    elif known.municipality_id != line.form.town.pk:
        raise _Bad("town", _("市区町村は変えられません。新しい管理番号で出してください。"))
    elif not may_amend(known):
        raise _Bad("key", _("計画に入ったか、終わった依頼なので、直せません。"))
    elif known.filed not in (None, known.written):
        decision.kept.append((line, known))
    else:
        decision.changed.append((line, known))


def carry_out(*, upload: RequestUpload, by: User, reaches: Reaches) -> Decision:
    """Do what the file asks, once. Raises: WrongFile, RequestError (done already, or changed this very moment)."""
    with transaction.atomic():
        if RequestUpload.objects.filter(pk=upload.pk, done_at=None).update(done_at=timezone.now()) != 1:
            raise RequestError(_("このファイルは、もう取り込みました。"))
        decision = decide(upload, reaches=reaches)
        for line in decision.new:
            _take_in(upload, line, by)
        for line, letter in decision.changed:
            amend_letter(letter=letter, asked=line.form.asked(), written=line.form.written(), by=by)
            _note(letter, line)
    return decision


def note_same(decision: Decision) -> None:
    """Where file and page say the same, neither is the newer: the next file may change it again."""
    for line, letter in decision.same:
        if letter.filed != letter.written:
            _note(letter, line)


def _note(letter: RequestLetter, line: Line) -> None:
    RequestLetter.objects.filter(pk=letter.pk).update(filed=line.form.written())


def _take_in(upload: RequestUpload, line: Line, by: User) -> None:
    asked = line.form.asked()
    letter, made = receive_letter(key=_key(upload, line), asked=asked, written=line.form.written(), channel=Channel.CSV)
    if made or letter.status == LetterStatus.WAITING:
        accept_letter(letter=letter, asked=asked, organisation=upload.organisation, by=by)
    if made:
        _note(letter, line)


def example() -> Iterator[list[str]]:
    """A file to start from: the headings, and one row."""
    yield [EXAMPLE_TOWN if field == "town" else names[0] for field, names in HEADINGS.items()]
    yield [
        "R7-001", "北海道猿払村", "猿払村役場 福祉課", "浜辺 文子", "03-0000-0101",
        "電話・カメラの使い方、メールの使い方",
        "1", "12", "9", "1", "2027-01-12", "2027-02-26", "交流センター", "浜鬼志別 1-1",
        "月〜金 9:00-17:00、土 9:00-12:00", "2/11", *[""] * 8, "手話、補聴の磁気ループ", "5", "",
    ]  # fmt: skip
