"""Instructors of a made-up problem: homes, skills, days, limits."""

from datetime import date
from random import Random

from outreach.dispatch.problem import DAY_MINUTES, Horizon, Instructor, Qualification, Window

SKILLS = (("applied", 0.70), ("woman", 0.50), ("sign", 0.15), ("english", 0.15), ("chinese", 0.10))
EXPIRING_SHARE = 0.05  # of qualifications end within the horizon
SECOND_HOME_SHARE = 0.08
TRANSIT_SHARE = 0.10
NO_FERRY_SHARE = 0.25
EVENING_SHARE = 0.20
REST = 660  # eleven hours between days (勤務間インターバル)
FULL_WEEK = 2400  # forty hours, 労働基準法 32条


def draw_people(
    rng: Random, horizon: Horizon, homes: list[str], count: int, *, long_days: bool
) -> tuple[Instructor, ...]:
    """The first `count` homes are one person's each; those beyond are second homes. `long_days` for long roads."""
    spare = homes[count:]
    return tuple(
        _person(rng, horizon, f"i{number:03d}", _own_homes(rng, home, spare), long_days=long_days)
        for number, home in enumerate(homes[:count], start=1)
    )


def _own_homes(rng: Random, home: str, spare: list[str]) -> tuple[str, ...]:
    return (home, rng.choice(spare)) if rng.random() < SECOND_HOME_SHARE else (home,)


def _person(rng: Random, horizon: Horizon, key: str, homes: tuple[str, ...], *, long_days: bool) -> Instructor:
    weekdays = sorted(rng.sample(range(5), k=rng.choices((3, 4, 5), weights=(35, 35, 30))[0]))
    if rng.random() < 0.30:
        weekdays.append(5)
    evening = rng.random() < EVENING_SHARE
    windows = tuple(_windows(rng, horizon, weekdays, evening=evening, long_days=long_days))
    max_nights = rng.choices((0, 1, 2), weights=(50, 35, 15))[0]
    cap = min(FULL_WEEK, (600 if long_days else 540) * min(len(weekdays), 4))
    return Instructor(
        id=key,
        mode="transit" if rng.random() < TRANSIT_SHARE else "car",
        homes=homes,
        skills=tuple(_skills(rng, horizon)),
        windows=windows,
        nights=_nights(windows) if max_nights else (),
        max_nights=max_nights,
        max_day_minutes=720 if long_days else 600,
        max_day_sessions=rng.choice((3, 4)),
        week_minutes=(cap,) * horizon.weeks,
        rest_minutes=REST,
        ferries=rng.random() >= NO_FERRY_SHARE,
        target_minutes=cap * 7 // 10 * len({horizon.week_of(window.day) for window in windows}),
    )


def _windows(rng: Random, horizon: Horizon, weekdays: list[int], *, evening: bool, long_days: bool) -> list[Window]:
    """Ordinary days, with a few mornings or late starts only; evening people come home later on two days in five."""
    first = date.fromisoformat(horizon.start).weekday()
    windows = []
    for day in range(horizon.days):
        if (first + day) % 7 not in weekdays:
            continue
        start, end = (420, 1200) if long_days else (480, 1110)
        if evening and rng.random() < 0.4:
            end = 1290
        draw = rng.random()
        if draw < 0.08:
            end = 780
        elif draw < 0.15:
            start = 690
        windows.append(Window(day * DAY_MINUTES + start, day * DAY_MINUTES + end))
    return windows


def _nights(windows: tuple[Window, ...]) -> tuple[int, ...]:
    """A night away needs a whole evening before and a whole morning after."""
    whole_evening = {w.day for w in windows if w.end % DAY_MINUTES > 780}
    whole_morning = {w.day for w in windows if w.start % DAY_MINUTES < 690}
    return tuple(day for day in sorted(whole_evening) if day + 1 in whole_morning)


def _skills(rng: Random, horizon: Horizon) -> list[Qualification]:
    last = horizon.days - 1
    held = [Qualification("basic", 0, last)]
    for skill, share in SKILLS:
        if rng.random() < share:
            ends = rng.randrange(horizon.days) if skill != "woman" and rng.random() < EXPIRING_SHARE else last
            held.append(Qualification(skill, 0, ends))
    return held
