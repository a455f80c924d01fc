"""The solver compiled ahead: nothing is left to compile for a plan of real rows."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from backend import worker
from backend.worker import Watchdog
from outreach.dispatch.models import PlanStatus
from outreach.dispatch.solvers import compiled, joining, nightly
from outreach.dispatch.warming import warm_solver
from tests.dispatch import rows


def compiled_for() -> Iterator[tuple[str, int]]:
    """How many sorts of arguments each function is compiled for."""
    for module in (compiled, nightly, joining):
        for name, made in vars(module).items():
            if getattr(made, "__module__", "") == module.__name__ and hasattr(made, "signatures"):
                yield f"{module.__name__}.{name}", len(made.signatures)


@pytest.mark.once
@pytest.mark.django_db
def test_a_plan_compiles_nothing_once_the_solver_is_warm() -> None:
    warm_solver()
    warm = dict(compiled_for())
    assert warm[f"{nightly.__name__}.look_ahead"] > 0
    for crew in (1, 2, 1):
        rows.instructor()
        rows.request(crew=crew)
    assert rows.plan().status == PlanStatus.READY
    assert dict(compiled_for()) == warm


class Warming(SimpleNamespace):
    """A process that never ends by itself."""

    alive = True
    killed = False

    def kill(self) -> None:
        self.killed = True


def test_the_worker_warms_the_solver_beside_its_cluster_and_leaves_nothing_running(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[tuple[str, ...]] = []
    process, watchdog = Warming(), Watchdog(1, 1, 1, warm=0.01)

    def manage(*arguments: str, **_fields: Any) -> Warming:
        started.append(arguments)
        watchdog.stopping.set()
        return process

    monkeypatch.setattr(worker, "manage", manage)
    watchdog.warm_solver()
    assert [arguments[0] for arguments in started] == ["warm_solver"]
    assert process.killed
    Watchdog(1, 1, 1, warm=0).warm_solver()
    watchdog.warm_solver()  # the house is closing
    assert len(started) == 1
