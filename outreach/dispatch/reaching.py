"""What dispatch did for municipalities without a shop: who asked, who has an instructor, where one has been. Counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from geo.models import Municipality
from geo.shops import ShopStatuses
from outreach.classes.models import PLANNED, Session, SessionStatus
from outreach.dispatch.models import DispatchRequest, PlanStatus, RequestStatus, Visit
from outreach.people.models import Organisation
from outreach.people.rules import Scope


@dataclass(frozen=True)
class Town:
    """A municipality without a shop and its requests: all that stand, those with an instructor, those gone to."""

    code6: str
    name: str
    prefecture: str
    asked: int
    agreed: int
    gone: int

    @property
    def words(self) -> str:
        if self.gone:
            return _("講師が行った")
        if self.agreed:
            return _("講師が決まった")
        return _("依頼があり、講師はまだ") if self.asked else _("依頼がない")


@dataclass(frozen=True)
class Reached:
    """Municipalities without a shop, of a prefecture or in all: each counts once, at the farthest that it has come."""

    name: str
    towns: int
    asked: int
    agreed: int
    gone: int

    @property
    def waiting(self) -> int:
        return self.asked - self.agreed

    @property
    def silent(self) -> int:
        return self.towns - self.asked


def shopless_towns(scope: Scope, shops: ShopStatuses, requests: QuerySet[DispatchRequest], now: datetime) -> list[Town]:
    """Those that the scope reaches, by code, with their part of `requests`. 2 statements.

    Gone to: the visit is over, and its classes were not all cancelled; or a class that the office had moved is.
    """
    classes = Session.objects.filter(visits=OuterRef("pk"))
    fell = Exists(classes.filter(status=SessionStatus.CANCELLED)) & ~Exists(classes.filter(status__in=PLANNED))
    visits = Visit.objects.filter(~fell, request=OuterRef("pk"), plan__status=PlanStatus.PUBLISHED, ends_at__lte=now)
    agreed = Q(status=RequestStatus.AGREED)
    moved = Session.objects.filter(dispatch_requests=OuterRef("pk"), status__in=PLANNED, ends_at__lte=now)
    live = requests.exclude(status=RequestStatus.WITHDRAWN).annotate(over=Exists(visits) | Exists(moved))
    rows = (
        live.order_by()
        .values("municipality")
        .annotate(asked=Count("pk"), agreed=Count("pk", filter=agreed), gone=Count("pk", filter=agreed & Q(over=True)))
    )
    counts = {row["municipality"]: row for row in rows}
    none = {"asked": 0, "agreed": 0, "gone": 0}
    found = _within(scope).filter(code__in=shops.shopless).select_related("prefecture").order_by("code")
    return [
        Town(town.code6, town.name, town.prefecture.name, of["asked"], of["agreed"], of["gone"])
        for town in found
        for of in (counts.get(town.code, none),)
    ]


def _within(scope: Scope) -> QuerySet[Municipality]:
    sends = Organisation.objects.filter(pk__in=scope.organisations, kind=Organisation.Kind.DISPATCH)
    everyone = Municipality.objects.of_today()
    if scope.nation or sends.exists():
        return everyone
    return everyone.filter(Q(prefecture__in=scope.prefectures) | Q(code__in=scope.municipalities))


def by_prefecture(towns: Iterable[Town]) -> list[Reached]:
    groups: dict[str, list[Town]] = {}
    for town in towns:
        groups.setdefault(town.prefecture, []).append(town)
    return [sum_of(name, group) for name, group in groups.items()]


def sum_of(name: str, towns: list[Town]) -> Reached:
    return Reached(
        name,
        len(towns),
        sum(town.asked > 0 for town in towns),
        sum(town.agreed > 0 for town in towns),
        sum(town.gone > 0 for town in towns),
    )
