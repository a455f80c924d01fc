"""The staff menu: what this user may open, in the order of a day's work."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from outreach.people.models import Membership
from outreach.people.rules import ALLOWED, Action

# (label, name of the page, what the page asks for)
PAGES = (
    (_("今日"), "desk:today", Action.SEE_FIGURES),
    (_("わたしの予定"), "desk:own-work", Action.OWN_WORK),
    (_("講習会"), "desk:sessions", Action.SEE_SESSIONS),
    (_("受付"), "desk:check-in", Action.TAKE_ATTENDANCE),
    (_("連続講座"), "desk:series-list", Action.SEE_RESIDENTS),
    (_("地区アンケート"), "classes:surveys", Action.EDIT_SESSIONS),
    (_("電話受付"), "desk:phone", Action.EDIT_RESIDENTS),
    (_("申込"), "desk:bookings", Action.SEE_RESIDENTS),
    (_("架電"), "desk:calls", Action.MAKE_CALLS),
    (_("荒天・欠航"), "desk:storm", Action.EDIT_SESSIONS),
    (_("問い合わせ"), "desk:enquiries", Action.SEE_RESIDENTS),
    (_("派遣依頼"), "dispatch:requests", Action.PLAN_DISPATCH),
    (_("派遣計画"), "dispatch:plans", Action.PLAN_DISPATCH),
    (_("打診"), "dispatch:offers", Action.PLAN_DISPATCH),
    (_("ファイルで登録"), "classes:uploads", Action.EDIT_SESSIONS),
    (_("地域の提案"), "desk:proposals", Action.EDIT_SESSIONS),
    (_("報告"), "desk:reports", Action.EDIT_SESSIONS),
    (_("学びの結果"), "reporting:learning", Action.SEE_FIGURES),
    (_("ポイント"), "desk:points", Action.EDIT_RESIDENTS),
    (_("録音"), "phone:recordings", Action.MAKE_CALLS),
    (_("連絡"), "contact:messages", Action.SEE_RESIDENTS),
    (_("地図"), "reporting:coverage", Action.SEE_FIGURES),
)


@dataclass(frozen=True)
class NavItem:
    label: str
    url: str
    current: bool


def memberships_of(request: HttpRequest) -> list[Membership]:
    """The roles of the signed-in user, read once a request; none for strangers."""
    if not request.user.is_authenticated:
        return []
    found: list[Membership] | None = getattr(request, "_memberships", None)
    if found is None:
        reach = ("prefecture", "municipality", "organisation")
        found = list(request.user.memberships.select_related(*reach))
        request._memberships = found  # type: ignore[attr-defined]
    return found


def nav_items(request: HttpRequest) -> list[NavItem]:
    """Pages whose room stands on this surface and that one of the user's roles permits; the longest match is here."""
    permitted = frozenset[Action]().union(*(ALLOWED[m.role] for m in memberships_of(request)))
    pages = [(str(label), address(name)) for label, name, action in PAGES if action in permitted]
    here = max((url for _label, url in pages if url and request.path.startswith(url)), key=len, default="")
    return [NavItem(label, url, url == here) for label, url in pages if url]


def address(name: str) -> str:
    """Where the page is; nothing where its room has no pages yet."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
