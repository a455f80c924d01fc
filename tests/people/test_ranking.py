"""Ranking people: deterministic, explained, and never an ineligible one."""

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from outreach.people.ranking import Candidate, Reason, Rule, hindered, nearness, rank, weigh

NEAR = Rule("near", "距離", 40)
KNOWN = Rule("known", "顔なじみ", 25)

people = st.lists(
    st.builds(
        Candidate,
        person=st.integers(1, 10_000),
        name=st.just("湊 蓮"),
        kana=st.sampled_from(["ミナト レン", "ハマベ ハナ", "イソベ キヨ"]),
        reasons=st.builds(
            lambda a, b: (weigh(NEAR, a, "近い"), weigh(KNOWN, b, "前回も")), st.floats(-1, 2), st.floats(0, 1)
        ),
        hindrances=st.sampled_from(
            [(), (), ("保険の加入がありません",), ("研修が済んでいません", "保険の加入がありません")]
        ),
    ),
    unique_by=lambda one: one.person,
    max_size=30,
)


@given(people, st.randoms())
def test_whoever_is_hindered_is_never_ranked_and_the_order_does_not_depend_on_the_input(found, random) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(found)
    random.shuffle(shuffled)
    ranked = rank(found)
    assert ranked == rank(shuffled)
    assert all(one.eligible for one in ranked)
    assert {one.person for one in ranked} | {one.person for one in hindered(found)} == {one.person for one in found}
    assert [one.points for one in ranked] == sorted((one.points for one in ranked), reverse=True)


@pytest.mark.parametrize(("km", "points"), [(0, 40), (5, 20), (10, 0), (99, 0)])
def test_points_for_nearness_fall_to_none_at_the_end_of_the_reach(km: float, points: int) -> None:
    assert nearness(NEAR, km, 10, "").points == points
    assert nearness(NEAR, km, 0, "").points == 0


def test_the_list_shows_rule_weight_and_reason_and_a_button_for_the_eligible_only() -> None:
    fit = Candidate(7, "湊 蓮", "ミナト レン", (Reason(NEAR, 30, "約2.5km"),))
    not_fit = Candidate(8, "灘 清", "ナダ キヨシ", hindrances=("保険の加入がありません",))
    drawn = render_to_string(
        "components/ranking.html",
        {"ranked": rank([fit, not_fit]), "hindered": hindered([fit, not_fit]), "action": "/x/", "button": "頼む"},
    )
    assert "30/40" in drawn
    assert "約2.5km" in drawn
    assert "保険の加入がありません" in drawn
    assert 'value="7"' in drawn
    assert 'value="8"' not in drawn
