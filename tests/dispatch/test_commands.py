"""The commands that read and write problems and plans: whatever they are given, an answer in words, never a crash."""

import json
from dataclasses import replace
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from outreach.dispatch.problem import Problem
from outreach.dispatch.problem_json import dump_plan, dump_problem, load_plan
from outreach.dispatch.problem_rules import faults
from tests import factories
from tests.dispatch import samples

SOLVE = ("--solver", "greedy", "--work", "1")


@pytest.fixture
def problem(tmp_path: Path) -> str:
    path = tmp_path / "problem.json"
    path.write_text(dump_problem(samples.problem()), encoding="utf-8-sig")  # as some editors save it
    return str(path)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_a_problem_comes_in_by_a_pipe_and_its_plan_too(problem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def pipe(text: str) -> None:
        monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(text.encode())))

    pipe(dump_problem(samples.problem()))
    plan = run("solve_instance", "-", *SOLVE)
    assert plan == run("solve_instance", problem, *SOLVE)
    pipe(plan)
    assert json.loads(run("check_plan", problem, "-"))["cost"] == load_plan(plan).cost


@pytest.mark.parametrize(
    "wrong",
    [("--seconds", "0"), ("--seconds", "nan"), ("--seconds", "-1"), ("--work", "-1"), ("--seed", "-1")],
)
def test_limits_that_make_no_sense_are_refused(problem: str, wrong: tuple[str, str]) -> None:
    with pytest.raises(CommandError, match=wrong[0]):
        run("solve_instance", problem, *wrong)


def test_what_cannot_be_read_is_named(problem: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot read"):
        run("solve_instance", str(tmp_path / "none.json"))
    with pytest.raises(CommandError, match="cannot read"):
        run("check_plan", problem, str(tmp_path))
    with pytest.raises(CommandError, match="malformed"):
        run("solve_instance", __file__)


@pytest.mark.parametrize("name", ["greedy", "best", "cpsat"])
def test_where_there_is_nobody_to_send_every_visit_is_unserved(name: str, tmp_path: Path) -> None:
    path = tmp_path / "nobody.json"
    path.write_text(dump_problem(replace(samples.problem(), instructors=())), encoding="utf-8")
    plan = load_plan(run("solve_instance", str(path), "--solver", name))
    assert (plan.served, plan.unserved, plan.cost, plan.bound) == (0, 5, 18000, 18000)


@pytest.mark.parametrize(
    "figure", [10**12, 10**30, -(10**30)], ids=["beyond the calendar", "beyond a machine's numbers", "before time"]
)
def test_a_plan_with_figures_beyond_all_measure_is_refused_in_words(problem: str, tmp_path: Path, figure: int) -> None:
    data = json.loads(dump_plan(samples.plan()))
    path = tmp_path / "plan.json"
    for place, key in ((data["visits"][0], "start"), (data["trips"][0]["days"][0]["stops"][0], "start"), (data, "km")):
        kept, place[key] = place[key], figure
        path.write_text(json.dumps(data), encoding="utf-8")
        with pytest.raises(SystemExit, match="1"):
            run("check_plan", problem, str(path))
        place[key] = kept


@pytest.mark.parametrize("km", ["NaN", "Infinity", "1e999"])
def test_kilometres_that_are_no_number_are_wrong_figures(problem: str, tmp_path: Path, km: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(dump_plan(samples.plan()).replace('"km":null', f'"km":{km}'), encoding="utf-8")
    with pytest.raises(SystemExit, match="1"):
        run("check_plan", problem, str(path))


def _with(**changes: Any) -> Problem:
    return replace(samples.problem(), **changes)


def test_figures_beyond_what_can_be_reckoned_with_are_refused() -> None:
    sound = samples.problem()
    assert faults(sound) == []
    weights, travel = replace(sound.weights, per_hm=10**7), replace(sound.travel[0], hm=((0, 10**7),))
    visits = (replace(sound.visits[0], penalty=10**10),)
    for changes in ({"weights": weights}, {"travel": (travel,)}, {"visits": visits}):
        assert any("a number is above" in reason for reason in faults(_with(**changes)))
    for start in ("20220606", "2022-6-6", "9999-12-30"):
        assert faults(_with(horizon=replace(sound.horizon, start=start)))


def test_an_instance_that_no_solver_would_read_is_not_made() -> None:
    usual = ("--prefecture", "16", "--instructors", "2", "--visits", "3")
    with pytest.raises(CommandError, match="at most 366"):
        run("make_instance", *usual, "--seed", "1", "--days", "367")
    with pytest.raises(CommandError, match="not a date"):
        run("make_instance", *usual, "--seed", "1", "--start", "2022-13-01")
    with pytest.raises(CommandError, match="--seed"):
        run("make_instance", *usual, "--seed", "-1")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("days", "words"),
    [
        (("2022-06-30", "2022-06-01"), "must lie within"),
        (("2022-06-01", "2022-09-01"), "must lie within"),
        (("9999-12-20", "9999-12-31"), "end of the calendar"),
        (("soon", "2022-06-01"), "not a date"),
    ],
)
def test_days_that_cannot_be_planned_are_refused(days: tuple[str, str], words: str) -> None:
    factories.municipality()
    with pytest.raises(CommandError, match=words):
        run("plan_dispatch", "--prefecture", "01", "--from", days[0], "--to", days[1])
