"""A plan's current version as rows: trips and visits, written only where they differ from what stands."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from outreach.dispatch.building import moment_of, pk_of
from outreach.dispatch.models import DispatchRequest, Offer, OfferStatus, OtherBase, Plan, RequestStatus, Trip, Visit
from outreach.dispatch.problem import Plan as Answer
from outreach.dispatch.problem import Problem
from outreach.dispatch.services.answers import offers_follow
from outreach.dispatch.services.dropped import keep_history
from outreach.dispatch.services.requests import change_status
from outreach.dispatch.timing import Book, DutyTimes, TripTimer
from outreach.dispatch.violations import Ledger

VISIT = ("venue_id", "starts_at", "ends_at", "lead_id", "second_id")
TRIP = ("leaves_at", "back_at", "hm", "road_minutes", "overnight", "legs", "base_id")


def write_visits(plan: Plan, problem: Problem, answer: Answer) -> None:
    """Visits keep their rows, and so their offers; who is no longer asked so has the open offer taken back.

    Raises: PlanRefused where that would undo what someone accepted or residents booked.
    """
    wanted = {visit.id: visit for visit in problem.visits}
    first = date.fromisoformat(problem.horizon.start)
    fields: dict[Any, dict[str, Any]] = {}
    for entry in answer.visits:
        second = next((name for name in entry.instructors if name != entry.lead), None)
        fields[pk_of(entry.id)] = {
            "venue_id": pk_of(wanted[entry.id].place_at(entry.start)),
            "starts_at": moment_of(entry.start, first),
            "ends_at": moment_of(entry.start + wanted[entry.id].duration, first),
            "lead_id": pk_of(entry.lead),
            "second_id": pk_of(second) if second else None,
        }
    standing = {visit.request_id: visit for visit in plan.visits.all()}
    made = [Visit(plan=plan, request_id=pk, **own) for pk, own in fields.items() if pk not in standing]
    moved = [visit for pk, visit in standing.items() if pk in fields and _differs(visit, fields[pk])]
    gone = [visit for pk, visit in standing.items() if pk not in fields]
    offers_follow(moved=moved, gone=gone)
    Visit.objects.bulk_create(made)
    Visit.objects.bulk_update(moved, VISIT, batch_size=200)
    _settle_requests(plan, [visit.request_id for visit in (*made, *moved)], [visit.request_id for visit in gone])
    keep_history(gone)
    Visit.objects.filter(pk__in=[visit.pk for visit in gone]).delete()


def _differs(row: Visit | Trip, fields: dict[str, Any]) -> bool:
    """Take the new values over; say whether any was another."""
    changed = {name: value for name, value in fields.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    return bool(changed)


def _settle_requests(plan: Plan, served: list[int], dropped: list[int]) -> None:
    """What left this plan waits again, unless another is asking instructors for it, or has it in its draft."""
    received, planned = RequestStatus.RECEIVED, RequestStatus.PLANNED
    for request in DispatchRequest.objects.filter(pk__in=served, status=received):
        change_status(request=request, to=planned, by=None)
    left = DispatchRequest.objects.filter(pk__in=dropped, status__in=[planned, RequestStatus.OFFERED])
    asked = Offer.objects.exclude(status=OfferStatus.WITHDRAWN).exclude(visit__plan=plan)
    elsewhere = Visit.objects.filter(request__in=dropped, starts_at__gt=timezone.now()).exclude(plan=plan)
    held = set(elsewhere.values_list("request", flat=True))
    for request in left.exclude(pk__in=asked.filter(visit__request__in=dropped).values("visit__request")):
        to = planned if request.pk in held else received
        if request.status != to:
            change_status(request=request, to=to, by=None)


def write_trips(plan: Plan, problem: Problem, answer: Answer) -> None:
    fields = dict(_trip_fields(problem, answer))
    standing = {(trip.person_id, trip.day): trip for trip in plan.trips.all()}
    made = [
        Trip(plan=plan, person_id=person, day=day, **own)
        for (person, day), own in fields.items()
        if (person, day) not in standing
    ]
    moved = [trip for at, trip in standing.items() if at in fields and _differs(trip, fields[at])]
    Trip.objects.bulk_create(made)
    Trip.objects.bulk_update(moved, TRIP, batch_size=100)
    Trip.objects.filter(pk__in=[trip.pk for at, trip in standing.items() if at not in fields]).delete()


def _trip_fields(problem: Problem, answer: Answer) -> Iterable[tuple[tuple[int, date], dict[str, Any]]]:
    first = date.fromisoformat(problem.horizon.start)
    bases = set(OtherBase.objects.values_list("pk", flat=True))  # one may be gone since the plan was made
    for times, overnight, home in timed(problem, answer):
        base = pk_of(home) if home.startswith("b") else None
        fields = {
            "leaves_at": moment_of(times.leave, first),
            "back_at": moment_of(times.back, first),
            "hm": sum(journey.hm for journey in times.journeys),
            "road_minutes": sum(journey.minutes for journey in times.journeys),
            "overnight": overnight,
            "base_id": base if base in bases else None,
            "legs": [[leg.leave, leg.arrive, leg.hm, leg.ferry or ""] for leg in times.journeys],
        }
        yield (pk_of(times.instructor), first + timedelta(days=times.day)), fields


def timed(problem: Problem, answer: Answer) -> list[tuple[DutyTimes, bool, str]]:
    """Each day's duty of a plan that keeps the rules, whether its night is spent away, and whence the trip began."""
    book, ledger = Book(problem), Ledger(problem.horizon)
    return [
        (times, times.day != trip.days[-1].day, trip.home)
        for trip in answer.trips
        for times in TripTimer(book, trip, ledger).duties()
    ]
