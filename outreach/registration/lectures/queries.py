"""Reads of lectures that can be asked for, and of requests."""

from datetime import datetime

from django.db.models import Q, QuerySet

from outreach.classes import codes
from outreach.people.models import Organisation
from outreach.people.rules import Scope
from outreach.people.tries import Guard
from outreach.registration.models import LectureMenu, LectureRequest


def menus(*, prefecture: str = "") -> QuerySet[LectureMenu]:
    """What can be asked for, of organisations in a prefecture. 1 statement."""
    found = LectureMenu.objects.filter(active=True, organisation__municipality__isnull=False)
    if prefecture:
        found = found.filter(organisation__municipality__prefecture=prefecture)
    return found.select_related("organisation__municipality__prefecture", "course")


def lectures_in(scope: Scope) -> QuerySet[LectureRequest]:
    """The requests to the organisations that a scope reaches (law 7)."""
    around = ("menu__organisation", "menu__course", "municipality__prefecture", "session")
    found = LectureRequest.objects.select_related(*around)
    return found if scope.nation else found.filter(menu__organisation__in=_own(scope).values("pk"))


def _own(scope: Scope) -> QuerySet[Organisation]:
    return Organisation.objects.filter(
        Q(pk__in=scope.organisations)
        | Q(municipality__in=scope.municipalities)
        | Q(municipality__prefecture__in=scope.prefectures)
    )


def find_request(*, reference: str, phone: str, address: str) -> LectureRequest | None:
    """The request that a reference and its number name together. Raises: TooManyTries."""
    code = codes.clean_code(reference, codes.REFERENCE_DIGITS)
    guard = Guard(address=address, reference=code or reference)
    guard.check()
    around = ("menu__organisation", "menu__course", "session__venue")
    found = LectureRequest.objects.select_related(*around).filter(reference=code, phone=phone).first() if code else None
    if found is None:
        guard.failed()
    return found


def wished(request: LectureRequest) -> list[datetime]:
    return [datetime.fromisoformat(moment) for moment in request.wished]
