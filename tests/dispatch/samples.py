"""A problem small enough to reckon by hand, with a night away, an eve, a ferry and a crew of two; and its plan.

All mainland places lie on one road, a minute and 10 hm a kilometre; the island has its own.
"""

from outreach.dispatch.problem import (
    Band,
    Duty,
    Ferry,
    Horizon,
    Instructor,
    Place,
    Plan,
    Problem,
    Qualification,
    ServedVisit,
    Stop,
    Travel,
    Trip,
    Visit,
    Weights,
    Window,
)

KM = {"h1": 0, "h2": 10, "v1": 20, "v2": 40, "pm": 60, "v3": 300, "n3": 305, "pi": 0, "vi": 5}
ISLAND = {"pi", "vi"}
INN = {"v3": "n3", "vi": "vi"}


def at(day: int, hour: int, minute: int = 0) -> int:
    return day * 1440 + hour * 60 + minute


def road(unit: int) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(-1 if (a in ISLAND) != (b in ISLAND) else unit * abs(KM[a] - KM[b]) for b in KM) for a in KM)


def person(key: str, home: str, *skills: str, **changes: object) -> Instructor:
    values: dict[str, object] = {
        "id": key,
        "mode": "car",
        "homes": (home,),
        "skills": tuple(Qualification(skill, 0, 6) for skill in ("basic", *skills)),
        "windows": tuple(Window(at(day, 8), at(day, 19)) for day in range(7)),
        "nights": tuple(range(6)),
        "max_nights": 2,
        "max_day_minutes": 600,
        "max_day_sessions": 3,
        "week_minutes": (2400,),
        "rest_minutes": 660,
        "ferries": True,
        "target_minutes": 600,
    }
    return Instructor(**(values | changes))  # type: ignore[arg-type]


def visit(key: str, place: str, *starts: int, **changes: object) -> Visit:
    values: dict[str, object] = {
        "id": key,
        "place": place,
        "starts": starts,
        "duration": 90,
        "setup": 15,
        "teardown": 15,
        "sessions": 1,
        "crew": 1,
        "lead_skills": ("basic",),
        "second_skills": (),
        "penalty": 3000,
    }
    return Visit(**(values | changes))  # type: ignore[arg-type]


def daily(*clock: tuple[int, int]) -> tuple[tuple[int, int], ...]:
    return tuple((at(day, 0, out), at(day, 0, back)) for day in range(7) for out, back in clock)


def problem() -> Problem:
    return Problem(
        version=1,
        name="sample",
        horizon=Horizon("2022-06-06", 7),
        weights=Weights(per_hm=1, per_minute=2, night=1500, overload=(Band(0, 1), Band(300, 2))),
        places=tuple(Place(key, 43_000_000, 141_000_000, "x" if key in ISLAND else None, INN.get(key)) for key in KM),
        travel=(Travel("car", road(1), road(10)),),
        ferries=(
            Ferry("pm>pi", "pm", "pi", 20, 700, daily((540, 585), (960, 1005))),
            Ferry("pi>pm", "pi", "pm", 20, 700, daily((750, 795), (1020, 1065))),
        ),
        instructors=(
            person("a", "h1", "applied"),
            person("b", "h2", max_nights=0, nights=(), ferries=False),
            person("c", "h2", "applied"),
        ),
        visits=(
            visit("r1", "v1", at(0, 9, 30), at(0, 13)),
            visit(
                "r2",
                "v2",
                at(0, 13),
                at(1, 10),
                at(1, 13),
                crew=2,
                lead_skills=("basic", "applied"),
                second_skills=("basic",),
                penalty=6000,
            ),
            visit("r3", "v3", at(2, 13, 30)),
            visit("r4", "vi", at(5, 10)),
            visit("r5", "v1", at(1, 10), lead_skills=("basic", "sign")),
        ),
    )


def trip(instructor: str, home: str, *days: tuple[int, dict[str, int]]) -> Trip:
    return Trip(instructor, home, tuple(_duty(day, stops) for day, stops in days))


def _duty(day: int, stops: dict[str, int]) -> Duty:
    return Duty(day, tuple(Stop(key, start) for key, start in stops.items()))


def plan() -> Plan:
    """Everything served but r5, which nobody can: a and b meet at r2, a spends two trips' nights away."""
    return Plan(
        version=1,
        trips=(
            trip("a", "h1", (0, {"r1": at(0, 9, 30), "r2": at(0, 13)})),
            trip("b", "h2", (0, {"r2": at(0, 13)})),
            trip("a", "h1", (2, {"r3": at(2, 13, 30)}), (3, {})),
            trip("a", "h1", (4, {}), (5, {"r4": at(5, 10)})),
        ),
        visits=(
            ServedVisit("r1", at(0, 9, 30), ("a",), "a"),
            ServedVisit("r2", at(0, 13), ("a", "b"), "a"),
            ServedVisit("r3", at(2, 13, 30), ("a",), "a"),
            ServedVisit("r4", at(5, 10), ("a",), "a"),
        ),
    )
