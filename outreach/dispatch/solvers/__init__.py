"""Solvers by name. They are loaded when asked for: ortools alone takes most of a second."""

from outreach.dispatch.solvers.base import Solver

NAMES = ("greedy", "best", "cpsat")


def solver(name: str) -> Solver:
    """Raise KeyError for a name that isn't one of `NAMES`."""
    if name == "greedy":
        from outreach.dispatch.solvers.greedy import Greedy

        return Greedy()
    if name == "best":
        from outreach.dispatch.solvers.best import Best

        return Best()
    if name == "cpsat":
        from outreach.dispatch.solvers.cpsat import CpSat

        return CpSat()
    raise KeyError(name)
