"""A problem survives the way through JSON, always as the same bytes, and contradictions are refused with a reason."""

import json
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest

from outreach.dispatch.priority import unserved_penalty
from outreach.dispatch.problem import Band, Elsewhere, Ferry, Horizon, Lock, Place, Prior, Problem, Window
from outreach.dispatch.problem_json import (
    MalformedError,
    digest,
    dump_plan,
    dump_problem,
    load_plan,
    load_problem,
    schemas,
)
from outreach.dispatch.problem_rules import faults
from tests.dispatch import samples
from tests.dispatch.samples import at

PROBLEM = samples.problem()
SCHEMA = Path(__file__).parents[2] / "docs" / "dispatch-problem.schema.json"


def test_a_problem_and_a_plan_come_back_from_json_unchanged() -> None:
    assert load_problem(dump_problem(PROBLEM)) == PROBLEM
    assert load_plan(dump_plan(samples.plan())) == samples.plan()


def test_the_bytes_and_the_digest_do_not_depend_on_how_the_text_was_written() -> None:
    spaced = json.dumps(dict(reversed(json.loads(dump_problem(PROBLEM)).items())), indent=2)
    assert dump_problem(load_problem(spaced)) == dump_problem(PROBLEM)
    assert digest(load_problem(spaced)) == digest(PROBLEM)
    assert digest(replace(PROBLEM, name="other")) != digest(PROBLEM)


def test_other_places_come_back_from_json_and_stand_only_in_visits_that_have_some() -> None:
    problem, plan = visit(elsewhere=(Elsewhere(at(0, 13), "v2", 200),)), samples.plan()
    said = replace(plan, visits=(replace(plan.visits[0], place="v2"), *plan.visits[1:]))
    assert load_problem(dump_problem(problem)) == problem
    assert load_plan(dump_plan(said)) == said
    assert dump_problem(problem).count("elsewhere") == 1
    assert "elsewhere" not in dump_problem(PROBLEM)
    assert "place" not in dump_plan(plan)
    assert [problem.visits[0].place_at(start) for start in problem.visits[0].starts] == ["v1", "v2"]


def test_a_problem_cannot_be_changed_in_place() -> None:
    with pytest.raises(FrozenInstanceError):
        PROBLEM.name = "other"  # type: ignore[misc]


def test_weeks_run_from_monday() -> None:
    wednesday = Horizon("2022-06-01", 30)
    assert [wednesday.week_of(day) for day in (0, 4, 5, 29)] == [0, 0, 1, 4]
    assert wednesday.weeks == 5


@pytest.mark.parametrize(
    ("find", "put", "reason"),
    [
        ('"days":7', '"days":"7"', "horizon.days"),
        ('"days":7', '"days":7.5', "horizon.days"),
        ('"days":7', '"days":true', "horizon.days"),
        ('"days":7', '"days":7,"hours":1', "horizon.hours"),
        ('"crew":2,', "", "visits.1.crew"),
        ('"version":1', '"version":2', "version 2"),
        ("{", "[", "document"),
    ],
)
def test_text_that_breaks_the_schema_is_refused_with_the_place(find: str, put: str, reason: str) -> None:
    with pytest.raises(MalformedError, match=reason):
        load_problem(dump_problem(PROBLEM).replace(find, put, 1))


def visit(**changes: object) -> Problem:
    return replace(PROBLEM, visits=(replace(PROBLEM.visits[0], **changes), *PROBLEM.visits[1:]))  # type: ignore[arg-type]


def person(**changes: object) -> Problem:
    changed = replace(PROBLEM.instructors[0], **changes)  # type: ignore[arg-type]
    return replace(PROBLEM, instructors=(changed, *PROBLEM.instructors[1:]))


def ferry(**changes: object) -> Problem:
    return replace(PROBLEM, ferries=(replace(PROBLEM.ferries[0], **changes), PROBLEM.ferries[1]))  # type: ignore[arg-type]


def roads(minutes: tuple[tuple[int, ...], ...]) -> Problem:
    return replace(PROBLEM, travel=(replace(PROBLEM.travel[0], minutes=minutes),))


def road(row: int, column: int, value: int) -> Problem:
    minutes = [list(line) for line in PROBLEM.travel[0].minutes]
    minutes[row][column] = value
    return roads(tuple(map(tuple, minutes)))


