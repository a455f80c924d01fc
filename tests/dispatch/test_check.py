"""The check accepts a sound plan with the right score, and catches every way of breaking one."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outreach.dispatch.check import check
from outreach.dispatch.problem import (
    Duty,
    Elsewhere,
    Forbidden,
    FrozenDay,
    Lock,
    Plan,
    Prior,
    Problem,
    Qualification,
    ServedVisit,
    Stop,
    Trip,
    Window,
)
from outreach.dispatch.problem_json import digest, dump_plan, dump_problem, load_plan, load_problem
from outreach.dispatch.score import Score
from outreach.dispatch.violations import WORDS, Rule, Violation
from tests.dispatch import samples
from tests.dispatch.samples import at, trip

Case = tuple[Problem, Plan]
DOCS = Path(__file__).parents[2] / "docs" / "dispatch-problem.md"


def scored(problem: Problem, plan: Plan) -> Score:
    result = check(problem, plan)
    assert isinstance(result, Score), result
    return result


def broken(problem: Problem, plan: Plan) -> list[Violation]:
    result = check(problem, plan)
    assert isinstance(result, list), result
    return result


def test_a_sound_plan_scores_as_reckoned_by_hand() -> None:
    score = scored(samples.problem(), samples.plan())
    # a: 80 km on day 0, 2 × 305 to v3, 2 × 65 to the island; b: 60 km. Ferries add 45 + 20 + 5 minutes each.
    assert (score.hm, score.distance, score.road_minutes, score.time) == (8800, 8800, 1010, 2020)
    assert (score.fares, score.nights, score.night_count) == (1400, 3000, 2)
    # a: 8:55–15:25, 8:15–15:20, 8:00–13:05, 14:40–16:50, 9:45–14:15. b: 12:15–15:15.
    assert score.loads == (("a", 390 + 425 + 305 + 130 + 270), ("b", 180), ("c", 0))
    assert score.overload == (1520 - 600) + 2 * (1520 - 900)
    assert (score.served, score.unserved, score.unserved_penalty, score.stability) == (4, 1, 3000, 0)
    assert score.cost == score.travel + 3000 + 2160 == 20380
    assert score.km == 880.0


def test_an_empty_plan_is_sound_and_pays_every_penalty() -> None:
    score = scored(samples.problem(), Plan(version=1, trips=(), visits=()))
    assert (score.cost, score.served, score.unserved) == (18000, 0, 5)


def test_claims_that_are_true_are_accepted() -> None:
    plan = replace(samples.plan(), cost=20380, bound=20380, served=4, unserved=1, km=880.0)
    assert scored(samples.problem(), replace(plan, problem=digest(samples.problem()))).cost == 20380


def test_changing_what_was_told_costs_by_start_and_by_person() -> None:
    prior = (
        Prior("r1", at(0, 9, 30), ("a",), 100, 10),  # as told
        Prior("r2", at(1, 10), ("c", "a"), 100, 10),  # another start, b for c
        Prior("r5", at(1, 10), ("c",), 100, 10),  # dropped
    )
    assert scored(replace(samples.problem(), prior=prior), samples.plan()).stability == 0 + 110 + 110


def test_swapping_lead_and_second_is_no_change_to_what_was_told() -> None:
    prior = (Prior("r2", at(0, 13), ("b", "a"), 100, 10),)
    assert scored(replace(samples.problem(), prior=prior), samples.plan()).stability == 0


def test_a_visit_elsewhere_is_travelled_to_there_and_its_wish_is_paid_by_each_who_comes() -> None:
    other = Elsewhere(at(0, 13), "v1", 200)
    problem = with_visit(samples.problem(), "r2", elsewhere=(other,))
    score, before = scored(problem, samples.plan()), scored(samples.problem(), samples.plan())
    assert score.wish == 2 * 200
    assert score.hm == before.hm - 2 * 2 * 200  # both turn 20 km sooner
    assert scored(problem, with_entry(1, place="v1")) == score
    later = with_visit(samples.problem(), "r2", elsewhere=(replace(other, start=at(1, 10)),))
    assert scored(later, samples.plan()) == before


def test_the_night_is_spent_by_the_place_where_the_visit_is() -> None:
    problem = with_visit(samples.problem(), "r3", elsewhere=(Elsewhere(at(2, 13, 30), "v2", 0),))
    assert {violation.rule for violation in broken(problem, samples.plan())} == {Rule.NO_INN}


def test_locks_and_frozen_days_that_are_kept_are_accepted() -> None:
    problem = replace(
        samples.problem(),
        locks=(Lock("r2", at(0, 13), "a", "b"), Lock("r1", None, "a"), Lock("r3", at(2, 13, 30))),
        frozen_days=(FrozenDay("a", 0), FrozenDay("b", 0), FrozenDay("c", 3)),
    )
    assert scored(problem, samples.plan()).served == 4


def test_a_cancelled_sailing_sends_the_return_to_the_next() -> None:
    problem = samples.problem()
    back = problem.ferries[1]
    later = replace(back, sailings=tuple(s for s in back.sailings if s != (at(5, 12, 30), at(5, 13, 15))))
    score = scored(replace(problem, ferries=(problem.ferries[0], later)), samples.plan())
    assert dict(score.loads)["a"] == 1520 + 4 * 60 + 30  # the 17:00 for the 12:30


def test_an_eve_leaves_the_rest_before_the_morning() -> None:
    """Rest of 17 h 30 before 9:45 asks to arrive by 16:15: the 16:00 is too late, and the 9:00 leaves before eight."""
    problem = with_person(samples.problem(), "a", rest_minutes=1050)
    assert {v.rule for v in broken(problem, only(2, 3))} == {Rule.WINDOW}
    early = tuple(Window(at(day, 7), at(day, 19)) for day in range(7))
    score = scored(with_person(problem, "a", windows=early), only(3))
    assert dict(score.loads)["a"] == 130 + 270


# Ways to break it. Each gives a problem and a plan that breaks exactly one rule.


def with_person(problem: Problem, key: str, **changes: object) -> Problem:
    people = tuple(replace(p, **changes) if p.id == key else p for p in problem.instructors)  # type: ignore[arg-type]
    return replace(problem, instructors=people)


def with_visit(problem: Problem, key: str, **changes: object) -> Problem:
    visits = tuple(replace(v, **changes) if v.id == key else v for v in problem.visits)  # type: ignore[arg-type]
    return replace(problem, visits=visits)


def with_trip(number: int, changed: Trip) -> Plan:
    plan = samples.plan()
    return replace(plan, trips=(*plan.trips[:number], changed, *plan.trips[number + 1 :]))


def with_entry(number: int, **changes: object) -> Plan:
    plan = samples.plan()
    entry = replace(plan.visits[number], **changes)  # type: ignore[arg-type]
    return replace(plan, visits=(*plan.visits[:number], entry, *plan.visits[number + 1 :]))


def only(*numbers: int) -> Plan:
    """The plan with these trips alone, and what they wholly serve."""
    plan = samples.plan()
    trips = tuple(plan.trips[number] for number in numbers)
    stops = [(stop.visit, kept.instructor) for kept in trips for duty in kept.days for stop in duty.stops]
    return replace(
        plan, trips=trips, visits=tuple(v for v in plan.visits if all((v.id, who) in stops for who in v.instructors))
    )


def plain(problem: Problem) -> Problem:
    """r5 as anyone may serve it."""
    return with_visit(problem, "r5", lead_skills=("basic",))


def served(plan: Plan, extra: Trip, entry: ServedVisit) -> Plan:
    return replace(plan, trips=(*plan.trips, extra), visits=(*plan.visits, entry))


def r5_by(who: str, plan: Plan) -> Plan:
    home = "h1" if who == "a" else "h2"
    return served(plan, trip(who, home, (1, {"r5": at(1, 10)})), ServedVisit("r5", at(1, 10), (who,), who))


def shift(plan: Plan, number: int, **changes: object) -> Plan:
    trips = list(plan.trips)
    trips[number] = replace(trips[number], **changes)  # type: ignore[arg-type]
    return replace(plan, trips=tuple(trips))


def no_inn(problem: Problem) -> Problem:
    return replace(problem, places=tuple(replace(p, inn=None) if p.id == "v3" else p for p in problem.places))


def no_sailings(problem: Problem) -> Problem:
    return replace(problem, ferries=(replace(problem.ferries[0], sailings=()), problem.ferries[1]))


def second_unqualified(problem: Problem) -> Problem:
    return with_person(problem, "b", skills=(Qualification("applied", 0, 6),))


def expired(problem: Problem) -> Problem:
    held = (Qualification("basic", 0, 6), Qualification("applied", 1, 6))
    return with_person(problem, "a", skills=held)


def late_r2(problem: Problem) -> Problem:
    return with_visit(problem, "r2", starts=(at(0, 11, 45),))


def two_places(problem: Problem) -> Problem:
    """r2 at another venue, v1, at the start that the plan has."""
    return with_visit(problem, "r2", elsewhere=(Elsewhere(at(0, 13), "v1", 200),))


PLAN, PROBLEM = samples.plan(), samples.problem()
MORNINGS = tuple(Window(at(day, 8), at(day, 15)) for day in range(7))

BREAKS: dict[str, tuple[Rule, Callable[[], Case]]] = {
    "another version": (Rule.VERSION, lambda: (PROBLEM, replace(PLAN, version=2))),
    "a plan of another problem": (Rule.WRONG_PROBLEM, lambda: (PROBLEM, replace(PLAN, problem="0" * 64))),
    "nobody of that name": (Rule.UNKNOWN_INSTRUCTOR, lambda: (PROBLEM, shift(PLAN, 1, instructor="z"))),
    "no visit of that id": (Rule.UNKNOWN_VISIT, lambda: (PROBLEM, with_entry(0, id="r9"))),
    "someone else's home": (Rule.HOME, lambda: (PROBLEM, shift(PLAN, 1, home="h1"))),
    "a gap in a trip": (
        Rule.TRIP_DAYS,
        lambda: (PROBLEM, with_trip(2, trip("a", "h1", (2, {"r3": at(2, 13, 30)}), (4, {})))),
    ),
    "a trip beyond the horizon": (Rule.TRIP_DAYS, lambda: (PROBLEM, with_trip(1, trip("b", "h2", (7, {}))))),
    "a trip without days": (Rule.TRIP_DAYS, lambda: (PROBLEM, with_trip(1, trip("b", "h2")))),
    "an idle day between": (
        Rule.EMPTY_DAY,
        lambda: (PROBLEM, with_trip(3, trip("a", "h1", (3, {}), (4, {}), (5, {"r4": at(5, 10)})))),
    ),
    "a trip without work": (Rule.EMPTY_DAY, lambda: (PROBLEM, with_trip(1, trip("b", "h2", (0, {}), (1, {}))))),
    "a stop on another day": (
        Rule.STOP_DAY,
        lambda: (PROBLEM, with_trip(1, trip("b", "h2", (1, {"r2": at(0, 13)})))),
    ),
    "a start not offered": (Rule.START, lambda: (with_visit(PROBLEM, "r3", starts=(at(2, 13),)), PLAN)),
    "the right start at the wrong place": (Rule.PLACE, lambda: (two_places(PROBLEM), with_entry(1, place="v2"))),
    "too little time between": (
        Rule.TRAVEL_TIME,
        lambda: (
            late_r2(PROBLEM),
            replace(
                PLAN,
                trips=(
                    trip("a", "h1", (0, {"r1": at(0, 9, 30), "r2": at(0, 11, 45)})),
                    trip("b", "h2", (0, {"r2": at(0, 11, 45)})),
                    *PLAN.trips[2:],
                ),
                visits=with_entry(1, start=at(0, 11, 45)).visits,
            ),
        ),
    ),
    "stops out of order": (
        Rule.TRAVEL_TIME,
        lambda: (PROBLEM, with_trip(0, trip("a", "h1", (0, {"r2": at(0, 13), "r1": at(0, 9, 30)})))),
    ),
    "no ferry": (Rule.NO_ROUTE, lambda: (no_sailings(PROBLEM), PLAN)),
    "a ferry refused": (Rule.FERRY_REFUSED, lambda: (with_person(PROBLEM, "a", ferries=False), PLAN)),
    "home after hours": (Rule.WINDOW, lambda: (with_person(PROBLEM, "b", windows=MORNINGS), PLAN)),
    "a day off": (Rule.WINDOW, lambda: (with_person(PROBLEM, "b", windows=()), PLAN)),
    "two windows bridged": (
        Rule.WINDOW,
        lambda: (
            with_person(PROBLEM, "b", windows=(Window(at(0, 8), at(0, 13)), Window(at(0, 13), at(0, 19)))),
            PLAN,
        ),
    ),
    "a day too long": (Rule.DAY_HOURS, lambda: (with_person(PROBLEM, "b", max_day_minutes=179), PLAN)),
    "a session too many": (Rule.DAY_SESSIONS, lambda: (with_visit(PROBLEM, "r2", sessions=3), PLAN)),
    "a night too many": (Rule.MAX_NIGHTS, lambda: (with_person(PROBLEM, "a", max_nights=0), PLAN)),
    "a night at home": (Rule.NIGHT_UNAVAILABLE, lambda: (with_person(PROBLEM, "a", nights=(2,)), PLAN)),
    "a night nowhere": (Rule.NO_INN, lambda: (no_inn(PROBLEM), PLAN)),
    "two trips a day": (
        Rule.ONE_TRIP_A_DAY,
        lambda: (
            with_visit(plain(PROBLEM), "r5", starts=(at(3, 16, 30),)),
            served(PLAN, trip("a", "h1", (3, {"r5": at(3, 16, 30)})), ServedVisit("r5", at(3, 16, 30), ("a",), "a")),
        ),
    ),
    "too short a rest": (
        Rule.REST,
        lambda: (with_person(plain(PROBLEM), "a", rest_minutes=1081), r5_by("a", only(0, 1))),
    ),
    "a week too long": (Rule.WEEK_HOURS, lambda: (with_person(PROBLEM, "a", week_minutes=(1519,)), PLAN)),
    "a visit twice in the table": (
        Rule.VISIT_TWICE,
        lambda: (PROBLEM, replace(PLAN, visits=(*PLAN.visits, PLAN.visits[2]))),
    ),
    "one of a crew of two": (
        Rule.CREW_SIZE,
        lambda: (PROBLEM, replace(with_entry(1, instructors=("a",)), trips=(PLAN.trips[0], *PLAN.trips[2:]))),
    ),
    "a lead who stays at home": (
        Rule.LEAD,
        lambda: (with_visit(PROBLEM, "r1", lead_skills=()), with_entry(0, lead="c")),
    ),
    "someone listed who doesn't travel": (
        Rule.CREW_TRIPS,
        lambda: (PROBLEM, with_entry(0, instructors=("c",), lead="c")),
    ),
    "a start told wrong": (Rule.CREW_TRIPS, lambda: (PROBLEM, with_entry(0, start=at(0, 13)))),
    "a visit left out of the table": (Rule.CREW_TRIPS, lambda: (PROBLEM, replace(PLAN, visits=PLAN.visits[:3]))),
    "an unqualified lead": (Rule.SKILL_LEAD, lambda: (PROBLEM, with_entry(1, lead="b"))),
    "a certificate not yet valid": (Rule.SKILL_LEAD, lambda: (expired(PROBLEM), PLAN)),
    "an unqualified second": (Rule.SKILL_SECOND, lambda: (second_unqualified(PROBLEM), PLAN)),
    "someone who must not come": (
        Rule.FORBIDDEN,
        lambda: (replace(PROBLEM, forbidden=(Forbidden("b", "r2"),)), PLAN),
    ),
    "a lock on an unserved visit": (Rule.LOCK, lambda: (replace(PROBLEM, locks=(Lock("r5"),)), PLAN)),
    "a lock on another start": (Rule.LOCK, lambda: (replace(PROBLEM, locks=(Lock("r1", at(0, 13)),)), PLAN)),
    "a lock on another lead": (Rule.LOCK, lambda: (replace(PROBLEM, locks=(Lock("r2", lead="c"),)), PLAN)),
    "a lock on another second": (Rule.LOCK, lambda: (replace(PROBLEM, locks=(Lock("r2", second="a"),)), PLAN)),
    "work on a frozen day": (
        Rule.FROZEN_DAY,
        lambda: (replace(PROBLEM, frozen_days=(FrozenDay("b", 0),)), PLAN),
    ),
    "a cost too low": (Rule.FIGURES, lambda: (PROBLEM, replace(PLAN, cost=20379))),
    "kilometres hidden": (Rule.FIGURES, lambda: (PROBLEM, replace(PLAN, km=879.9))),
    "visits boasted": (Rule.FIGURES, lambda: (PROBLEM, replace(PLAN, served=5))),
    "failures hidden": (Rule.FIGURES, lambda: (PROBLEM, replace(PLAN, unserved=0))),
    "a bound above the cost": (Rule.BOUND, lambda: (PROBLEM, replace(PLAN, bound=20381))),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_plan_is_caught_by_the_rule_it_breaks_and_no_other(name: str) -> None:
    rule, make = BREAKS[name]
    found = broken(*make())
    assert {violation.rule for violation in found} == {rule}
    assert all(re.search(r"[ぁ-ん]", violation.text) and "{" not in violation.text for violation in found)


def test_every_rule_is_broken_by_some_case_and_has_words_and_a_line_in_the_docs() -> None:
    assert {rule for rule, _ in BREAKS.values()} == set(Rule) == set(WORDS)
    text = DOCS.read_text(encoding="utf-8")
    assert [rule for rule in Rule if f"`{rule}`" not in text] == []


def test_at_the_very_limit_a_plan_is_sound() -> None:
    limits: dict[str, object] = {
        "max_day_minutes": 425,
        "week_minutes": (1520,),
        "max_nights": 1,
        "max_day_sessions": 2,
    }
    assert scored(with_person(PROBLEM, "a", **limits), PLAN).served == 4
    assert scored(with_person(plain(PROBLEM), "a", rest_minutes=1080), r5_by("a", only(0, 1))).served == 3
    exact = (Window(at(0, 12, 15), at(0, 15, 15)),)
    assert scored(with_person(PROBLEM, "b", windows=exact), PLAN).served == 4


def test_one_person_cannot_be_a_crew_of_two() -> None:
    plan = replace(with_entry(1, instructors=("a", "a")), trips=(*PLAN.trips, trip("a", "h1", (0, {"r2": at(0, 13)}))))
    rules = {violation.rule for violation in broken(PROBLEM, plan)}
    assert {Rule.CREW_SIZE, Rule.ONE_TRIP_A_DAY, Rule.VISIT_TWICE} <= rules


def test_the_way_differs_by_means_of_travel() -> None:
    slow = replace(PROBLEM.travel[0], mode="transit", minutes=samples.road(2))
    problem = replace(PROBLEM, travel=(*PROBLEM.travel, slow))
    assert scored(with_person(problem, "b", mode="transit"), PLAN).road_minutes == 1010 + 60


def test_words_say_who_when_and_how_much() -> None:
    (violation,) = broken(*BREAKS["a week too long"][1]())
    assert violation.text == "講師「a」の第1週の拘束は1520分で、上限1519分を超えます。"
    (late,) = broken(*BREAKS["too little time between"][1]())
    assert late.text == "講師「a」は、訪問「r2」に6月6日11:30までに着けません（着くのは5分あと）。"


def write(tmp_path: Path, problem: str, plan: str) -> list[str]:
    paths = [tmp_path / "problem.json", tmp_path / "plan.json"]
    for path, text in zip(paths, (problem, plan), strict=True):
        path.write_text(text, encoding="utf-8")
    return [str(path) for path in paths]


def test_the_command_prints_the_score_of_a_sound_plan(tmp_path: Path) -> None:
    out = StringIO()
    call_command("check_plan", *write(tmp_path, dump_problem(PROBLEM), dump_plan(PLAN)), stdout=out)
    assert json.loads(out.getvalue())["cost"] == 20380


def test_the_command_names_each_broken_rule_and_exits_with_1(tmp_path: Path) -> None:
    out = StringIO()
    wrong = replace(PLAN, cost=1, bound=999_999)
    with pytest.raises(SystemExit, match="1"):
        call_command("check_plan", *write(tmp_path, dump_problem(PROBLEM), dump_plan(wrong)), stdout=out)
    assert [line.split(":")[0] for line in out.getvalue().splitlines()] == ["figures", "bound"]


def test_the_command_refuses_what_is_no_plan(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="malformed"):
        call_command("check_plan", *write(tmp_path, dump_problem(PROBLEM), '{"version": 1}'))
    with pytest.raises(CommandError, match="cannot read"):
        call_command("check_plan", str(tmp_path / "none"), str(tmp_path / "none"))


def documented(heading: str) -> str:
    found = re.search(rf"<!-- {heading} -->\n```json\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert found, heading
    return found.group(1)


def test_the_example_of_the_docs_costs_what_the_docs_say() -> None:
    score = scored(load_problem(documented("example problem")), load_plan(documented("example plan")))
    assert (score.cost, score.hm, score.road_minutes, dict(score.loads)) == (280, 200, 40, {"i1": 160})


KEYS, PEOPLE = st.sampled_from(["r1", "r2", "r3", "r4", "r5"]), st.sampled_from(["a", "b", "c"])
STARTS = st.sampled_from(sorted({start for visit in PROBLEM.visits for start in visit.starts}))
DUTIES = st.builds(
    Duty, day=st.integers(-1, 7), stops=st.lists(st.builds(Stop, visit=KEYS, start=STARTS), max_size=3).map(tuple)
)
TRIPS = st.builds(
    Trip, instructor=PEOPLE, home=st.sampled_from(["h1", "h2"]), days=st.lists(DUTIES, max_size=3).map(tuple)
)
ENTRIES = st.builds(
    ServedVisit, id=KEYS, start=STARTS, instructors=st.lists(PEOPLE, max_size=3).map(tuple), lead=PEOPLE
)


@settings(suppress_health_check=[HealthCheck.too_slow])  # how fast plans are drawn is the machine's affair
@given(
    st.builds(
        Plan,
        version=st.just(1),
        trips=st.lists(TRIPS, max_size=4).map(tuple),
        visits=st.lists(ENTRIES, max_size=4).map(tuple),
    )
)
def test_whatever_the_plan_the_check_answers(plan: Plan) -> None:
    result = check(PROBLEM, plan)
    assert isinstance(result, Score) or result
