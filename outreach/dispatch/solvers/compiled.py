"""Functions compiled by numba, for the few loops that arrays can't say."""

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """Compile at the first call, and keep the result for the next process where that can be written.

    Numba keeps it beside the module or in the user's cache, and refuses where it can write neither: then each process
    compiles for itself, some seconds once.
    """
    try:
        made: F = cast(F, njit(cache=True)(function))
    except RuntimeError:
        made = cast(F, njit(function))
    return made
