"""Made-up problems are sound, hold the full model, and are the same bytes for the same seed."""

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from outreach.dispatch.generate import Town, generate
from outreach.dispatch.journeys import Journeys
from outreach.dispatch.problem import Problem
from outreach.dispatch.problem_json import dump_problem, load_problem
from outreach.dispatch.problem_rules import faults
from outreach.dispatch.towns import towns_of

ROOT = Path(__file__).parents[2]


def drawn(prefecture: str, instructors: int = 20, visits: int = 100, seed: int = 1, **more: int) -> Problem:
    towns = towns_of(prefecture)
    return generate(
        prefecture=prefecture, towns=towns, instructors=instructors, visits=visits, seed=seed, days=more.get("days", 7)
    )


@pytest.mark.parametrize("prefecture", ["01", "13", "27", "42", "47"])
def test_a_made_up_problem_holds_no_contradiction_and_has_the_size_asked_for(prefecture: str) -> None:
    problem = drawn(prefecture)
    assert faults(problem) == []
    assert (len(problem.instructors), len(problem.visits)) == (20, 100)


@pytest.mark.parametrize("prefecture", ["01", "27"])
def test_it_holds_the_full_model(prefecture: str) -> None:
    problem = drawn(prefecture, 40, 200)
    pairs = [visit for visit in problem.visits if visit.crew == 2]
    assert len(pairs) >= 0.2 * len(problem.visits)
    assert all(len(visit.starts) >= 3 for visit in pairs)
    assert max(len(visit.starts) for visit in problem.visits) == 12
    people = problem.instructors
    assert all(0 < min(person.week_minutes) <= 2400 and person.rest_minutes == 660 for person in people)
    assert {person.max_nights for person in people} == {0, 1, 2}
    assert any(len(person.homes) == 2 for person in people)
    assert {person.mode for person in people} == {"car", "transit"}
    assert {person.ferries for person in people} == {True, False}
    assert any(visit.sessions > 1 for visit in problem.visits)
    assert problem.forbidden


@pytest.mark.parametrize(("prefecture", "islands"), [("01", True), ("42", True), ("27", False)])
def test_islands_are_there_where_the_prefecture_has_them(prefecture: str, islands: bool) -> None:
    problem = drawn(prefecture)
    island = {place.id: place.island for place in problem.places}
    on_islands = [visit for visit in problem.visits if island[visit.place]]
    assert (len(on_islands) >= 5) is islands
    journeys, mainland = Journeys(problem, "car"), next(place.id for place in problem.places if not place.island)
    assert all(journeys.ferry(mainland, visit.place) for visit in on_islands)


def test_a_month_has_its_weeks_and_spreads_its_starts() -> None:
    problem = drawn("27", days=30)
    assert all(len(person.week_minutes) == 5 for person in problem.instructors)
    assert len({start // 1440 for visit in problem.visits for start in visit.starts}) >= 20


@pytest.mark.parametrize(("instructors", "visits", "days"), [(1, 1, 1), (2, 5, 2), (3, 4, 7)])
def test_tiny_problems_are_sound_too(instructors: int, visits: int, days: int) -> None:
    for seed in range(20):
        assert faults(drawn("32", instructors, visits, seed, days=days)) == []


def test_the_same_seed_gives_the_same_bytes_in_another_process_and_another_seed_does_not() -> None:
    arguments = ["--prefecture", "42", "--instructors", "5", "--visits", "12", "--seed"]
    out = StringIO()
    call_command("make_instance", *arguments, "7", stdout=out)
    command = [sys.executable, str(ROOT / "manage.py"), "make_instance", *arguments]
    environment = os.environ | {"PYTHONHASHSEED": "3"}
    again = subprocess.run([*command, "7"], capture_output=True, check=True, env=environment, text=True)
    assert again.stdout == out.getvalue() == dump_problem(load_problem(out.getvalue()))
    assert dump_problem(drawn("42", 5, 12, 8)) != out.getvalue()


def test_towns_are_of_the_prefecture_and_know_their_municipality() -> None:
    tokyo = towns_of("13")
    assert {"13362", "13101"} <= {town.municipality for town in tokyo}  # one whose towns no list knows
    assert all(town.municipality.startswith("13") for town in tokyo)
    assert "01100" in {town.municipality for town in towns_of("01")}  # Sapporo, not its wards
    assert "01695" not in {town.municipality for town in towns_of("01")}  # nobody can be sent to the northern villages


def test_an_island_that_no_line_reaches_gets_no_visit() -> None:
    ogasawara = [Town("13421", 27.09, 142.19)]
    with pytest.raises(ValueError, match="no towns"):
        generate(prefecture="13", towns=ogasawara, instructors=1, visits=1, seed=1)


@pytest.mark.parametrize("wrong", [["--prefecture", "99"], ["--visits", "0"], ["--start", "June"]])
def test_the_command_refuses_what_makes_no_sense(wrong: list[str]) -> None:
    arguments = ["--prefecture", "27", "--instructors", "2", "--visits", "2", "--seed", "1"]
    with pytest.raises(CommandError):
        call_command("make_instance", *arguments, *wrong, stdout=StringIO())
