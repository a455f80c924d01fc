"""From the database to a `Problem`: who can be sent where and when, as the solvers, the check and the pages see it.

Ids are `p<person>`, `r<request>`, `h<person>` (home), `b<other base>`, `v<venue>` and `n<municipality>` (where one
sleeps: its centre, since inns aren't known). Terrain isn't known either: `terrain.py` guesses it.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from geo.shops import shop_status
from outreach.classes.models import HELD, PLANNED, Session, Venue
from outreach.dispatch.engaged import shortest
from outreach.dispatch.ferries import load_sea, write_out
from outreach.dispatch.ids import key, minute_of, moment_of, pk_of
from outreach.dispatch.models import (
    ENDED,
    SAID_NO,
    STANDING,
    DayLock,
    DispatchRequest,
    DroppedEvent,
    Offer,
    OfferStatus,
    OtherBase,
    Plan,
    PlanStatus,
    Visit,
)
from outreach.dispatch.priority import unserved_penalty
from outreach.dispatch.problem import (
    MAX_STARTS,
    VERSION,
    Band,
    Elsewhere,
    Forbidden,
    FrozenDay,
    Horizon,
    Lock,
    Prior,
    Problem,
    Weights,
)
from outreach.dispatch.problem import Visit as Wanted
from outreach.dispatch.rules import SETUP, TEARDOWN, first_day
from outreach.dispatch.sending import instructors_of, people_of
from outreach.dispatch.sites import ports_of, sites_of, ways_between
from outreach.dispatch.travel import is_winter
from outreach.dispatch.wishes import AROUND, Offered, Taken, Wish, offered_starts, rooms_taken, stands, wishes

__all__ = ["build_problem", "key", "minute_of", "moment_of", "pk_of", "with_orders"]

WEIGHTS = Weights(per_hm=1, per_minute=2, night=1500, overload=(Band(0, 1), Band(300, 2)))
TOLD_START, TOLD_PERSON = 600, 300  # what it costs to change what people were told: 60 and 30 km of road
LATER_WISH = 200  # for each who comes, for each venue of the request that was wished for more: 20 km of road


@dataclass(frozen=True)
class Kept:
    """Where a plan has a visit. `held`: it stays there, though its venue is closed."""

    visit: Visit
    first: date
    held: bool


def build_problem(
    *,
    prefecture: str,
    first: date,
    last: date,
    plan: Plan | None = None,
    as_if: DispatchRequest | None = None,
    anew: bool = False,
) -> Problem:
    """Every open request of a prefecture and everyone who can be sent, from `first` to `last`.

    With `plan`: also what its visits lock, what was told to people and who said no. `as_if`: a request that stands in
    place of its row, to see what would be. `anew`: visits that nothing holds must leave where their venue has closed
    or their time is over. Nothing else is put into days that are over. A fixed number of statements.
    """
    horizon = Horizon(first.isoformat(), (last - first).days + 1)
    visits = list(plan.visits.select_related("venue")) if plan else []
    held = _held(plan, visits) if plan and anew else None
    kept = {visit.request_id: Kept(visit, first, held is None or visit.pk in held) for visit in visits}
    wanted = _wanted(prefecture, first, last, kept, plan, as_if)
    found = people_of(prefecture).select_related("travel_limits").prefetch_related("qualifications")
    people = list(found.order_by("pk"))
    requests = {request.pk for request, _offered in wanted}
    bases = list(OtherBase.objects.filter(person__in=people).order_by("pk"))
    sites = sites_of(people, bases, _venues(wanted))
    lines = load_sea().between({site.island for site in sites if site.island})
    sites += ports_of(lines, prefecture)
    asked = _visits(wanted, first)
    instructors = instructors_of(people, bases, horizon, plan, shortest(asked), anew=anew)
    visits = [visit for visit in visits if visit.request_id in requests]
    problem = Problem(
        version=VERSION,
        name=f"{prefecture}-{first}-{last}",
        horizon=horizon,
        weights=WEIGHTS,
        places=tuple(site.place for site in sites),
        travel=ways_between(sites, winter=any(is_winter(prefecture, month) for month in _months(first, last))),
        ferries=write_out(lines, first, horizon.days),
        instructors=instructors,
        visits=asked,
    )
    return _with_orders(problem, plan, visits, first) if plan else problem


def _months(first: date, last: date) -> set[int]:
    """Those that the horizon touches: one with a day of winter is driven as in winter, rather too slowly than late."""
    return {(first + timedelta(days=n)).month for n in range((last - first).days + 1)}


def with_orders(problem: Problem, plan: Plan) -> Problem:
    """A problem kept with the plan, with what people locked, accepted, refused or were told by now."""
    known = {visit.id for visit in problem.visits}
    visits = [visit for visit in plan.visits.all() if key("r", visit.request_id) in known]
    return _with_orders(problem, plan, visits, date.fromisoformat(problem.horizon.start))


def in_other_plans(plan: Plan | None) -> QuerySet[Visit, int]:
    """Requests that stand in a published plan other than this, on a day to come: they are being asked for there.

    So do those whose crew agreed, though no class could be made of it. Not those that this plan has asked for: a draft
    that held them too and was published later asks for none of them.
    """
    asked = Q(starts_at__gt=timezone.now()) | ~Q(trouble="")
    published = Visit.objects.filter(asked, plan__status=PlanStatus.PUBLISHED)
    if plan is not None:
        own = Offer.objects.filter(visit__plan=plan).exclude(status=OfferStatus.WITHDRAWN)
        published = published.exclude(plan=plan).exclude(request__in=own.values("visit__request"))
    return published.values_list("request", flat=True)


def _wanted(
    prefecture: str,
    first: date,
    last: date,
    kept: dict[int, Kept],
    plan: Plan | None,
    as_if: DispatchRequest | None,
) -> list[tuple[DispatchRequest, Offered]]:
    """Requests that can be met in the horizon, with when and where; those of the plan keep theirs."""
    rows = DispatchRequest.objects.filter(municipality__prefecture=prefecture, earliest__lte=last, latest__gte=first)
    rows = rows.filter(~Q(status__in=ENDED) | Q(pk__in=kept)).exclude(status="withdrawn")
    rows = rows.exclude(pk__in=in_other_plans(plan))
    rows = rows.select_related("course", "venue").prefetch_related(*AROUND).order_by("pk")
    asked = [as_if if as_if and as_if.pk == row.pk else row for row in rows]
    taken, since = rooms_taken(asked, first, last), first_day(first, last, timezone.localdate())
    found = []
    for request in asked:
        offered = offered_starts(request, first, last, taken, since)
        if request.pk in kept:
            offered = _with_kept(request, offered, kept[request.pk], taken)
        if offered:
            found.append((request, offered))
    return found


def _with_kept(request: DispatchRequest, offered: Offered, kept: Kept, taken: Taken) -> Offered:
    """Where and when the plan has it, even if it could no longer be asked for so."""
    over = kept.visit.starts_at <= timezone.now()
    start, venue = minute_of(kept.visit.starts_at, kept.first), kept.visit.venue
    if start in offered and offered[start].venue == venue:
        return offered
    meets = any(start < end and begin < start + request.minutes for begin, end in taken.get(venue.pk, ()))
    if not kept.held and (over or meets or not stands(request, kept.visit)):
        return offered
    known = next((wish for wish in wishes(request) if wish.venue == venue), Wish(1, venue, (), frozenset()))
    others = [one for one in offered if one != start][: MAX_STARTS - 1]
    return dict(sorted([*((one, offered[one]) for one in others), (start, known)]))


def _venues(wanted: list[tuple[DispatchRequest, Offered]]) -> dict[int, Venue]:
    firsts = {request.venue_id: request.venue for request, _offered in wanted}
    return firsts | {wish.venue.pk: wish.venue for _request, offered in wanted for wish in offered.values()}


def _elsewhere(request: DispatchRequest, offered: Offered) -> tuple[Elsewhere, ...]:
    return tuple(
        Elsewhere(start, key("v", wish.venue.pk), LATER_WISH * (wish.rank - 1))
        for start, wish in offered.items()
        if wish.venue.pk != request.venue_id
    )


def _visits(wanted: list[tuple[DispatchRequest, Offered]], first: date) -> tuple[Wanted, ...]:
    towns = {request.municipality_id for request, _ in wanted}
    shops = shop_status(first)
    taught = set(Session.objects.filter(municipality__in=towns, status__in=HELD).values_list("municipality", flat=True))
    return tuple(
        Wanted(
            id=key("r", request.pk),
            place=key("v", request.venue_id),
            starts=tuple(offered),
            duration=request.minutes,
            setup=SETUP,
            teardown=TEARDOWN,
            sessions=request.sessions,
            crew=request.crew,
            lead_skills=(request.course.skill_id, *request.needs),
            second_skills=(request.course.skill_id,) if request.crew == 2 else (),
            penalty=unserved_penalty(
                crew=request.crew,
                first_visit=str(shops.get(request.municipality_id)) == "none" and request.municipality_id not in taught,
                learners_65=request.learners_65,
                days_waited=(first - request.received_on).days,
            ),
            elsewhere=_elsewhere(request, offered),
        )
        for request, offered in wanted
    )


def _with_orders(problem: Problem, plan: Plan, visits: list[Visit], first: date) -> Problem:
    """Add what replanning must leave, should leave, and must not do."""
    known = {person.id for person in problem.instructors}
    offers = list(Offer.objects.filter(visit__in=visits).values_list("visit_id", "person_id", "status"))
    held = _held(plan, visits)
    frozen = _frozen(plan)
    told: dict[int, set[int]] = defaultdict(set)
    for visit, person, status in offers:
        if status in STANDING:
            told[visit].add(person)

    no = {
        (key("p", person), key("r", visit.request_id))
        for visit in visits
        for other, person, status in offers
        if other == visit.pk and status in SAID_NO
    }
    asked = {visit.id for visit in problem.visits}
    before = DroppedEvent.objects.filter(dropped__plan=plan, new__in=SAID_NO)  # the visit had left the plan since
    for person, request in before.values_list("person_id", "dropped__request_id"):
        no |= {(key("p", person), key("r", request))} if key("r", request) in asked else set()
    return replace(
        problem,
        locks=tuple(_lock(visit, first) for visit in visits if visit.pk in held),
        forbidden=tuple(Forbidden(*pair) for pair in sorted(no) if pair[0] in known),
        frozen_days=tuple(
            FrozenDay(key("p", person), (day - first).days)
            for person, day in sorted(frozen)
            if key("p", person) in known
        ),
        prior=tuple(
            Prior(
                key("r", visit.request_id),
                minute_of(visit.starts_at, first),
                tuple(key("p", person) for person in visit.crew if person in told[visit.pk]),
                TOLD_START,
                TOLD_PERSON,
            )
            for visit in visits
            if told[visit.pk]
        ),
    )


def _held(plan: Plan, visits: list[Visit]) -> set[int]:
    """Those that replanning leaves where they are: locked, in a locked day, agreed to, or with a class."""
    yes = Offer.objects.filter(visit__in=visits, status=OfferStatus.ACCEPTED).values_list("visit_id", flat=True)
    made = Visit.objects.filter(plan=plan, sessions__status__in=PLANNED).values_list("pk", flat=True)
    settled, frozen = {*yes, *made}, _frozen(plan)
    days = {visit.pk: timezone.localdate(visit.starts_at) for visit in visits}
    return {
        visit.pk
        for visit in visits
        if visit.locked or visit.pk in settled or any((who, days[visit.pk]) in frozen for who in visit.crew)
    }


def _frozen(plan: Plan) -> set[tuple[int, date]]:
    return set(DayLock.objects.filter(plan=plan).values_list("person_id", "day"))


def _lock(visit: Visit, first: date) -> Lock:
    second = key("p", visit.second_id) if visit.second_id else None
    return Lock(key("r", visit.request_id), minute_of(visit.starts_at, first), key("p", visit.lead_id), second)
