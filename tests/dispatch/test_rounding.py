"""Rounded rows of hours: no whole choice breaks one, and they meet trips that were found after them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.dispatch.solvers.hours import Rounding

pytestmark = pytest.mark.once


def test_a_trip_beyond_the_days_that_were_known_has_nothing_usual_there() -> None:
    row = Rounding(person=0, week=None, limit=600, step=250, usual=(100, 200))
    same = row.units(np.array([300]), np.array([1]), np.array([1]))
    longer = row.units(np.array([300]), np.array([1]), np.array([5]))
    assert longer.tolist() == same.tolist()
    assert row.units(np.array([300]), np.array([4]), np.array([5])).shape == (1,)


@given(
    minutes=st.lists(st.integers(0, 900), min_size=4, max_size=4),
    usual=st.tuples(*[st.integers(0, 600)] * 4),
    limit=st.integers(0, 2000),
    step=st.integers(11, 900),
)
def test_no_whole_choice_breaks_a_rounding(minutes: list[int], usual: tuple[int, ...], limit: int, step: int) -> None:
    """One trip a day or none (0 minutes): what is above the limit, and no more, is paid as over."""
    row = Rounding(person=0, week=None, limit=limit, step=step, usual=usual, band=1)
    if row.part < 1e-6:
        return
    days = np.flatnonzero(minutes)
    units = row.units(np.array(minutes)[days], days, days).sum()
    over = max(0, sum(minutes) - limit)
    assert units <= row.high + over * row.per_minute_over + 1e-6
