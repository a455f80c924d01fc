"""Where a supporter could help: sessions that still miss helpers, and shifts that look for someone else."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, radians

from django.db.models import QuerySet

from outreach.classes.models import OPEN, District, Handover, Session, Shift
from outreach.classes.queries import gauge_from, rules_by_key, with_staff
from outreach.classes.services.shifts import helpers_missing, wanted_for
from outreach.people.models import Supporter
from outreach.people.queries import clock_of, own_standings
from outreach.people.standing import Stay, hindrances

AHEAD = timedelta(days=62)
MOST = 300  # looked at; a supporter of a great city narrows the reach
KM_PER_DEGREE = 111.2


@dataclass(frozen=True)
class Chance:
    """A session where one might help. `missing` helpers; `handover` where someone looks for a substitute."""

    session: Session
    km: float
    minutes: int
    missing: int
    reasons: tuple[str, ...]
    handover: Handover | None

    @property
    def possible(self) -> bool:
        return not self.reasons

    @property
    def districts(self) -> list[District]:
        """Whose hall it is."""
        return list(self.session.venue.districts.all())


def chances(supporter: Supporter, now: datetime) -> list[Chance]:
    """What is open within reach in the next two months, soonest first. 8 statements, however many.

    What one cannot take is left out, unless the reason is one's own to mend (training, insurance, the month's limit).
    """
    found = list(_near(supporter, now))
    handovers = _handovers(found, supporter)
    rule_of = rules_by_key()
    rows = []
    wanted = [wanted_for(one) for one in found]
    places = [(one.venue.lat, one.venue.lon) for one in found]
    standings = own_standings(supporter, list(zip(wanted, places, strict=True)))
    for session, want, standing in zip(found, wanted, standings, strict=True):
        rule = rule_of.get((session.programme_year_id, session.scheme, session.kind))
        if rule is None or standing.km > supporter.reach_km or _taken(standing.stays, want.starts_at, want.ends_at):
            continue
        staff = {name: getattr(session, name) for name in ("instructors", "helpers")}
        missing = max(0, helpers_missing(gauge_from(session, rule, **staff)))
        handover = next(iter(handovers[session.pk]), None)
        if missing or handover:
            reasons = hindrances(standing, want, clock=clock_of(want))
            rows.append(Chance(session, standing.km, standing.minutes, missing, reasons, handover))
    return rows


def _near(supporter: Supporter, now: datetime) -> QuerySet[Session]:
    """A box around home; the reach itself is measured row by row."""
    home = supporter.person
    high = supporter.reach_km / KM_PER_DEGREE
    wide = high / max(0.2, cos(radians(home.lat)))
    found = Session.objects.filter(
        status__in=OPEN,
        starts_at__gt=now,
        starts_at__lt=now + AHEAD,
        venue__lat__range=(home.lat - high, home.lat + high),
        venue__lon__range=(home.lon - wide, home.lon + wide),
    )
    around = ("course", "venue", "municipality__prefecture", "organisation")
    free = with_staff(found.exclude(shifts__person=home)).select_related(*around).prefetch_related("venue__districts")
    return free.order_by("starts_at", "pk")[:MOST]


def _handovers(found: list[Session], supporter: Supporter) -> dict[int, list[Handover]]:
    open_ones = Handover.objects.filter(status=Handover.Status.OPEN, shift__session__in=found)
    by_session: dict[int, list[Handover]] = defaultdict(list)
    for one in open_ones.exclude(giver=supporter.person_id).select_related("shift", "in_return"):
        by_session[one.shift.session_id].append(one)
    return by_session


def _taken(stays: tuple[Stay, ...], starts_at: datetime, ends_at: datetime) -> bool:
    return any(stay.starts_at < ends_at and starts_at < stay.ends_at for stay in stays)


def own_shifts(person: int, now: datetime) -> list[Shift]:
    """A helper's own shifts to come, with whoever is to replace them. 2 statements."""
    mine = Shift.objects.filter(person=person, duty=Shift.Duty.HELPER, session__starts_at__gt=now)
    around = ("session__course", "session__venue", "session__municipality")
    shifts = list(mine.select_related(*around).order_by("session__starts_at"))
    open_ones = Handover.objects.filter(shift__in=shifts, status=Handover.Status.OPEN)
    by_shift = {
        one.shift_id: one for one in open_ones.select_related("in_return__session__course", "in_return__session__venue")
    }
    for shift in shifts:
        shift.open_handover = by_shift.get(shift.pk)  # type: ignore[attr-defined]
    return shifts
