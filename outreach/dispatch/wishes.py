"""When and where a request can be met: its venues in order of wish, and the starts that a problem offers at each."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.classes.models import Venue, VenueHold
from outreach.dates import is_rest_day
from outreach.dispatch.models import DispatchRequest, Visit
from outreach.dispatch.openings import REST
from outreach.dispatch.problem import GRID_MINUTES
from outreach.dispatch.rules import SETUP, TEARDOWN, request_starts, share_starts
from outreach.people.availability import minute

MINUTE = timedelta(minutes=1)
OFFICE_HOURS = tuple((weekday, 9 * 60, 17 * 60) for weekday in range(5))
AROUND = ("windows", "blackouts", "other_venues__venue")  # what a query of requests should prefetch


@dataclass(frozen=True)
class Wish:
    """A venue that would do; of rank 1 the one wished for most. `openings`: weekday, minutes of a day."""

    rank: int
    venue: Venue
    openings: tuple[tuple[int, int, int], ...]
    closed: frozenset[date]


def label(name: str, wish: int) -> str:
    """中央公民館, or 公民館（第2希望）."""
    return name if wish == 1 else _("%(venue)s（第%(n)s希望）") % {"venue": name, "n": wish}


Offered = dict[int, Wish]  # each start, in order, minutes of the horizon: where it would be


def wishes(request: DispatchRequest) -> list[Wish]:
    """The venues of a request, the one wished for most first; where a hearing loop is asked for and some are known to
    have one, only those.
    """
    found = all_wishes(request)
    return [one for one in found if request.hearing_loop and one.venue.induction_loop] or found


def all_wishes(request: DispatchRequest) -> list[Wish]:
    """The venues of a request, with a loop or not."""
    own = [(window.weekday, window.opens, window.closes) for window in request.windows.all()]
    first = _wish(1, request.venue, own, (blackout.day for blackout in request.blackouts.all()))
    return [first, *(_wish(o.rank, o.venue, o.times, o.closed) for o in request.other_venues.all())]


def _wish(rank: int, venue: Venue, openings: list[tuple[int, time, time]], closed: Iterable[date]) -> Wish:
    minutes = ((day, minute(opens), minute(shuts)) for day, opens, shuts in openings)
    return Wish(rank, venue, tuple(minutes), frozenset(closed))


Taken = Mapping[int, Sequence[tuple[int, int]]]  # by venue, minutes of the horizon: its room is somebody else's


def rooms_taken(requests: Iterable[DispatchRequest], first: date, last: date) -> Taken:
    """When the rooms of these requests are held for a class. 1 statement; `AROUND` should be prefetched."""
    venues = {wish.venue.pk for request in requests for wish in wishes(request)}
    begins, ends = _midnight(first), _midnight(last + timedelta(days=1))
    held = VenueHold.objects.filter(venue__in=venues, starts_at__lt=ends, ends_at__gt=begins)
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for venue, starts_at, ends_at in held.values_list("venue_id", "starts_at", "ends_at"):
        found[venue].append(((starts_at - begins) // MINUTE, (ends_at - begins) // MINUTE))
    return found


def offered_starts(
    request: DispatchRequest, first: date, last: date, taken: Taken, since: date | None = None
) -> Offered:
    """When and where a request can start, from the day `since` on, a dozen of the times at most; in minutes of
    `first`. `AROUND` should be prefetched.
    """
    found, begins = wishes(request), max(first, since or first)
    chosen = share_starts([_free(request, wish, first, begins, last, taken.get(wish.venue.pk, ())) for wish in found])
    return {start: found[number] for start, number in chosen.items()}


def _free(
    request: DispatchRequest, wish: Wish, first: date, since: date, last: date, taken: Sequence[tuple[int, int]]
) -> list[int]:
    """When the venue is open and its room is nobody else's."""
    starts = _open(request, wish, first, since, last)
    return [at for at in starts if not any(at < end and begin < at + request.minutes for begin, end in taken)]


def _open(request: DispatchRequest, wish: Wish, first: date, since: date, last: date) -> list[int]:
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return request_starts(
        first=first,
        last=last,
        earliest=max(request.earliest, since),
        latest=request.latest,
        openings=wish.openings or OFFICE_HOURS,
        closed=wish.closed,
        rest=frozenset(day for day in days if is_rest_day(day)),
        duration=request.minutes,
        shift=(wish.rank - 1) * GRID_MINUTES,  # so that it can be had beside an earlier wish's, at nearly the same hour
    )


def is_shut(wish: Wish, day: date) -> bool:
    """Whether the venue said no to a day, or is shut on rest days and it is one."""
    resting = is_rest_day(day) and all(weekday != REST for weekday, _opens, _shuts in wish.openings)
    return resting or day in wish.closed


def stands(request: DispatchRequest, visit: Visit) -> bool:
    """Whether a visit could still be where and when it is: at any minute of an opening, not only at those offered."""
    return could_be(request, all_wishes(request), visit.venue_id, visit.starts_at, visit.ends_at)


def is_closed_day(request: DispatchRequest, visit: Visit) -> bool:
    """Whether its venue said no to the visit's day."""
    day = timezone.localdate(visit.starts_at)
    return any(wish.venue.pk == visit.venue_id and day in wish.closed for wish in all_wishes(request))


def could_be(
    request: DispatchRequest, wished: Iterable[Wish], venue: int, starts_at: datetime, ends_at: datetime
) -> bool:
    """The same of any place and time; `wished`: the request's wishes."""
    asked = request.earliest <= timezone.localdate(starts_at) <= request.latest
    return asked and any(wish.venue.pk == venue and _is_open(wish, starts_at, ends_at) for wish in wished)


def _is_open(wish: Wish, starts_at: datetime, ends_at: datetime) -> bool:
    """With room to set up before and to clear after."""
    start, end = timezone.localtime(starts_at), timezone.localtime(ends_at)
    day = start.date()
    if day in wish.closed:
        return False
    weekday = REST if is_rest_day(day) else day.weekday()
    begins, ends = minute(start.time()) - SETUP, minute(end.time()) + TEARDOWN
    return any(
        of == weekday and opens <= begins and ends <= shuts for of, opens, shuts in wish.openings or OFFICE_HOURS
    )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
