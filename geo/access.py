"""The mark of a view that anyone may open. The rooms above have the gate for all others; this floor knows no people."""

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


def open_to_all(view: View) -> View:
    view.owner = "everyone"  # type: ignore[attr-defined]
    return view
