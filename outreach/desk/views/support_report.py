"""A year of individual supports in counts, as a page and as a file."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from outreach.desk.views.people import organisations_in
from outreach.downloads import FORMATS, download
from outreach.people.access import ScopedRequest, allowed
from outreach.people.models import Organisation
from outreach.people.rules import Action
from outreach.people.writing import whole_number
from outreach.registration.yearly import YearOfSupports, this_year, year_of_supports

YEARS = 3


@allowed(Action.EDIT_RESIDENTS)
@require_safe
def report(request: ScopedRequest) -> HttpResponse:
    """Of one organisation and one fiscal year; no person is named."""
    known: QuerySet[Organisation] = organisations_in(request.scope).filter(takes_requests=True)
    raw = request.GET.get("organisation", "")
    one = get_object_or_404(known, pk=whole_number(raw)) if whole_number(raw) else known.first()
    asked, latest = request.GET.get("fy", ""), this_year()
    years = list(range(latest, latest - YEARS, -1))
    year = whole_number(asked) if whole_number(asked) in years else latest
    found = year_of_supports(one, year) if one else None
    kind = request.GET.get("format", "")
    if found and one and kind in FORMATS:
        return _file(kind, one, found)
    context = {"one": one, "organisations": known[:50], "years": years, "year": year, "found": found}
    return render(request, "desk/people/support_report.html", context)


def _file(kind: str, one: Organisation, found: YearOfSupports) -> HttpResponse:
    head = [_("月"), _("自宅への訪問"), _("電話での手伝い"), _("団体への講師"), _("合計")]
    rows = [(f"{m.first:%Y-%m}", m.visit, m.phone, m.group, m.total) for m in found.months]
    register = found.register
    about: list[list[Any]] = [
        [_("津々浦々 個別支援の年次報告")],
        [_("実施団体"), one.name],
        [_("年度"), found.fiscal_year],
        [_("依頼"), found.requested],
        [_("実施"), found.done],
        [_("取消"), found.cancelled],
        [_("活動した人"), found.helpers],
        [_("利用した人"), found.residents],
        [_("活動の時間"), found.hours],
        [_("年度はじめの登録者"), register.at_start],
        [_("新しい修了者"), register.new],
        [_("やめた人"), register.left],
        [_("年度末（今年度は今日）の登録者"), register.at_end],
        [_("作成した日"), timezone.localdate().isoformat()],
    ]
    return download(kind, f"supports-{found.fiscal_year}", head, rows, about=about)
