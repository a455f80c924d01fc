"""The list of requests as Excel and CSV."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from outreach.classes.codes import show_code
from outreach.contact.numbers import show
from outreach.dispatch.models import DispatchRequest
from outreach.dispatch.openings import write_openings
from outreach.downloads import download

HEAD = (
    _l("受付番号"), _l("状態"), _l("受付日"), _l("受けた方法"), _l("団体コード"), _l("都道府県"), _l("市区町村"),
    _l("会場"), _l("住所"), _l("講座"), _l("続けて開く回数"), _l("参加の見込み（人）"), _l("そのうち65歳以上（人）"),
    _l("講師の人数"), _l("いちばん早い日"), _l("いちばん遅い日"), _l("使える時間"), _l("使えない日"),
    _l("お願いしたいこと"), _l("貸し出すスマートフォン"), _l("実施団体"), _l("担当者の氏名"), _l("担当者の電話番号"),
    _l("備考"),
)  # fmt: skip


def requests_file(kind: str, found: QuerySet[DispatchRequest]) -> HttpResponse:
    """The list as it was filtered; it names the contacts, and the caller logs that it was taken."""
    about = [
        (_("作成日"), timezone.localdate().isoformat()),
        (_("出典"), _("津々浦々 派遣依頼（担当者の氏名を含みます）")),
    ]
    rows = map(_line, found.prefetch_related("windows", "blackouts"))
    return download(kind, "dispatch-requests", [str(title) for title in HEAD], rows, about=about)


def _line(one: DispatchRequest) -> tuple[Any, ...]:
    openings = [(window.weekday, window.opens, window.closes) for window in one.windows.all()]
    needs = [*one.need_labels, *([_("補聴の磁気ループ")] if one.hearing_loop else [])]
    return (
        show_code(one.letter.reference) if one.letter else "", one.get_status_display(), one.received_on.isoformat(),
        one.get_channel_display(), one.municipality.code6, one.municipality.prefecture.name, one.municipality.name,
        one.venue.name, one.venue.address, one.course.name, one.sessions, one.heads, one.learners_65, one.crew,
        one.earliest.isoformat(), one.latest.isoformat(), write_openings(openings),
        "、".join(row.day.isoformat() for row in one.blackouts.all()), "、".join(needs), one.loan_phones,
        one.organisation.name, one.contact_name, show(one.contact_phone), one.note,
    )  # fmt: skip
