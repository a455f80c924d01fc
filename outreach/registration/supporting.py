"""Reads of individual supports: whose they are, what waits, who should have left, and what a helper may know."""

from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from outreach.people.rules import Scope
from outreach.registration.models import OPEN_SUPPORTS, Support, SupportHelper, SupportStatus

OVERDUE = timedelta(minutes=30)
HISTORY = 5
A = SupportHelper.Answer
AROUND = ("organisation", "municipality__prefecture", "resident", "skill")


def supports_in(scope: Scope) -> QuerySet[Support]:
    """Law 7: the requests to one's own organisations. A helper reaches theirs by `helping`, never by this."""
    if scope.nation:
        return Support.objects.all()
    return Support.objects.filter(
        Q(organisation__in=scope.organisations) | Q(organisation__municipality__in=scope.municipalities)
    )


def with_helpers(found: QuerySet[Support]) -> QuerySet[Support]:
    """Annotate `asked` and `accepted` helpers."""
    return found.annotate(
        asked=Count("helpers", filter=~Q(helpers__answer=A.DECLINED)),
        accepted=Count("helpers", filter=Q(helpers__answer=A.ACCEPTED)),
    )


def waiting_in(scope: Scope) -> QuerySet[Support]:
    """Requests that want a time, a helper or an answer, the longest waiting first."""
    found = supports_in(scope).filter(status__in=[SupportStatus.REQUESTED, SupportStatus.MATCHED])
    return with_helpers(found).select_related(*AROUND).order_by("requested_at", "pk")


def overdue_helpers(now: datetime) -> QuerySet[SupportHelper]:
    """Those who arrived and have not left half an hour after the end."""
    late = SupportHelper.objects.filter(
        answer=A.ACCEPTED, arrived_at__isnull=False, left_at__isnull=True, support__ends_at__lt=now - OVERDUE
    )
    return late.select_related("person", "support__municipality", "support__organisation").order_by("support__ends_at")


def not_arrived(now: datetime) -> QuerySet[SupportHelper]:
    """Those who agreed and have noted no arrival half an hour after the start."""
    missing = SupportHelper.objects.filter(
        answer=A.ACCEPTED,
        arrived_at__isnull=True,
        support__status=SupportStatus.AGREED,
        support__starts_at__lt=now - OVERDUE,
    )
    return missing.select_related("person", "support__municipality").order_by("support__starts_at")


def helping(person: int | None) -> QuerySet[SupportHelper]:
    """A supporter's own part in supports."""
    around = [f"support__{name}" for name in AROUND]
    return SupportHelper.objects.filter(person=person).select_related("person", *around)


def own_supports(person: int | None, now: datetime) -> list[SupportHelper]:
    """What waits for an answer, is to come, or is going on. 1 statement."""
    mine = helping(person).exclude(answer=A.DECLINED).filter(support__status__in=OPEN_SUPPORTS, left_at__isnull=True)
    return list(mine.filter(support__ends_at__gt=now - timedelta(days=7)).order_by("support__starts_at"))


def history_for(helper: SupportHelper) -> list[SupportHelper]:
    """What earlier helpers noted for whoever helps this person next: only for one who agreed to, and until it is done.

    The office does not read it: see the views.
    """
    if helper.answer != A.ACCEPTED or helper.support.status != SupportStatus.AGREED:
        return []
    earlier = SupportHelper.objects.filter(
        support__resident=helper.support.resident_id, support__organisation=helper.support.organisation_id
    )
    told = earlier.exclude(note="").exclude(support=helper.support_id).select_related("support")
    return list(told.order_by("-left_at")[:HISTORY])


def is_first(support: Support) -> bool:
    done = Support.objects.filter(resident=support.resident_id, kind=support.kind, status=SupportStatus.DONE)
    return not done.exclude(pk=support.pk).exists()
