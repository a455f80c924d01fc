"""How one person could take in one more visit: on a day they travel already, on a new day, with or without a night."""

from collections.abc import Iterator
from dataclasses import replace

from outreach.dispatch.problem import Duty, Instructor, Stop, Trip, day_of

Trips = tuple[Trip, ...]


def arrangements(person: Instructor, trips: Trips, visit: str, start: int) -> Iterator[Trips]:
    """The person's trips with the visit in them, in each sensible shape. Whether they keep the rules is not asked."""
    day = day_of(start)
    mine = next((trip for trip in trips if any(duty.day == day for duty in trip.days)), None)
    if mine:
        others = tuple(trip for trip in trips if trip is not mine)
        bases = [_with_stop(mine, visit, start)]
    else:
        others, stop = trips, Duty(day, (Stop(visit, start),))
        bases = [Trip(person.id, home, (stop,)) for home in person.homes]
    taken = {duty.day for trip in others for duty in trip.days}
    for base in bases:
        yield (*others, base)
        if person.max_nights:
            yield from ((*others, longer) for longer in with_ends(base, taken, person.max_nights))
    if person.max_nights and not mine:
        yield from _joined(trips, visit, start, person.max_nights)


def _with_stop(trip: Trip, visit: str, start: int) -> Trip:
    def fill(duty: Duty) -> Duty:
        if duty.day != day_of(start):
            return duty
        return Duty(duty.day, tuple(sorted((*duty.stops, Stop(visit, start)), key=lambda stop: stop.start)))

    return replace(trip, days=tuple(fill(duty) for duty in trip.days))


def with_ends(trip: Trip, taken: set[int], most: int) -> Iterator[Trip]:
    """Out on the eve, back on the morrow, or both, where those days are free."""
    first, last = trip.days[0], trip.days[-1]
    eve = (Duty(first.day - 1, ()),) if first.stops and first.day - 1 not in taken and first.day else ()
    morrow = (Duty(last.day + 1, ()),) if last.stops and last.day + 1 not in taken else ()
    for before, after in ((eve, ()), ((), morrow), (eve, morrow)):
        days = (*before, *trip.days, *after)
        if len(trip.days) < len(days) <= most + 1:
            yield replace(trip, days=days)


def _joined(trips: Trips, visit: str, start: int, most: int) -> Iterator[Trips]:
    """One more day at the end or the beginning of a trip: the night between is spent away."""
    day = day_of(start)
    duty = Duty(day, (Stop(visit, start),))
    for trip in trips:
        others = tuple(other for other in trips if other is not trip)
        if len(trip.days) > most:
            continue
        if trip.days[-1].day == day - 1 and trip.days[-1].stops:
            yield (*others, replace(trip, days=(*trip.days, duty)))
        if trip.days[0].day == day + 1 and trip.days[0].stops:
            yield (*others, replace(trip, days=(duty, *trip.days)))
