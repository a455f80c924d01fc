"""What a search for changes found, in ids, and a digest of all that it rests on."""

import json
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from pydantic import TypeAdapter

from outreach.dispatch.building import key, moment_of
from outreach.dispatch.explain.changes import Change
from outreach.dispatch.explain.reasons import Diagnosis
from outreach.dispatch.models import DayLock, DispatchRequest, Offer, Plan, Visit
from outreach.dispatch.sending import people_of
from outreach.people.availability import spans_of
from outreach.people.models import Engagement


class Outside(StrEnum):
    """Why a request is no part of what was planned."""

    NEWER = "newer"  # came, or was amended, since
    PERIOD = "period"
    SHUT = "shut"  # its venue is never open
    ALL_SHUT = "all-shut"  # none of its venues is


@dataclass(frozen=True, slots=True)
class Found:
    """A change that works: who would then go when, the lead first, and what the plan costs more (less is better).

    `place`: where to, of a visit that could be at several.
    """

    change: Change
    start: int
    crew: tuple[str, ...]
    extra: int
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a search found. `short`: there was more to try than it had time for."""

    outside: Outside | None = None
    diagnosis: Diagnosis | None = None
    changes: tuple[Found, ...] = ()
    short: bool = False


FINDING = TypeAdapter(Finding)  # to JSON and back


def state_of(plan: Plan, request: DispatchRequest) -> str:
    """A digest of all that a finding rests on: the plan and its orders, the request, and whose time is promised."""
    visits = Visit.objects.filter(plan=plan)
    parts = [
        timezone.localdate(),  # what was found for a day that is over by now is nothing
        plan.version_id,
        sorted(visits.filter(locked=True).values_list("pk", flat=True)),
        sorted(Offer.objects.filter(visit__in=visits).values_list("visit", "person", "status")),
        sorted(DayLock.objects.filter(plan=plan).values_list("person", "day")),
        list(DispatchRequest.objects.filter(pk=request.pk).values_list("venue", "earliest", "latest", "status")),
        sorted(request.windows.values_list("weekday", "opens", "closes")),
        sorted(request.blackouts.values_list("day", flat=True)),
        list(request.other_venues.order_by("rank").values_list("venue", "openings", "blackouts")),
        sorted(engaged(plan)),
    ]
    return sha256(json.dumps(parts, cls=DjangoJSONEncoder).encode()).hexdigest()


def engaged(plan: Plan) -> frozenset[tuple[str, int]]:
    """People and days of the horizon promised to something else than this plan: no day off, though they don't work."""
    begins, ends = moment_of(0, plan.first), moment_of(0, plan.last + timedelta(days=1))
    taken = Engagement.objects.filter(starts_at__lt=ends, ends_at__gt=begins).exclude(
        subject__startswith=f"trip:{plan.pk}:"
    )
    taken = taken.filter(person__in=people_of(plan.prefecture_id))
    return frozenset(
        (key("p", person), (piece.day - plan.first).days)
        for person, starts_at, ends_at in taken.values_list("person_id", "starts_at", "ends_at")
        for piece in spans_of(starts_at, ends_at)
    )
