# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, check-untyped-defs=False
"""Functions compiled by numba, for the few loops that arrays can't say."""

from collections.abc import Callable
from typing import TypeVar, cast

import numpy as np
from numba import njit

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """Compile at the first call, and keep the result for the next process where that can be written.

    Other threads run on meanwhile.
    Numba keeps it beside the module or in the user's cache, and refuses where it can write neither: then each process
    compiles for itself, some seconds once.
    """
    try:
        made: F = cast(F, njit(cache=True, nogil=True)(function))
    except RuntimeError:
        made = cast(F, njit(nogil=True)(function))
    return made


# Numba looks for changes only in a function's own file: whoever changes one of these touches `nightly` and `joining`.


@compiled
def grown(array, size):
    """Twice as long, with the same beginning."""
    more = np.empty((2 * size, *array.shape[1:]), array.dtype)
    more[:size] = array[:size]
    return more


@compiled
def meet(visits, duty, other):
    """Whether two duties share a visit."""
    for a in visits[duty]:
        if a < 0:
            return False
        for b in visits[other]:
            if a == b:
                return True
    return False


@compiled
def has(visits, duty, visit):
    """Whether a duty has a visit."""
    for own in visits[duty]:  # noqa: SIM110 - numba knows no generators here
        if own == visit:
            return True
    return False
