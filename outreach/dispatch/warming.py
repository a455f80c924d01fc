"""Compiling what the solver needs before the first plan asks for it: some 25 s of a processor, once an installation.

Numba keeps what it compiled in `NUMBA_CACHE_DIR`, else beside the code where that can be written, else in the user's
own cache directory; where it can write none of them, each process compiles for itself.
"""

from outreach.dispatch.generate import generate
from outreach.dispatch.solvers import solver
from outreach.dispatch.towns import towns_of

KINDS = (("31", 4), ("01", 7))  # prefecture and days: between them, each shape of arrays that the solver works on
WORK = 30


def warm_solver() -> None:
    """Plan two small prefectures. Seconds of work: not where anyone waits."""
    for prefecture, days in KINDS:
        towns = towns_of(prefecture)
        problem = generate(prefecture=prefecture, towns=towns, instructors=3, visits=8, seed=1, days=days)
        solver("best").solve(problem, work=WORK, seed=1)
