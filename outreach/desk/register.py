"""A register of people kept in Excel until now: those who teach or help, their qualifications, row by row, once."""

import hashlib
import secrets
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from geo.importing.headings import Columns, find_columns
from geo.importing.report import Report, WrongFile
from geo.importing.tables import Row, open_table
from geo.importing.values import read_day
from outreach.classes.codes import digits_in
from outreach.classes.queries import Place, find_places
from outreach.classes.uploads.kept import to_json
from outreach.contact.numbers import NumberRefused, read_number
from outreach.people.models import Instructor, Organisation, Person, Qualification, RegisterFile, Skill, Supporter, User
from outreach.people.writing import clean_kana, clean_name

NAMES = {
    "name": ("氏名", "名前", "お名前"),
    "kana": ("カナ", "フリガナ", "ふりがな", "氏名カナ"),
    "phone": ("電話番号", "電話", "TEL"),
    "postal": ("郵便番号",),
    "email": ("メール", "メールアドレス"),
    "skill": ("資格", "技能"),
    "issuer": ("発行者", "発行機関"),
    "number": ("認定番号", "修了番号", "証書番号"),
    "training": ("研修", "受けた研修", "研修名"),
    "test": ("試験", "合格した試験", "試験名"),
    "passed": ("合格日", "試験合格日"),
    "first": ("有効期間の初日", "修了日", "有効開始日"),
    "last": ("末日", "有効期間の末日", "有効期限"),
}
INSTRUCTOR = "instructor"  # beside the kinds of supporters
REQUIRED = [("name", "kana", "phone", "postal", "skill", "issuer", "first")]
MOST_ROWS = 20_000
Value = TypeVar("Value")


@dataclass(frozen=True)
class Entry:
    """One clean row: a person, where they live, and one qualification."""

    name: str
    kana: str
    phone: str
    email: str
    place: Place
    qualification: Qualification


class RowRefused(Exception):
    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column


def import_register(content: bytes, *, organisation: Organisation, kind: str, dry_run: bool) -> Report:
    """Add people and qualifications of one organisation; the same file again changes nothing. Raises: WrongFile.

    Someone is the same person where kana and number are the same. Each person's row is counted once a qualification.
    """
    report, entries = _read(content)
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        _write(entries, organisation, kind, report)
        if dry_run:
            transaction.set_rollback(True)
    return report


def take_in(content: bytes, *, organisation: Organisation, kind: str, by: User, form: str) -> RegisterFile:
    """Import it, and keep what came of it; the same file from the same `form` pressed again changes nothing.

    Raises: WrongFile.
    """
    report, entries = _read(content)  # before anything is locked
    said = (form or secrets.token_hex(), organisation.pk, kind, by.pk, hashlib.sha256(content).hexdigest())
    press = hashlib.sha256(repr(said).encode()).hexdigest()
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        known = RegisterFile.objects.filter(press=press).first()
        if known:
            return known
        _write(entries, organisation, kind, report)
        return RegisterFile.objects.create(organisation=organisation, press=press, made_by=by, result=to_json(report))


def _read(content: bytes) -> tuple[Report, list[Entry]]:
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        return _rows(Path(file.name))


def _rows(path: Path) -> tuple[Report, list[Entry]]:
    report, entries = Report(), []
    skills = {name: skill for skill in Skill.objects.all() for name in (skill.code, skill.name)}
    with open_table(path) as table:
        rows = iter(table.rows)
        expected = _("列の見出しが見つかりません：%(columns)s") % {
            "columns": "・".join(NAMES[n][0] for n in REQUIRED[0])
        }
        columns, _head = find_columns(rows, NAMES, REQUIRED, expected)
        for row in _filled(rows):
            report.read += 1
            if report.read > MOST_ROWS:
                raise WrongFile(_("行が多すぎます。2万行までに分けてください。"))
            try:
                entries.append(_entry(row, columns, skills))
            except RowRefused as error:
                report.refuse(row.number, NAMES[error.column][0], str(error))
    return report, entries


def _filled(rows: Iterator[Row]) -> Iterator[Row]:
    return (row for row in rows if not row.empty)


