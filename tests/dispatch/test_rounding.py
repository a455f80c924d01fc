"""Rounded rows of hours meet trips that were found after them."""

import numpy as np
import pytest

from outreach.dispatch.solvers.hours import Rounding

pytestmark = pytest.mark.once


def test_a_trip_beyond_the_days_that_were_known_has_nothing_usual_there() -> None:
    row = Rounding(person=0, week=None, limit=600, step=250, usual=(100, 200))
    same = row.units(np.array([300]), np.array([1]), np.array([1]))
    longer = row.units(np.array([300]), np.array([1]), np.array([5]))
    assert longer.tolist() == same.tolist()
    assert row.units(np.array([300]), np.array([4]), np.array([5])).shape == (1,)
