"""A plan of 200 visits: opening it in the table, moving a visit, against a bare page of the office.

Run by `python -m tests.bench.bench_plan`, and by `make bench`. The database is a new SQLite file in a process of its
own; the plan is greedy's, since what is measured is the pages. Times are of this process's own work: no network, no
browser.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

VISITS, INSTRUCTORS = 200, 40
ROUNDS = 7
TABLE_MS, MOVE_MS = 1000, 200  # what issue 3 asks for


def main() -> None:
    """In a process of its own, since settings are read once."""
    with tempfile.TemporaryDirectory(prefix="tsutsuura-plan-") as folder:
        env = {
            **os.environ,
            "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
            "DJANGO_SETTINGS_MODULE": "tests.settings_served",
            "LOG_LEVEL": "ERROR",
        }
        subprocess.run([sys.executable, "-m", "tests.bench.bench_plan", "measure"], env=env, check=True)


def measure() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client

    from outreach.people.models import Membership, Role, User

    call_command("migrate", verbosity=0)
    call_command("load_areas", verbosity=0)
    plan = _plan()
    user = User.objects.create_user("bench")
    Membership.objects.create(user=user, role=Role.ADMINISTRATOR)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    _report(client, plan)


def _plan() -> Any:
    from outreach.dispatch.building import build_problem
    from outreach.dispatch.models import Plan
    from outreach.dispatch.services import save_version
    from outreach.dispatch.solvers import solver
    from tests.dispatch.big import PREFECTURE, fill_prefecture

    first, last = fill_prefecture(instructors=INSTRUCTORS, visits=VISITS)
    plan = Plan.objects.create(prefecture_id=PREFECTURE, first=first, last=last)
    problem = build_problem(prefecture=PREFECTURE, first=first, last=last)
    answer = solver("greedy").solve(problem, seconds=60)
    save_version(plan=plan, problem=problem, answer=answer, reason="bench", by=None)
    print(f"a plan of {plan.visits.count()} visits by {INSTRUCTORS} instructors over {(last - first).days + 1} days")
    return plan


def _report(client: Any, plan: Any) -> None:
    from outreach.dispatch.building import key, pk_of
    from outreach.dispatch.options import Options
    from outreach.dispatch.services.plans import question

    home = f"/staff/plans/{plan.pk}/"
    bare = _row("bare page (the list of plans)", lambda: client.get("/staff/plans/"), None)
    table = _row("the table, a week", lambda: client.get(home), bare)
    visits = list(plan.visits.filter(request__crew=1).order_by("pk")[: ROUNDS + 1])
    places = []
    for visit in visits:
        problem, answer = question(plan, visit.request_id)
        options = Options(problem, answer, key("r", visit.request_id)).all()
        places.append((visit, next(o for o in options if o.crew[0] != key("p", visit.lead_id))))
    turn = iter(range(10**6))

    def try_or_move(action: str) -> Any:
        visit, option = places[next(turn) % len(places)]
        body = {"start": option.start, "lead": pk_of(option.crew[0]), "action": action}
        return client.post(f"{home}visits/{visit.request_id}/", body)

    def where() -> Any:
        return client.get(f"{home}visits/{places[next(turn) % len(places)][0].request_id}/")

    _row("what a move would break or cost", lambda: try_or_move("check"), bare)
    _row("every place for a visit, with its cost", where, bare)
    turn = iter(range(10**6))
    moved = _row("moving a visit", lambda: try_or_move("save"), bare)
    shown = iter(_newest_first(plan))
    _row("undoing it", lambda: client.post(f"{home}undo/", {"version": next(shown)}), bare)
    plan.refresh_from_db()
    assert plan.version_id == next(shown), "every move was undone"
    print(f"aims: table {table:.0f} of {TABLE_MS} ms, move {moved:.0f} of {MOVE_MS} ms")


def _newest_first(plan: Any) -> list[int]:
    """The versions that undoing goes back through, and the one that it ends at."""
    before = dict(plan.versions.values_list("pk", "before_id"))
    plan.refresh_from_db()
    chain = [plan.version_id]
    while len(chain) <= ROUNDS + 1:
        chain.append(before[chain[-1]])
    return chain


def _row(name: str, act: Callable[[], Any], bare: float | None) -> float:
    """Print statements, milliseconds (median and worst after the first) and the ratio to a bare page."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        answer = act()
    count = len(captured)  # at once: the next request clears the log
    assert answer.status_code in {200, 302}, answer.status_code
    times = []
    for _ in range(ROUNDS):
        start = perf_counter()
        act()
        times.append((perf_counter() - start) * 1000)
    middle = median(times)
    ratio = f"{middle / bare:.1f} x" if bare else "1 x"
    print(f"{name:<40} {count:>3} statements  {middle:>6.0f} ms (worst {max(times):.0f})  {ratio}")
    return middle


if __name__ == "__main__":
    measure() if sys.argv[1:] == ["measure"] else main()
