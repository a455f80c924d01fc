"""What the desk's lists hold as Excel and CSV: the same rows as on the screen."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from outreach.classes.codes import show_code
from outreach.classes.models import Session
from outreach.classes.rules import JST
from outreach.contact.models import CallTask
from outreach.contact.numbers import show
from outreach.desk.queries.answers import Line
from outreach.desk.queries.calls import line_of
from outreach.desk.queries.sessions import Row, rows_of
from outreach.downloads import download
from outreach.registration.models import Booking, Enquiry

HEAD = (
    _l("講習会番号"), _l("状態"), _l("年度"), _l("事業類型"), _l("種別"), _l("講座"), _l("団体コード"), _l("都道府県"),
    _l("市区町村"), _l("会場"), _l("住所"), _l("開始"), _l("終了"), _l("定員"), _l("申込"), _l("残席"),
    _l("予約なしの参加者"), _l("講師"), _l("補助者"), _l("必要な補助者"), _l("要員の期限"), _l("実施団体"),
)  # fmt: skip


def sessions_file(kind: str, found: QuerySet[Session], form: Form) -> HttpResponse:
    """The list as it was filtered, without a person in it."""
    return _file(kind, "sessions", HEAD, map(_line, rows_of(found)), form, _("津々浦々 講習会の一覧"))


def _line(row: Row) -> tuple[Any, ...]:
    s, gauge = row.session, row.gauge
    start, end = _clock(s.starts_at), _clock(s.ends_at)
    return (
        show_code(s.code), s.get_status_display(), s.programme_year_id, s.get_scheme_display(), s.get_kind_display(),
        s.course.name, s.municipality.code6, s.municipality.prefecture.name, s.municipality.name, s.venue.name,
        s.venue.address, start, end, s.capacity, s.seats_taken, s.seats_left, s.walk_ins, gauge.instructors,
        gauge.helpers, gauge.helpers_needed, row.staffing_due.isoformat(), s.organisation.name,
    )  # fmt: skip


PEOPLE = (
    _l("申込番号"), _l("状態"), _l("氏名"), _l("カナ"), _l("電話番号"), _l("連絡の方法"), _l("申し込んだ人"),
    _l("関係"), _l("申し込んだ人の電話番号"), _l("必要な配慮"), _l("受付の方法"), _l("申込日時"), _l("講習会番号"),
    _l("講座"), _l("開始"),
)  # fmt: skip


def people_file(kind: str, name: str, found: QuerySet[Booking], form: Form | None = None) -> HttpResponse:
    """Bookings with the people in them: the caller logs that they were seen."""
    return _file(kind, name, PEOPLE, map(_person, found), form, _("津々浦々 申込の一覧（個人情報を含みます）"))


def _person(booking: Booking) -> tuple[Any, ...]:
    resident, session = booking.resident, booking.session
    return (
        show_code(booking.reference), booking.get_status_display(), resident.name, resident.kana, show(resident.phone),
        booking.get_contact_display(), booking.proxy_name, booking.proxy_relation,
        show(booking.proxy_phone) if booking.proxy_phone else "", booking.needs, booking.get_channel_display(),
        _clock(booking.applied_at), show_code(session.code), session.course.name, _clock(session.starts_at),
    )  # fmt: skip


CALLS = (_l("いつまでに"), _l("氏名"), _l("電話番号"), _l("用件"), _l("電話する理由"), _l("かけた回数"), _l("話すこと"))


def calls_file(kind: str, found: QuerySet[CallTask]) -> HttpResponse:
    return _file(kind, "calls", CALLS, map(_call, found), None, _("津々浦々 かける電話（個人情報を含みます）"))


def _call(task: CallTask) -> tuple[Any, ...]:
    by = _clock(task.needed_by) if task.needed_by else ""
    return (
        by, task.fields.get("name", ""), show(task.number), task.get_kind_display(), task.get_why_display(), task.tries,
        line_of(task).script,
    )  # fmt: skip


ANSWERS = (
    _l("氏名"), _l("カナ"), _l("電話番号"), _l("いまの状態"), _l("ほかの回"), _l("メモ"), _l("かわりに案内できる回"),
)  # fmt: skip


def answers_file(kind: str, lines: Iterable[Line]) -> HttpResponse:
    """What everyone said to a class moved or cancelled: the caller logs that they were seen."""
    return _file(kind, "answers", ANSWERS, map(_answer, lines), None, _("津々浦々 返事の一覧（個人情報を含みます）"))


def _answer(line: Line) -> tuple[Any, ...]:
    answer, resident = line.answer, line.answer.booking.resident
    others = " / ".join(f"{_clock(row.session.starts_at)} {row.session.venue.name}" for row in line.others)
    return (
        resident.name, resident.kana, show(resident.phone), line.label,
        _clock(answer.other.session.starts_at) if answer.other else "", answer.note, others,
    )  # fmt: skip


ENQUIRIES = (
    _l("いつまでに"), _l("状態"), _l("ご質問"), _l("氏名"), _l("電話番号"), _l("市区町村"), _l("講習会番号"),
    _l("受付の方法"), _l("受付日時"), _l("答え"), _l("答えた方法"),
)  # fmt: skip


def enquiries_file(kind: str, found: QuerySet[Enquiry]) -> HttpResponse:
    source = _("津々浦々 問い合わせの一覧（個人情報を含みます）")
    return _file(kind, "enquiries", ENQUIRIES, map(_enquiry, found), None, source)


def _enquiry(one: Enquiry) -> tuple[Any, ...]:
    return (
        one.due_on.isoformat(), one.get_status_display(), one.question, one.name, show(one.phone) if one.phone else "",
        str(one.municipality or ""), show_code(one.session.code) if one.session else "", one.get_source_display(),
        _clock(one.asked_at), one.answer, one.get_way_display(),
    )  # fmt: skip


def _file(kind: str, name: str, head: Any, rows: Any, form: Form | None, source: str) -> HttpResponse:
    made = timezone.localdate().isoformat()
    chosen = form.cleaned_data.items() if form and form.is_valid() else ()
    filters = [(str(form.fields[key].label), str(value)) for key, value in chosen if value] if form else []
    about = [(_("作成日"), made), (_("出典"), source), *filters]
    return download(kind, f"{name}-{made}", [str(title) for title in head], rows, about=about)


def _clock(moment: Any) -> str:
    return str(moment.astimezone(JST).strftime("%Y-%m-%d %H:%M"))
