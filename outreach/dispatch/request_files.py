"""The list of requests as Excel and CSV."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from outreach.classes.codes import show_code
from outreach.classes.models import Venue
from outreach.contact.numbers import show
from outreach.dispatch.models import DispatchRequest
from outreach.dispatch.openings import Opening, runs_of, write_openings
from outreach.downloads import download

VENUES, CELLS = 3, 5
HEAD = (
    _l("管理番号"), _l("受付番号"), _l("状態"), _l("受付日"), _l("受けた方法"), _l("団体コード"), _l("都道府県"),
    _l("市区町村"), _l("依頼団体"), _l("会場"), _l("住所"), _l("使える時間"), _l("使えない日"), _l("磁気ループ"),
    _l("第2会場"), _l("第2会場の住所"), _l("第2会場の使える時間"), _l("第2会場の使えない日"), _l("第2会場の磁気ループ"),
    _l("第3会場"), _l("第3会場の住所"), _l("第3会場の使える時間"), _l("第3会場の使えない日"), _l("第3会場の磁気ループ"),
    _l("講座"), _l("続けて開く回数"), _l("参加の見込み（人）"),
    _l("そのうち65歳以上（人）"), _l("講師の人数"), _l("いちばん早い日"), _l("いちばん遅い日"),
    _l("お願いしたいこと"), _l("貸し出すスマートフォン"), _l("実施団体"), _l("担当者の氏名"), _l("担当者の電話番号"),
    _l("備考"),
)  # fmt: skip
AROUND = ("windows", "blackouts", "other_venues__venue")


def requests_file(kind: str, found: QuerySet[DispatchRequest]) -> HttpResponse:
    """The list as it was filtered; it names the contacts, and the caller logs that it was taken."""
    about = [
        (_("作成日"), timezone.localdate().isoformat()),
        (_("出典"), _("津々浦々 派遣依頼（担当者の氏名を含みます）")),
    ]
    rows = map(line_of, found.prefetch_related(*AROUND))
    return download(kind, "dispatch-requests", [str(title) for title in HEAD], rows, about=about)


def number_of(one: DispatchRequest) -> str:
    """What a row of the list is known by when it comes back by file: a letter of several courses has several rows."""
    return f"{one.letter.reference if one.letter else 0}-{one.pk}"


def line_of(one: DispatchRequest) -> tuple[Any, ...]:
    """A row, in the order of `HEAD`. Prefetch `AROUND`."""
    return (
        number_of(one), show_code(one.letter.reference) if one.letter else "", one.get_status_display(),
        one.received_on.isoformat(), one.get_channel_display(), one.municipality.code6,
        one.municipality.prefecture.name, one.municipality.name, one.letter.asked_by if one.letter else "",
        *_venues(one), one.course.name, one.sessions, one.heads, one.learners_65, one.crew, one.earliest.isoformat(),
        one.latest.isoformat(), "、".join(one.need_labels), one.loan_phones, one.organisation.name, one.contact_name,
        show(one.contact_phone), one.note,
    )  # fmt: skip


def _venues(one: DispatchRequest) -> list[str]:
    """Each venue in order of wish: its name, address, hours, closed days, and whether it is known to have a loop."""
    openings = [(window.weekday, window.opens, window.closes) for window in one.windows.all()]
    cells = _venue(one.venue, openings, (row.day for row in one.blackouts.all()))
    for other in one.other_venues.all():
        cells += _venue(other.venue, other.times, other.closed)
    return (cells + [""] * CELLS * VENUES)[: CELLS * VENUES]


def _venue(venue: Venue, openings: list[Opening], closed: Iterable[date]) -> list[str]:
    days = (a.isoformat() if a == b else f"{a.isoformat()}〜{b.isoformat()}" for a, b in runs_of(closed))
    return [venue.name, venue.address, write_openings(openings), "、".join(days), "○" if venue.induction_loop else ""]
