"""Requests from a CSV or Excel file: a row is a letter. The file's own number of it keeps the same file from doubling.

Each row passes through the very form of the web; what the form refuses is told by the file's row and column.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from geo.importing.report import Report, WrongFile
from outreach.classes.uploads.kept import to_json, to_report
from outreach.dispatch.models import Channel, DispatchRequest, RequestLetter, RequestUpload
from outreach.dispatch.own_rows import own_rows, says_the_same
from outreach.dispatch.queries import letters_in, may_amend
from outreach.dispatch.request_columns import EXAMPLE_TOWN, HEADINGS, expected, text_of
from outreach.dispatch.services import RequestError, accept_letter, amend_letter, receive_letter
from outreach.dispatch.upload_rows import BadRow, Line, Reader, read_rows
from outreach.people.models import User
from outreach.people.rules import Scope


@dataclass(slots=True)
class Decision:
    """What the file asks for. `kept`: rows whose request was changed since by hand, which stays as it is."""

    report: Report = field(default_factory=Report)
    new: list[Line] = field(default_factory=list)
    changed: list[tuple[Line, RequestLetter]] = field(default_factory=list)
    same: list[tuple[Line, RequestLetter]] = field(default_factory=list)
    kept: list[tuple[Line, RequestLetter]] = field(default_factory=list)


class Kept(NamedTuple):
    """A row whose request was changed by hand since."""

    row: int
    key: str
    letter: int


class Outcome(NamedTuple):
    """What a file would do or, once taken in, what came of it."""

    report: Report
    kept: list[Kept]


def decide(upload: RequestUpload, *, scope: Scope) -> Decision:
    """Read the file and compare it with what stands; writes nothing. Raises: WrongFile."""
    decision = Decision()
    columns, names, rows = read_rows(upload)
    reader = Reader(columns, scope)
    keys = [text_of(row[columns["key"]]) for row in rows]
    own, sent = own_rows(scope, keys), _Sent(upload, scope, keys)
    first: dict[str, int] = {}
    for row in rows:
        decision.report.read += 1
        try:
            cells = reader.cells(row)
            if cells["key"] in first:
                raise BadRow("key", _("{row}行目と同じ管理番号です。").format(row=first[cells["key"]]))
            first[cells["key"]] = row.number
            known = own.get(cells["key"])
            if known:
                _own(decision, known, cells)
            else:
                line = reader.line(row.number, cells)
                _place(decision, line, sent.letter(line))
        except BadRow as bad:
            decision.report.refuse(row.number, names.get(bad.field, bad.field), bad.reason)
    if not decision.report.read:
        raise WrongFile(expected())
    decision.report.added, decision.report.changed = len(decision.new), len(decision.changed)
    return decision


def _own(decision: Decision, known: DispatchRequest, cells: dict[str, str]) -> None:
    """A row of our own list: the request is here. What it says else may be older than the page. Raises: BadRow."""
    if not says_the_same(known, cells):
        raise BadRow("key", _("この一覧から書き出した依頼です。中身を変えるときは、依頼の画面で直してください。"))
    decision.report.unchanged += 1


def _key(upload: RequestUpload, key: str) -> str:
    return f"file:{upload.organisation_id}:{key}"


class _Sent:
    """The letters that earlier files brought under these numbers, for the same organisation."""

    def __init__(self, upload: RequestUpload, scope: Scope, keys: Iterable[str]) -> None:
        self._upload = upload
        wanted = [_key(upload, key) for key in keys]
        self._seen = {one.key: one for one in letters_in(scope).filter(key__in=wanted)}
        self._taken = set(RequestLetter.objects.filter(key__in=wanted).values_list("key", flat=True))

    def letter(self, line: Line) -> RequestLetter | None:
        """Raises: BadRow where another office, whose letters are none of ours, sent one under that number."""
        key = _key(self._upload, line.key)
        if key in self._taken and key not in self._seen:
            raise BadRow("key", _("この管理番号は使えません。新しい管理番号で出してください。"))
        return self._seen.get(key)


def _place(decision: Decision, line: Line, known: RequestLetter | None) -> None:
    """New, the same, changed, or no longer to be changed: by a file, what was changed by hand since. Raises: BadRow."""
    if known is None:
        decision.new.append(line)
    elif known.written == line.form.written() and known.municipality_id == line.form.town.pk:
        decision.report.unchanged += 1
        decision.same.append((line, known))
    elif known.municipality_id != line.form.town.pk:
        raise BadRow("town", _("市区町村は変えられません。新しい管理番号で出してください。"))
    elif not may_amend(known):
        raise BadRow("key", _("計画に入ったか、終わった依頼なので、直せません。"))
    elif known.filed not in (None, known.written):
        decision.kept.append((line, known))
    else:
        decision.changed.append((line, known))


def carry_out(*, upload: RequestUpload, by: User, scope: Scope) -> None:
    """Do what the file asks, once; asked again, nothing. Raises: WrongFile, RequestError (changed this very moment)."""
    with transaction.atomic():
        if RequestUpload.objects.filter(pk=upload.pk, done_at=None).update(done_at=timezone.now()) != 1:
            return
        decision = decide(upload, scope=scope)
        for line in decision.new:
            _take_in(upload, line, by)
        for line, letter in decision.changed:
            amend_letter(letter=letter, asked=line.form.asked(), written=line.form.written(), by=by)
            _note(letter, line)
        result = {**to_json(decision.report), "kept": [list(one) for one in _kept(decision)]}
        RequestUpload.objects.filter(pk=upload.pk).update(result=result)


def outcome(upload: RequestUpload, *, scope: Scope) -> Outcome:
    """Raises: WrongFile."""
    if upload.result:
        return Outcome(to_report(upload.result), [Kept(*one) for one in upload.result.get("kept", [])])
    decision = decide(upload, scope=scope)
    return Outcome(decision.report, _kept(decision))


def _kept(decision: Decision) -> list[Kept]:
    return [Kept(line.number, line.key, letter.pk) for line, letter in decision.kept]


def note_same(decision: Decision) -> None:
    """Where file and page say the same, neither is the newer: the next file may change it again."""
    for line, letter in decision.same:
        if letter.filed != letter.written:
            _note(letter, line)


def _note(letter: RequestLetter, line: Line) -> None:
    RequestLetter.objects.filter(pk=letter.pk).update(filed=line.form.written())


def _take_in(upload: RequestUpload, line: Line, by: User) -> None:
    asked = line.form.asked()
    letter, made = receive_letter(
        key=_key(upload, line.key), asked=asked, written=line.form.written(), channel=Channel.CSV
    )
    if not made:  # this very moment, by another file
        raise RequestError(_("ほかの人が先に変更しました。画面を開き直してください。"))
    accept_letter(letter=letter, asked=asked, organisation=upload.organisation, by=by)
    _note(letter, line)


def example() -> Iterator[list[str]]:
    """A file to start from: the headings, and one row that could be sent today."""
    first, last = (timezone.localdate() + timedelta(days=days) for days in (45, 90))
    yield [EXAMPLE_TOWN if field == "town" else names[0] for field, names in HEADINGS.items()]
    yield [
        "R7-001", "北海道猿払村", "猿払村役場 福祉課", "浜辺 文子", "03-0000-0101",
        "電話・カメラの使い方、メールの使い方",
        "1", "12", "9", "1", first.isoformat(), last.isoformat(), "交流センター", "浜鬼志別 1-1",
        "月〜金 9:00-17:00、土 9:00-12:00", "2/11", "○", *[""] * 10, "手話、補聴の磁気ループ", "5", "",
    ]  # fmt: skip
