"""Dispatch: greedy, CP-SAT alone, PyVRP, OR-Tools routing and ours on made-up problems; every row is printed.

`python -m tests.bench.bench_dispatch --sizes 20 40 80 120 --seeds 1 2 3 --seconds 60 --solvers greedy best`. Each run
is a process of its own. With `--cpu`, seconds are the process's own CPU seconds: the way to measure on a busy machine.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass

SIZES = {20: ("31", 20, 100), 40: ("32", 40, 200), 80: ("42", 80, 400), 120: ("01", 120, 600)}
SOLVERS = ("greedy", "cpsat", "pyvrp", "ortools", "best")
HEAD = f"{'size':>8} seed {'solver':8} {'cost':>9} {'served':>8} {'km':>8} {'bound':>9} {'gap':>7} {'of travel':>9} {'CPU s':>6} {'wall s':>6}  note"  # noqa: E501


@dataclass
class Row:
    size: int
    seed: int
    solver: str
    cost: int | None = None
    served: int = 0
    km: float = 0.0
    bound: int | None = None
    travel: int = 0
    cpu: float = 0.0
    wall: float = 0.0
    note: str = ""

    def line(self) -> str:
        _prefecture, people, visits = SIZES[self.size]
        name = f"{people}/{visits}"
        if self.cost is None:
            return f"{name:>8} {self.seed:4} {self.solver:8} {'-':>9} {self.note}"
        gap = share = bound = "-"
        if self.bound is not None:
            bound = str(self.bound)
            gap = f"{100 * (self.cost - self.bound) / self.cost:.2f}%"
            share = f"{100 * (self.cost - self.bound) / self.travel:.2f}%"
        return (
            f"{name:>8} {self.seed:4} {self.solver:8} {self.cost:9} {self.served:4}/{visits:3} {self.km:8.0f}"
            f" {bound:>9} {gap:>7} {share:>9} {self.cpu:6.1f} {self.wall:6.1f}  {self.note}"
        )


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", choices=list(SIZES), default=list(SIZES))
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--solvers", nargs="+", choices=SOLVERS, default=list(SOLVERS))
    parser.add_argument("--cpu", action="store_true", help="seconds of the process, not of the clock")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args([] if arguments is None else arguments)
    if options.one:
        row = run(options.sizes[0], options.seeds[0], options.solvers[0], options.seconds, cpu=options.cpu)
        print(json.dumps(asdict(row)))
        return
    print(HEAD, flush=True)
    for size in options.sizes:
        for seed in options.seeds:
            rows = [_apart(size, seed, name, options.seconds, cpu=options.cpu) for name in options.solvers]
            _compare(rows)


def _apart(size: int, seed: int, solver: str, seconds: float, *, cpu: bool) -> Row:
    """One run in a process of its own, given up after a generous time."""
    command = [sys.executable, "-m", "tests.bench.bench_dispatch", "--one", "--sizes", str(size), "--seeds", str(seed)]
    command += ["--solvers", solver, "--seconds", str(seconds), *(["--cpu"] if cpu else [])]
    longest = (30 if cpu else 4) * seconds + 120
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=longest, check=True)
        row = Row(**json.loads(done.stdout.splitlines()[-1]))
    except subprocess.TimeoutExpired:
        row = Row(size, seed, solver, note=f"did not return within {longest:.0f} s")
    except subprocess.CalledProcessError as error:
        row = Row(size, seed, solver, note=error.stderr.strip().splitlines()[-1][:90])
    print(row.line(), flush=True)
    return row


def _compare(rows: list[Row]) -> None:
    """Peers against our bound, and greedy's kilometres a served visit against ours."""
    best = next((row for row in rows if row.solver == "best" and row.cost), None)
    greedy = next((row for row in rows if row.solver == "greedy" and row.cost), None)
    if best and greedy:
        ours, theirs = best.km / best.served, greedy.km / greedy.served
        print(
            f"{'':13} km a served visit: {ours:.1f} against greedy's {theirs:.1f} ({100 * (ours / theirs - 1):+.0f}%)"
        )
    if best and best.bound:
        for row in rows:
            if row.cost and row is not best:
                print(f"{'':13} {row.solver}: {100 * (row.cost - best.bound) / row.cost:.2f}% from our bound")


def run(size: int, seed: int, solver: str, seconds: float, *, cpu: bool) -> Row:
    from outreach.dispatch.check import check
    from outreach.dispatch.generate import generate
    from outreach.dispatch.score import Score
    from outreach.dispatch.solvers import solver as named
    from outreach.dispatch.solvers.base import Budget
    from outreach.dispatch.towns import towns_of
    from tests.bench.dispatch_peers import CPU, PEERS, WALL, mend

    prefecture, people, visits = SIZES[size]
    problem = generate(prefecture=prefecture, towns=towns_of(prefecture), instructors=people, visits=visits, seed=seed)
    clock = CPU if cpu else WALL
    Budget.clock = staticmethod(clock)
    began, used = time.monotonic(), time.process_time()
    note = ""
    if solver in PEERS:
        plan, note = PEERS[solver](problem, seconds, clock, seed)
        plan, score, taken = mend(problem, plan)
        note += f"; {taken} visits taken out" if taken else ""
    else:
        stop_at = clock() + seconds
        plan = named(solver).solve(
            problem, seconds=seconds, seed=seed,
            should_stop=lambda: clock() > stop_at + 5,
        )  # fmt: skip
        result = check(problem, plan)
        assert isinstance(result, Score), [violation.text for violation in result]
        score = result
    return Row(
        size=size,
        seed=seed,
        solver=solver,
        cost=score.cost,
        served=score.served,
        km=score.km,
        bound=plan.bound,
        travel=score.travel,
        cpu=time.process_time() - used,
        wall=time.monotonic() - began,
        note=note,
    )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    main(sys.argv[1:])