def _entry(row: Row, columns: Columns, skills: dict[str, Skill]) -> Entry:
    cell = {name: row[column].replace("\0", "") for name, column in columns.items()}
    get: Callable[[str], str] = lambda name: cell.get(name, "")  # noqa: E731
    first, last = _day("first", get), _day("last", get) if get("last") else None
    qualification = Qualification(
        skill=_known("skill", skills.get(get("skill")), _("この資格は登録されていません。")),
        issuer=_short("issuer", get, 100),
        number=_short("number", get, 40, required=False),
        training=_short("training", get, 100, required=False),
        test=_short("test", get, 100, required=False),
        passed_on=_day("passed", get) if get("passed") else None,
        valid_from=first,
        valid_to=last,
    )
    if last and last < first:
        raise RowRefused("last", _("末日は、初日より後にしてください。"))
    return Entry(
        name=_known("name", clean_name(get("name"))[:80], _("入力してください。")),
        kana=_known("kana", clean_kana(get("kana")), _("ひらがなかカタカナで入力してください。"))[:80],
        phone=_phone(get("phone")),
        email=_email(get("email")),
        place=_place(get("postal")),
        qualification=qualification,
    )


def _known(column: str, value: Value | None, reason: str) -> Value:
    if not value:
        raise RowRefused(column, reason)
    return value


def _short(column: str, get: Callable[[str], str], most: int, *, required: bool = True) -> str:
    value = " ".join(get(column).split())
    if required and not value:
        raise RowRefused(column, _("入力してください。"))
    if len(value) > most:
        raise RowRefused(column, _("%(most)s文字までにしてください。") % {"most": most})
    return value


def _day(column: str, get: Callable[[str], str]) -> date:
    try:
        return read_day(get(column))
    except ValueError as error:
        raise RowRefused(column, _("日付として読めません：%(value)s") % {"value": get(column)}) from error


def _phone(raw: str) -> str:
    try:
        return read_number(raw, samples=settings.SAMPLE_MODE).e164
    except NumberRefused as error:
        raise RowRefused("phone", str(error)) from error


def _email(raw: str) -> str:
    try:
        if raw:
            validate_email(raw)
    except ValidationError as error:
        raise RowRefused("email", _("メールアドレスとして読めません。")) from error
    return raw


def _place(raw: str) -> Place:
    digits = digits_in(raw)
    places = find_places(postal=digits, municipality="") if len(digits) == 7 else []
    return _known("postal", places[0] if places else None, _("この郵便番号の場所が分かりません。"))


def _write(entries: list[Entry], organisation: Organisation, kind: str, report: Report) -> None:
    whose = {"instructor__organisation" if kind == INSTRUCTOR else "supporter__organisation": organisation}
    known = {(one.kana, one.phone): one for one in Person.objects.filter(**whose)}
    for entry in entries:
        person = known.get((entry.kana, entry.phone))
        if person is None:
            person = known[entry.kana, entry.phone] = _join(entry, organisation, kind)
        _qualify(person, entry.qualification, report)


def _join(entry: Entry, organisation: Organisation, kind: str) -> Person:
    person = Person.objects.create(
        name=entry.name, kana=entry.kana, phone=entry.phone, email=entry.email, municipality=entry.place.municipality,
        lat=entry.place.lat, lon=entry.place.lon, sample=organisation.sample,
    )  # fmt: skip
    if kind == INSTRUCTOR:
        Instructor.objects.create(person=person, organisation=organisation)
        return person
    joined = min(entry.qualification.valid_from, timezone.localdate())
    Supporter.objects.create(person=person, kind=kind, organisation=organisation, joined_on=joined)
    return person


def _qualify(person: Person, wanted: Qualification, report: Report) -> None:
    """Add it, or bring the one of the same skill and first day to what the row says."""
    fields = ("issuer", "number", "training", "test", "passed_on", "valid_to")
    old = Qualification.objects.filter(person=person, skill=wanted.skill, valid_from=wanted.valid_from).first()
    if old is None:
        wanted.person = person
        wanted.save()
        report.added += 1
    elif any(getattr(old, name) != getattr(wanted, name) for name in fields):
        for name in fields:
            setattr(old, name, getattr(wanted, name))
        old.save(update_fields=fields)
        report.changed += 1
    else:
        report.unchanged += 1
