"""What a plan is worth, in figures."""

from outreach.dispatch.figures import Figures, loads_of


def figures(**changes: object) -> Figures:
    known: dict[str, object] = {
        "cost": 10_000, "hm": 9_000, "road_minutes": 1200, "served": 10, "unserved": 1, "bound": None, "baseline": None,
    }  # fmt: skip
    return Figures(**{**known, **changes})  # type: ignore[arg-type]


def test_without_a_bound_nothing_is_claimed() -> None:
    one = figures()
    assert (one.gap_km, one.gap_percent, one.proven) == (None, None, False)


def test_the_gap_is_rounded_up_never_down() -> None:
    one = figures(bound=9_991)
    assert (one.gap_km, one.gap_percent, one.proven) == (1, 0.1, False)


def test_at_its_bound_a_plan_is_proven_best() -> None:
    assert figures(bound=10_000).proven
    assert figures(bound=10_000).gap_km == 0


def test_kilometres_a_visit_are_compared_with_a_careful_persons() -> None:
    one = figures(baseline=figures(hm=12_000, served=8))
    assert one.km_a_visit == 90
    assert one.saved_km_a_visit == 60
    assert figures(served=0).km_a_visit is None
    assert (one.fewer, figures(baseline=figures(served=12)).fewer, figures().fewer) == (0, 2, 0)


def test_loads_stand_from_the_heaviest_with_their_share() -> None:
    first, second = loads_of({"7": [300, 400], "9": [600, 500]})
    assert (first.person, first.share, first.over) == (9, 100, 100)
    assert (second.person, second.share, second.over) == (7, 50, 0)
    assert loads_of({}) == ()