CONTRADICTIONS: list[tuple[Problem, str]] = [
    (replace(PROBLEM, horizon=Horizon("June", 7)), "not a date"),
    (replace(PROBLEM, horizon=Horizon("2022-06-06", 0)), "horizon.days"),
    (replace(PROBLEM, visits=(*PROBLEM.visits, PROBLEM.visits[0])), "r1 stands twice"),
    (visit(place="nowhere"), "nowhere is referred to"),
    (replace(PROBLEM, locks=(Lock("r9"),)), "r9 is referred to"),
    (replace(PROBLEM, places=(replace(PROBLEM.places[0], inn="vi"), *PROBLEM.places[1:])), "across water"),
    (replace(PROBLEM, places=(*PROBLEM.places, Place("more", 0, 0))), "must be 10 × 10"),
    (road(0, 0, 1), "to itself is 0"),
    (road(0, 1, -1), "row 0, column 1"),
    (road(0, 7, 5), "row 0, column 7"),
    (road(0, 1, -2), "row 0, column 1"),
    (replace(PROBLEM, travel=PROBLEM.travel * 2), "car stands twice"),
    (person(mode="boat"), "no travel by boat"),
    (ferry(destination="pm"), "both ports"),
    (ferry(boarding=-1), "boarding"),
    (ferry(sailings=((600, 600),)), "arrives after it departs"),
    (ferry(sailings=((600, 700), (500, 650))), "in order of departure"),
    (replace(PROBLEM, weights=replace(PROBLEM.weights, night=-1)), "weights are not negative"),
    (replace(PROBLEM, weights=replace(PROBLEM.weights, overload=(Band(0, -1),))), "weights.overload"),
    (person(homes=()), "needs a home"),
    (person(week_minutes=()), "needs 1 caps"),
    (person(max_nights=-1), "limits are not negative"),
    (person(rest_minutes=1441), "at most a day"),
    (person(windows=(Window(at(0, 20), at(1, 2)),)), "within one day"),
    (person(windows=(Window(at(0, 8), at(0, 12)), Window(at(0, 11), at(0, 13)))), "don't overlap"),
    (person(nights=(6,)), "nights lie between"),
    (visit(starts=()), "1 to 12 different starts"),
    (visit(starts=tuple(at(0, 9, 15 * (n % 4)) + 60 * (n // 4) for n in range(13))), "1 to 12 different starts"),
    (visit(starts=(at(0, 9, 40),)), "not on the grid"),
    (visit(starts=(at(7, 9),)), "one day of the horizon"),
    (visit(starts=(at(0, 23),)), "one day of the horizon"),
    (visit(elsewhere=(Elsewhere(at(0, 10), "v2", 0),)), "names starts of the visit"),
    (visit(elsewhere=(Elsewhere(at(0, 13), "v2", 0), Elsewhere(at(0, 13), "v3", 0))), "each once"),
    (visit(elsewhere=(Elsewhere(at(0, 13), "nowhere", 0),)), "nowhere is referred to"),
    (visit(elsewhere=(Elsewhere(at(0, 13), "v2", -1),)), "costs are not negative"),
    (visit(crew=3), "crew is 1 or 2"),
    (visit(second_skills=("basic",)), "has no second"),
    (visit(duration=0), "duration"),
    (replace(PROBLEM, locks=(Lock("r1", at(0, 10)),)), "its start is not one"),
    (replace(PROBLEM, locks=(Lock("r1", second="b"),)), "its second has no place"),
    (replace(PROBLEM, locks=(Lock("r1"), Lock("r1"))), "r1 stands twice"),
    (replace(PROBLEM, prior=(Prior("r1", at(0, 13), ("a", "a"), 1, 1),)), "nobody stands twice"),
]


@pytest.mark.parametrize(("problem", "reason"), CONTRADICTIONS, ids=[reason for _, reason in CONTRADICTIONS])
def test_a_problem_that_contradicts_itself_is_refused_with_a_reason(problem: Problem, reason: str) -> None:
    assert any(reason in fault for fault in faults(problem)), faults(problem)
    with pytest.raises(MalformedError):
        load_problem(dump_problem(problem))


def test_the_sample_and_two_way_ferries_hold_no_contradiction() -> None:
    assert faults(PROBLEM) == []
    assert isinstance(PROBLEM.ferries[0], Ferry)


def test_the_published_schema_is_the_one_in_force() -> None:
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == schemas()


def test_a_first_visit_weighs_more_than_learners_and_waiting_together() -> None:
    first = unserved_penalty(crew=1, first_visit=True, learners_65=0, days_waited=0)
    others = unserved_penalty(crew=1, first_visit=False, learners_65=10_000, days_waited=10_000)
    assert first > others > unserved_penalty(crew=1, first_visit=False, learners_65=0, days_waited=10_000)
