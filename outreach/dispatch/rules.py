"""Pure decisions of the room: when a request can start, what may follow what."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from outreach.dispatch.openings import REST
from outreach.dispatch.problem import DAY_MINUTES, GRID_MINUTES, MAX_STARTS

SETUP, TEARDOWN = 15, 15
STEP = 90  # minutes between two starts that are offered in one opening
LEFT_TO_LATER = 2  # starts that stay for each venue that is wished for less
NEXT = {
    "received": {"planned", "withdrawn"},
    "planned": {"received", "offered", "withdrawn"},
    "offered": {"received", "planned", "agreed", "withdrawn"},
    "agreed": {"planned", "offered", "withdrawn"},
    "withdrawn": set[str](),
}

ANSWER_WITHIN, ANSWER_AT_LEAST = timedelta(hours=48), timedelta(minutes=30)


def answer_by(asked: datetime, starts_at: datetime) -> datetime:
    """Until when to wait for a yes: two days, or a quarter of the time left, so that others can be asked after it.

    `asked`: when the person can have been told, not in the night before.
    """
    wait = max(min(ANSWER_WITHIN, (starts_at - asked) / 4), ANSWER_AT_LEAST)
    return min(asked + wait, starts_at)


def may_follow(old: str, new: str) -> bool:
    return new in NEXT[old]


def first_day(first: date, last: date, today: date) -> date:
    """The first day on which something new may be put into a period: of one that has begun tomorrow, since people are
    asked before; of one that is over its own, to see what would have been.
    """
    return max(first, today + timedelta(days=1)) if today <= last else first


def starts_in(opens: int, closes: int, duration: int, shift: int = 0) -> list[int]:
    """Starts within one opening, minutes of the day on the grid: room to set up before and to clear after.

    `shift`: by how much later each is, as far as the opening allows it.
    """
    first = -(-(opens + SETUP) // GRID_MINUTES) * GRID_MINUTES
    last = (closes - duration - TEARDOWN) // GRID_MINUTES * GRID_MINUTES
    return [min(start + shift, last) for start in range(first, last + 1, STEP)]


def spread(candidates: Sequence[int], most: int = MAX_STARTS) -> list[int]:
    """At most `most` of them, evenly over the whole, the first and, of two or more, the last among them."""
    if len(candidates) <= most or most < 2:
        return list(candidates[:most])
    return [candidates[n * (len(candidates) - 1) // (most - 1)] for n in range(most)]


def request_starts(
    *,
    first: date,
    last: date,
    earliest: date,
    latest: date,
    openings: Iterable[tuple[int, int, int]],
    closed: frozenset[date],
    rest: frozenset[date],
    duration: int,
    shift: int = 0,
) -> list[int]:
    """Starts at a venue in minutes from 00:00 of `first`. `openings`: (weekday, opens, closes), minutes of a day.

    On the days of `rest` only those of weekday `REST` count.
    """
    by_weekday = list(openings)
    found = []
    day = max(first, earliest)
    while day <= min(last, latest):
        if day not in closed:
            base = (day - first).days * DAY_MINUTES
            for weekday, opens, closes in by_weekday:
                if weekday == (REST if day in rest else day.weekday()):
                    found += [base + start for start in starts_in(opens, closes, duration, shift)]
        day += timedelta(days=1)
    return sorted(set(found))


def share_starts(open_at: Sequence[Sequence[int]]) -> dict[int, int]:
    """Which starts are offered, in order, and at which venue. `open_at`: each venue's, the one wished for most first.

    A start is at one venue. A later one comes in at times when none before it is open; failing those, at times that are
    not offered at one before it. Each that is open at all is left a few: nobody may be able to come to the first.
    """
    chosen: dict[int, int] = {}
    for venue, starts in enumerate(open_at):
        room = MAX_STARTS - len(chosen) - LEFT_TO_LATER * sum(bool(later) for later in open_at[venue + 1 :])
        before = {start for earlier in open_at[:venue] for start in earlier}
        alone = spread([start for start in starts if start not in before], room)
        beside = [start for start in starts if start in before and start not in chosen]
        chosen |= dict.fromkeys([*alone, *spread(beside, room - len(alone))], venue)
    return dict(sorted(chosen.items()))
