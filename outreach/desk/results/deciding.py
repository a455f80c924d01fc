"""What a file of results asks for, beside what stands. Reads only; a wrong row never touches another."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from geo.importing.headings import find_columns
from geo.importing.report import Report, WrongFile
from geo.importing.tables import open_table
from outreach.classes.models import HELD, OPEN, SchemeRule, SessionStatus, UploadedSlot
from outreach.classes.queries import rules_by_key
from outreach.classes.rules import staffing_gauge
from outreach.classes.uploads.placing import BadCell
from outreach.classes.uploads.planning import chunks
from outreach.desk.results.rows import EXPECTED, HEADINGS, REQUIRED, ResultRow, read_result
from outreach.people.models import Organisation
from outreach.registration.models import SEATED, BookingStatus


@dataclass(slots=True)
class ResultsFile:
    rows: list[ResultRow]
    names: dict[str, str]
    report: Report


class Slot(NamedTuple):
    """The session that bears a slot number, with those of its bookings that came and that are not marked."""

    key: str
    pk: int
    status: str
    starts_at: datetime
    year: int
    scheme: str
    kind: str
    capacity: int
    venue: int
    town: str
    walk_ins: int
    learners: int | None  # as reported
    attended: int
    unmarked: int


@dataclass(slots=True)
class Decision:
    """What is to be noted: held for the first time, corrected, cancelled."""

    report: Report
    held: list[tuple[ResultRow, Slot]] = field(default_factory=list)
    corrected: list[tuple[ResultRow, Slot]] = field(default_factory=list)
    cancelled: list[tuple[ResultRow, Slot]] = field(default_factory=list)


def read_results(path: Path) -> ResultsFile:
    """Raises: WrongFile."""
    wrong = _("実績の表として読めません。必要なもの：{expected}").format(expected=EXPECTED)
    report, rows = Report(), []
    with open_table(path) as table:
        columns, heading = find_columns(table.rows, HEADINGS, REQUIRED, wrong)
        names = {name: heading[column] for name, column in columns.items()}
        for row in table.rows:
            if row.empty:
                continue
            report.read += 1
            try:
                rows.append(read_result(row, columns))
            except BadCell as error:
                report.refuse(row.number, names.get(error.field, error.field), error.reason)
    if not report.read:
        raise WrongFile(wrong)
    return ResultsFile(rows, names, report)


def decide(file: ResultsFile, *, organisation: Organisation, now: datetime) -> Decision:
    """Compare with what stands; three statements for every 500 rows and one for the rules."""
    decision = Decision(Report(read=file.report.read, refused=list(file.report.refused)))
    rules = rules_by_key()
    seen: dict[str, int] = {}
    for some in chunks(file.rows):
        slots = _slots(organisation, [row.key for row in some])
        for row in some:
            try:
                _take(row, slots.get(row.key), seen, rules, decision, now)
            except BadCell as error:
                decision.report.refuse(row.number, file.names[error.field], error.reason)
            seen.setdefault(row.key, row.number)
    report = decision.report
    report.refused.sort(key=lambda one: one.row)
    report.added, report.changed, report.removed = map(len, (decision.held, decision.corrected, decision.cancelled))
    return decision


def _slots(organisation: Organisation, keys: list[str]) -> dict[str, Slot]:
    of = "session__bookings"
    found = UploadedSlot.objects.filter(organisation=organisation, key__in=keys, staged=False).annotate(
        attended=Count(of, filter=Q(**{f"{of}__status": BookingStatus.ATTENDED})),
        unmarked=Count(of, filter=Q(**{f"{of}__status__in": SEATED})),
    )
    columns = (
        "key", "session_id", "session__status", "session__starts_at", "session__programme_year_id", "session__scheme",
        "session__kind", "session__capacity", "session__venue_id", "session__municipality_id", "session__walk_ins",
        "session__report__learners", "attended", "unmarked",
    )  # fmt: skip
    return {slot.key: slot for slot in (Slot(*values) for values in found.values_list(*columns))}


Rules = dict[tuple[int, str, str], SchemeRule]


def _take(
    row: ResultRow, slot: Slot | None, seen: dict[str, int], rules: Rules, decision: Decision, now: datetime
) -> None:
    if row.key in seen:
        raise BadCell("key", _("{row}行目と同じ枠番号です。").format(row=seen[row.key]))
    if slot is None:
        raise BadCell("key", _("この枠番号の回がありません。先に月間計画を取り込んでください。"))
    if row.held:
        _take_held(row, slot, rules, decision, now)
    else:
        _take_cancelled(row, slot, decision)


def _take_cancelled(row: ResultRow, slot: Slot, decision: Decision) -> None:
    if slot.status == SessionStatus.CANCELLED:
        decision.report.unchanged += 1
    elif slot.status in HELD:
        raise BadCell("result", _("開催済みの回は、中止にできません。"))
    elif slot.unmarked or slot.attended:
        raise BadCell("result", _("申込がある回です。住民に知らせるため、講習会の画面から中止にしてください。"))
    else:
        decision.cancelled.append((row, slot))


def _take_held(row: ResultRow, slot: Slot, rules: Rules, decision: Decision, now: datetime) -> None:
    if slot.status == SessionStatus.CANCELLED:
        raise BadCell("result", _("中止になった回です。"))
    if slot.starts_at > now:
        raise BadCell("result", _("まだ始まっていない回です。"))
    if slot.unmarked:
        raise BadCell("result", _("申込がある回です。先に、出席の画面で出席をつけてください。"))
    if row.learners < slot.attended:
        raise BadCell("learners", _("出席のついた{n}人より少なくなっています。").format(n=slot.attended))
    _check_staff(row, rules[slot.year, slot.scheme, slot.kind], slot)
    if slot.status == SessionStatus.REPORTED and slot.learners == row.learners:
        decision.report.unchanged += 1
    elif slot.status in OPEN or slot.status == SessionStatus.HELD:
        decision.held.append((row, slot))
    elif slot.status == SessionStatus.REPORTED:
        decision.corrected.append((row, slot))
    else:
        raise BadCell("key", _("まだ公開していない回です。"))


def _check_staff(row: ResultRow, rule: SchemeRule, slot: Slot) -> None:
    """Law 3 by what the carrier states: its staff are not in our ledger. Short of staff is not noted by a file."""
    gauge = staffing_gauge(
        instructors=row.instructors,
        helpers=row.helpers,
        learners=row.learners,
        capacity=slot.capacity,
        instructors_needed=rule.certified_instructors,
        learners_per_helper=rule.learners_per_helper,
    )
    if gauge.met:
        return
    short = "instructors" if gauge.instructors_missing else "helpers"
    raise BadCell(short, _("要員が足りません。理由と承認が要るので、講習会の画面から開催を決定してください。"))
