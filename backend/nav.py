"""The staff menu: what this user may open, in the order of a day's work."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from outreach.people.models import Membership
from outreach.people.rules import ALLOWED, Action

Entry = tuple[object, str, Action]  # label, name of the page, what the page asks for

# A heading for each part of the work; under it the pages where one goes daily.
GROUPS: tuple[tuple[object, tuple[Entry, ...]], ...] = (
    (_("今日"), ((_("今日"), "desk:today", Action.SEE_FIGURES),)),
    (
        _("わたし"),
        (
            (_("わたしの予定"), "desk:own-work", Action.OWN_WORK),
            (_("来られる日と時間"), "people:own-hours", Action.OWN_WORK),
            (_("研修"), "desk:own-training", Action.OWN_WORK),
        ),
    ),
    (
        _("講習会"),
        (
            (_("講習会"), "desk:sessions", Action.SEE_SESSIONS),
            (_("受付"), "desk:check-in", Action.TAKE_ATTENDANCE),
            (_("制度"), "desk:programmes", Action.EDIT_SESSIONS),
            (_("連続講座"), "desk:series-list", Action.SEE_RESIDENTS),
            (_("地区アンケート"), "classes:surveys", Action.EDIT_SESSIONS),
            (_("出前講座"), "registration:lecture-list", Action.EDIT_SESSIONS),
            (_("荒天・欠航"), "desk:storm", Action.SEE_SESSIONS),
            (_("ファイルで登録"), "classes:uploads", Action.EDIT_SESSIONS),
            (_("会場"), "desk:venues", Action.EDIT_SESSIONS),
            (_("地域の提案"), "desk:proposals", Action.EDIT_SESSIONS),
            (_("報告"), "desk:reports", Action.EDIT_SESSIONS),
            (_("設定"), "desk:offices", Action.EDIT_OFFICE),
        ),
    ),
    (
        _("住民"),
        (
            (_("電話受付"), "desk:phone", Action.EDIT_RESIDENTS),
            (_("申込"), "desk:bookings", Action.SEE_RESIDENTS),
            (_("架電"), "desk:calls", Action.MAKE_CALLS),
            (_("問い合わせ"), "desk:enquiries", Action.SEE_RESIDENTS),
            (_("連絡"), "contact:messages", Action.SEE_RESIDENTS),
            (_("録音"), "phone:recordings", Action.MAKE_CALLS),
            (_("ポイント"), "desk:points", Action.EDIT_RESIDENTS),
        ),
    ),
    (
        _("派遣"),
        (
            (_("派遣依頼"), "dispatch:requests", Action.PLAN_DISPATCH),
            (_("派遣計画"), "dispatch:plans", Action.PLAN_DISPATCH),
            (_("打診"), "dispatch:offers", Action.PLAN_DISPATCH),
            (_("派遣する講師"), "dispatch:instructors", Action.SEE_PEOPLE),
            (_("件数"), "dispatch:request-figures", Action.SEE_FIGURES),
        ),
    ),
    (
        _("講師・サポーター"),
        (
            (_("名簿"), "desk:people", Action.SEE_PEOPLE),
            (_("応募"), "desk:applications", Action.EDIT_PEOPLE),
            (_("研修"), "desk:training", Action.EDIT_PEOPLE),
            (_("個別支援"), "registration:supports", Action.SEE_RESIDENTS),
        ),
    ),
    (
        _("実績"),
        (
            (_("地図"), "reporting:coverage", Action.SEE_FIGURES),
            (_("学びの結果"), "reporting:learning", Action.SEE_FIGURES),
        ),
    ),
)
# Pages whose address doesn't lie under that of the page they belong to.
UNDER = (
    ("/staff/visits/", "dispatch:offers"),
    ("/staff/travelled/", "dispatch:offers"),
    ("/staff/learners/", "desk:series-list"),
    ("/staff/districts/", "classes:surveys"),
)
FLAT = 6  # so few pages need no headings


@dataclass(frozen=True)
class NavItem:
    label: str
    url: str
    current: bool

    @property
    def mark(self) -> str:
        """Its `aria-current`."""
        return "page" if self.current else ""


@dataclass(frozen=True)
class NavGroup:
    """A heading, which leads to its first page."""

    label: str
    pages: tuple[NavItem, ...]

    @property
    def url(self) -> str:
        return self.pages[0].url

    @property
    def mark(self) -> str:
        """Its `aria-current`: "true" where the page itself is named below."""
        marked = any(page.current for page in self.pages)
        return ("true" if len(self.pages) > 1 else "page") if marked else ""


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


def nav_groups(request: HttpRequest) -> list[NavGroup]:
    """The pages whose room stands on this surface and that one of the user's roles permits, under their headings.

    Who may open but a few gets them without headings. The page with the longest address that leads here is current.
    """
    permitted = frozenset[Action]().union(*(ALLOWED[m.role] for m in memberships_of(request)))
    found = [(str(label), [item for item in entries if item[2] in permitted]) for label, entries in GROUPS]
    listed = [(label, [(str(name), address(view)) for name, view, _action in entries]) for label, entries in found]
    path = next((address(name) for start, name in UNDER if request.path.startswith(start)), request.path)
    here = _nearest(path, [url for _label, pages in listed for _name, url in pages if url])
    groups = [
        NavGroup(label, tuple(NavItem(name, url, url == here) for name, url in pages if url)) for label, pages in listed
    ]
    pages = [page for group in groups for page in group.pages]
    if len(pages) <= FLAT:
        return [NavGroup(page.label, (page,)) for page in pages]
    return [group for group in groups if group.pages]


def _nearest(path: str, urls: list[str]) -> str:
    """The longest that `path` lies under. Today's address begins that of every page: it is here only by itself."""
    root = reverse("desk:today")
    return max((url for url in urls if path == url or (url != root and path.startswith(url))), key=len, default="")


def address(name: str) -> str:
    """Where the page is; nothing where its room has no pages yet."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
