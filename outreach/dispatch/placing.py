"""Where one visit of a plan could go, in names and moments, for pages and the API."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from outreach import dates
from outreach.dispatch.building import key, minute_of, moment_of, pk_of
from outreach.dispatch.models import DispatchRequest, Plan, Visit
from outreach.dispatch.options import Option, Options
from outreach.dispatch.overwork import beside_other_work
from outreach.dispatch.problem import Plan as Answer
from outreach.dispatch.problem import Problem, day_of
from outreach.dispatch.problem import Visit as Wanted
from outreach.dispatch.services.plans import question, try_move
from outreach.dispatch.services.refused import PlanRefused
from outreach.dispatch.wishes import all_wishes, could_be, label
from outreach.dispatch.wording import names_of, people_named


@dataclass(frozen=True)
class Place:
    """A start and a crew by name, the lead first, and what going there would change: cost and road in km, nights away.

    `where`: the venue then, of a request that has several.
    """

    start: int
    at: datetime
    crew: tuple[int, ...]
    names: str
    cost_km: float
    km: float
    here: bool  # where the visit is now
    where: str
    nights: int

    @property
    def value(self) -> str:
        """As a form says it."""
        return "-".join(map(str, (self.start, *self.crew)))


@dataclass
class Placing:
    """One visit of a plan, to be placed anew."""

    plan: Plan
    request: DispatchRequest
    visit: Visit | None
    problem: Problem
    answer: Answer
    wanted: Wanted
    names: dict[int, str]
    venues: dict[str, str]  # by place of the problem, as they are called; none where there is but one

    @property
    def title(self) -> str:
        """The venue, of one that has several the one it is at; none where it is not planned yet."""
        if self.venues and self.visit:
            return self.visit.venue.name
        return str(self.request.course) if self.venues else self.request.venue.name

    def where(self, start: int) -> str:
        return self.venues.get(self.wanted.place_at(start), "")

    @property
    def held(self) -> str:
        """Why it may not be moved as it stands; empty where it may."""
        if not any(lock.visit == self.wanted.id for lock in self.problem.locks):
            return ""
        if self.visit and self.visit.locked:
            return _("この訪問は固定されています。動かすには、先に固定を外してください。")
        return _("講師が承諾したか、講師の日が固定されています。動かすには、先にそちらを外してください。")

    @property
    def now(self) -> tuple[int, tuple[int, ...]] | None:
        return (minute_of(self.visit.starts_at, self.plan.first), tuple(self.visit.crew)) if self.visit else None

    def starts(self) -> list[tuple[int, datetime, str]]:
        """To choose from: not those that are over, but where it is."""
        now, here = timezone.now(), self.now[0] if self.now else None
        moments = ((start, moment_of(start, self.plan.first)) for start in self.wanted.starts)
        return [(start, at, self.where(start)) for start, at in moments if at > now or start == here]

    @property
    def open_starts(self) -> list[int]:
        """But for those that are over, or at which the venue has closed since the plan was made."""
        wished, minutes = all_wishes(self.request), timedelta(minutes=self.wanted.duration)
        moments = {start: moment_of(start, self.plan.first) for start in self.wanted.starts}
        return [
            start
            for start, at in moments.items()
            if at > timezone.now()
            and could_be(self.request, wished, pk_of(self.wanted.place_at(start)), at, at + minutes)
        ]

    def starts_on(self, day: date) -> list[int]:
        return [start for start in self.open_starts if day_of(start) == (day - self.plan.first).days]

    def places(self, starts: Iterable[int] | None = None) -> list[Place]:
        """Every place that keeps the rules, the cheapest first.

        Two people who could swap lead and second stand once: as they are now, else as found first.
        """
        if self.held:
            return []
        found: dict[tuple[int, frozenset[int]], Place] = {}
        tried = self.open_starts if starts is None else starts
        if not tried:
            return []
        for option in Options(beside_other_work(self.problem, self.plan), self.answer, self.wanted.id).all(tried):
            place = self._place(option)
            at = (place.start, frozenset(place.crew))
            if at not in found or place.here:
                found[at] = place
        return list(found.values())

    def _place(self, option: Option) -> Place:
        crew = tuple(pk_of(name) for name in option.crew)
        return Place(
            start=option.start,
            at=moment_of(option.start, self.plan.first),
            crew=crew,
            names=self.named(crew),
            cost_km=option.cost / 10,
            km=option.hm / 10,
            here=self.now == (option.start, crew),
            where=self.where(option.start),
            nights=option.nights,
        )

    def named(self, crew: Iterable[int]) -> str:
        return dates.dot().join(self.names.get(person, "?") for person in crew)

    def crew_with(self, person: int, leaving: int | None) -> tuple[int, ...]:
        """The crew once `person` comes, in the place of `leaving` where that is one of them, else of the lead."""
        crew = list(self.visit.crew) if self.visit else [person]
        if person in crew:
            return tuple(crew)
        crew[crew.index(leaving) if leaving in crew else 0] = person
        return tuple(crew)

    def tried(self, start: int, crew: tuple[int, ...]) -> tuple[list[str], Place | None]:
        """What breaks at that place, or the place with what it costs. Nothing is saved."""
        try:
            score = try_move(self.plan, self.request.pk, start, crew).score
        except PlanRefused as refused:
            return refused.reasons, None
        version = self.plan.version
        assert version  # noqa: S101 - `placing` refuses a plan without one
        at, where = moment_of(start, self.plan.first), self.where(start)
        cost_km, km = (score.cost - version.cost) / 10, (score.hm - version.hm) / 10
        nights = score.night_count - sum(len(trip.days) - 1 for trip in self.answer.trips)
        return [], Place(start, at, crew, self.named(crew), cost_km, km, self.now == (start, crew), where, nights)


def placing(plan: Plan, request: DispatchRequest) -> Placing:
    """Raises: PlanRefused where the plan doesn't know the request, or has no answer yet."""
    problem, answer = question(plan, request.pk)
    wanted = next(visit for visit in problem.visits if visit.id == key("r", request.pk))
    people = [pk_of(person.id) for person in problem.instructors]
    names = people_named(people)
    visit = plan.visits.filter(request=request).select_related("venue").first()
    return Placing(plan, request, visit, problem, answer, wanted, names, _venues(request, wanted))


def _venues(request: DispatchRequest, wanted: Wanted) -> dict[str, str]:
    """Of a visit with several places: their names, and which wish each is."""
    if not wanted.elsewhere:
        return {}
    ranks = {key("v", request.venue_id): 1}
    ranks |= {key("v", other.venue_id): other.rank for other in request.other_venues.all()}
    places = {wanted.place, *(other.place for other in wanted.elsewhere)}
    return {place: label(name, ranks.get(place, 1)) for place, name in names_of(places).items()}
