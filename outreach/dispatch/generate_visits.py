"""Visits of a made-up problem: where, when they could start, whom they need, what leaving them out costs."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from random import Random

from outreach.dispatch.priority import unserved_penalty
from outreach.dispatch.problem import DAY_MINUTES, MAX_STARTS, Horizon, Visit

SMALL_VISITS_SHARE = 0.70  # of visits go to small municipalities
ISLAND_VISITS_SHARE = 0.05  # of visits at least, where islands are
PAIRS_SHARE = 0.25  # of visits need two people
PAIR_STARTS = (3, 4, 6, MAX_STARTS)
SINGLE_STARTS, SINGLE_WEIGHTS = (1, 2, 3, 4, 6, MAX_STARTS), (15, 20, 20, 20, 15, 10)
CLOCK = (570, 585, 600, 780, 795, 810, 900, 930)  # 9:30 to 15:30
EVENING_CLOCK = (1080, 1110)  # 18:00, 18:30
EVENING_SHARE = 0.10
OPEN_SHARE, SATURDAY_SHARE = 0.80, 0.15  # of weekdays and of Saturdays that a venue is open
SESSIONS, SESSION_WEIGHTS, BREAK = (1, 2, 3), (75, 20, 5), 15
NEEDS = ("applied", "sign", "english", "chinese", "woman", None)
NEED_WEIGHTS = (25, 6, 5, 3, 4, 57)
FIRST_VISIT_SHARE = 0.35  # of visits to small municipalities


@dataclass(frozen=True, slots=True)
class Venue:
    id: str
    municipality: str
    island: str | None
    small: bool


def draw_visits(rng: Random, horizon: Horizon, venues: list[Venue], count: int) -> tuple[Visit, ...]:
    chosen = _places(rng, venues, count)
    pairs = set(rng.sample(range(count), k=-(-count * int(PAIRS_SHARE * 100) // 100)))
    open_days = _open_days(rng, horizon, sorted({venue.id for venue in chosen}))
    return tuple(
        _visit(rng, f"r{number + 1:04d}", venue, open_days[venue.id], 2 if number in pairs else 1)
        for number, venue in enumerate(chosen)
    )


def _places(rng: Random, venues: list[Venue], count: int) -> list[Venue]:
    """The municipality first, then the venue in it, so that a place of many towns has no more than its share."""
    by_code: dict[str, list[Venue]] = defaultdict(list)
    for venue in venues:
        by_code[venue.municipality].append(venue)
    small = sorted(code for code, own in by_code.items() if own[0].small)
    islands = sorted(code for code, own in by_code.items() if own[0].island)
    on_islands = -(-count * int(ISLAND_VISITS_SHARE * 100) // 100) if islands else 0
    chosen = [rng.choice(by_code[rng.choice(islands)]) for _ in range(on_islands)]
    for _ in range(count - on_islands):
        codes = small if rng.random() < SMALL_VISITS_SHARE else sorted(by_code)
        chosen.append(rng.choice(by_code[rng.choice(codes)]))
    rng.shuffle(chosen)
    return chosen


def _open_days(rng: Random, horizon: Horizon, venues: list[str]) -> dict[str, list[int]]:
    """Most weekdays of each week, and some Saturdays. A horizon without weekdays is open throughout."""
    first = date.fromisoformat(horizon.start).weekday()
    opened = {}
    for venue in venues:
        shares = {day: _open_share((first + day) % 7) for day in range(horizon.days)}
        days = [day for day, share in shares.items() if rng.random() < share]
        opened[venue] = days or list(range(horizon.days))
    return opened


def _open_share(weekday: int) -> float:
    return OPEN_SHARE if weekday < 5 else SATURDAY_SHARE if weekday == 5 else 0.0


def _visit(rng: Random, key: str, venue: Venue, days: list[int], crew: int) -> Visit:
    sessions = rng.choices(SESSIONS, weights=SESSION_WEIGHTS)[0]
    length = rng.choice((60, 90)) if sessions < 3 else 60
    need = rng.choices(NEEDS, weights=NEED_WEIGHTS)[0]
    evening = sessions == 1 and len(days) > 1 and rng.random() < EVENING_SHARE
    return Visit(
        id=key,
        place=venue.id,
        starts=_starts(rng, days, evening=evening, crew=crew),
        duration=sessions * length + (sessions - 1) * BREAK,
        setup=20,
        teardown=15,
        sessions=sessions,
        crew=crew,
        lead_skills=("basic", need) if need else ("basic",),
        second_skills=("basic",) if crew == 2 else (),
        penalty=unserved_penalty(
            crew=crew,
            first_visit=venue.small and rng.random() < FIRST_VISIT_SHARE,
            learners_65=rng.randint(4, 40),
            days_waited=rng.randint(0, 90),
        ),
    )


def _starts(rng: Random, days: list[int], *, evening: bool, crew: int) -> tuple[int, ...]:
    """On a few of the venue's days; a day has several clock times, so twelve starts may lie on two days."""
    clock = EVENING_CLOCK if evening else CLOCK
    choices = [day * DAY_MINUTES + minute for day in days for minute in clock]
    wanted = rng.choice(PAIR_STARTS) if crew == 2 else rng.choices(SINGLE_STARTS, weights=SINGLE_WEIGHTS)[0]
    return tuple(sorted(rng.sample(choices, k=min(wanted, len(choices)))))
