"""Requests: taken in, amended until they are planned, withdrawn whenever."""

from collections.abc import Iterable
from datetime import date, time
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from outreach.classes.models import PLANNED, Venue
from outreach.dispatch.models import (
    AMENDABLE,
    ENDED,
    STANDING,
    DispatchRequest,
    Offer,
    RequestBlackout,
    RequestEvent,
    RequestStatus,
    RequestWindow,
    Visit,
)
from outreach.dispatch.rules import may_follow
from outreach.dispatch.services.answers import lock_plan, withdraw_offers
from outreach.people.models import User

Opening = tuple[int, time, time]  # weekday, opens, closes


class RequestError(Exception):
    """A request cannot become so. `str()` is for staff to read."""


@transaction.atomic
def create_request(
    *, fields: dict[str, Any], openings: Iterable[Opening], blackouts: Iterable[date], by: User | None
) -> DispatchRequest:
    """Take a request in. `fields` are those of the model, without municipality: it is the venue's."""
    request = DispatchRequest.objects.create(**fields, municipality_id=fields["venue"].municipality_id)
    _write_times(request, openings, blackouts)
    RequestEvent.objects.create(request=request, new=request.status, by=by)
    return request


@transaction.atomic
def amend_request(
    *,
    request: DispatchRequest,
    fields: dict[str, Any],
    openings: Iterable[Opening],
    blackouts: Iterable[date],
    by: User | None,
) -> None:
    """Write the request anew. Raises: RequestError once it is planned."""
    locked = DispatchRequest.objects.select_for_update().get(pk=request.pk)
    if locked.status not in AMENDABLE:
        raise RequestError(_("計画に入った派遣依頼は直せません。取り下げて、新しく登録してください。"))
    values = {**fields, "municipality_id": fields["venue"].municipality_id}
    DispatchRequest.objects.filter(pk=request.pk).update(**values)
    request.windows.all().delete()
    request.blackouts.all().delete()
    _write_times(request, openings, blackouts)
    RequestEvent.objects.create(request=request, old=locked.status, new=locked.status, by=by, reason=_("内容の変更"))


def _write_times(request: DispatchRequest, openings: Iterable[Opening], blackouts: Iterable[date]) -> None:
    RequestWindow.objects.bulk_create(
        RequestWindow(request=request, weekday=weekday, opens=opens, closes=closes)
        for weekday, opens, closes in openings
    )
    RequestBlackout.objects.bulk_create(RequestBlackout(request=request, day=day) for day in sorted(set(blackouts)))


@transaction.atomic
def change_status(*, request: DispatchRequest, to: RequestStatus, by: User | None, reason: str = "") -> None:
    """Move by compare-and-set and write the event (law 10). Raises: RequestError."""
    old = RequestStatus(request.status)
    if not may_follow(old, to):
        raise RequestError(_("「%(old)s」から「%(new)s」にはできません。") % {"old": old.label, "new": to.label})
    if DispatchRequest.objects.filter(pk=request.pk, status=old).update(status=to) != 1:
        raise RequestError(_("ほかの人が先に変更しました。画面を開き直してください。"))
    request.status = to
    RequestEvent.objects.create(request=request, old=old, new=to, by=by, reason=reason)


@transaction.atomic
def withdraw_request(*, request: DispatchRequest, by: User | None, reason: str) -> None:
    """End a request at any time before it is agreed; its standing offers end with it. Again, nothing more.

    Nor while its class stands, which residents come to, though its instructor fell ill. Raises: RequestError.
    """
    if request.status == RequestStatus.AGREED:
        raise RequestError(_("講師が決まった依頼は、講習会の画面で中止にしてください。"))
    for plan in sorted(set(Visit.objects.filter(request=request).values_list("plan_id", flat=True))):
        lock_plan(plan)
    if request.status == RequestStatus.WITHDRAWN:
        return
    if has_classes([request.pk]):
        raise RequestError(_("講習会がもう公開されています。先に、講習会の画面で中止にしてください。"))
    change_status(request=request, to=RequestStatus.WITHDRAWN, by=by, reason=reason)
    withdraw_offers(Offer.objects.filter(visit__request=request, status__in=STANDING), by=by, reason=reason)


def has_classes(requests: Iterable[int]) -> bool:
    """Whether classes that came of these requests stand."""
    return Visit.objects.filter(request__in=requests, sessions__status__in=PLANNED).exists()


@transaction.atomic
def close_venue(*, request: DispatchRequest, venue: Venue, day: date, by: User | None, closed: bool = True) -> None:
    """Note that one of its venues can't be used that day, or can after all, also once it is planned: a visit there is
    then marked in its plan. Raises: RequestError once it is agreed or ended, or of a venue that isn't its own.
    """
    locked = DispatchRequest.objects.select_for_update().get(pk=request.pk)
    if locked.status in ENDED:
        raise RequestError(_("講師が決まった依頼は、講習会の画面で変えてください。"))
    if venue.pk == locked.venue_id:
        days = locked.blackouts.filter(day=day)
        changed = days.exists() != closed
        if closed:
            RequestBlackout.objects.get_or_create(request=locked, day=day)
        else:
            days.delete()
    else:
        other = locked.other_venues.filter(venue=venue).first()
        if other is None:
            raise RequestError(_("この依頼の会場ではありません。"))
        kept = {one for one in other.closed if one != day} | ({day} if closed else set())
        changed = kept != set(other.closed)
        other.blackouts = [one.isoformat() for one in sorted(kept)]
        other.save(update_fields=["blackouts"])
    if changed:
        said = _("%(venue)sは%(day)sに使えない") if closed else _("%(venue)sは%(day)sに使える")
        words = said % {"venue": venue.name, "day": day.isoformat()}
        RequestEvent.objects.create(request=locked, old=locked.status, new=locked.status, by=by, reason=words[:200])
