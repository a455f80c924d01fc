"""Dispatch: greedy, CP-SAT alone, PyVRP, OR-Tools routing and ours on made-up problems; every row is printed.

`python -m tests.bench.bench_dispatch --sizes 20 40 80 120 --seeds 1 2 3 --seconds 60 --solvers greedy best`. Each run
is a process of its own. With `--cpu`, seconds are the process's own CPU seconds: the way to measure on a busy machine.
A solver with two threads then gets twice as many: what two cores would give it in that time.

In full, 4 sizes × 3 seeds × 4 solvers for a minute each beside greedy, it takes some 55 minutes.

`--keep FILE` adds each row to a file; `--table FILE…` runs nothing and prints one table of all rows kept, for
docs/proof.md. Of two rows of one instance and solver the later stands.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

from tests.bench.dispatch_rows import HEAD, LACKS, SIZES, Row, compared, keep, read, table

SOLVERS = ("greedy", "cpsat", "pyvrp", "ortools", "best")
THREADS = {"cpsat": 2, "best": 2}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", choices=list(SIZES), default=list(SIZES))
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--solvers", nargs="+", choices=SOLVERS, default=list(SOLVERS))
    parser.add_argument("--cpu", action="store_true", help="seconds of the process, not of the clock")
    parser.add_argument("--keep", type=Path, help="add each row to this file")
    parser.add_argument("--table", type=Path, nargs="+", help="print the table of rows kept, run nothing")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args([] if arguments is None else arguments)
    if options.one:
        row = run(options.sizes[0], options.seeds[0], options.solvers[0], options.seconds, cpu=options.cpu)
        print(json.dumps(asdict(row)))
        return
    if options.table:
        print(table(read(options.table)))
        return
    print(HEAD, flush=True)
    for solver in options.solvers:
        if solver in LACKS:
            print(f"{'':13} {solver}: {LACKS[solver]}", flush=True)
    rows = [row for size in options.sizes for seed in options.seeds for row in _instance(size, seed, options)]
    print("\n" + table(rows))


def _instance(size: int, seed: int, options: argparse.Namespace) -> list[Row]:
    rows = []
    for name in options.solvers:
        rows.append(_apart(size, seed, name, options.seconds, cpu=options.cpu))
        if options.keep:
            keep(options.keep, rows[-1])
    print("\n".join(f"{'':13} {line}" for line in compared(rows)), flush=True)
    return rows


def _apart(size: int, seed: int, solver: str, seconds: float, *, cpu: bool) -> Row:
    """One run in a process of its own, given up after a generous time."""
    command = [sys.executable, "-m", "tests.bench.bench_dispatch", "--one", "--sizes", str(size), "--seeds", str(seed)]
    command += ["--solvers", solver, "--seconds", str(seconds), *(["--cpu"] if cpu else [])]
    longest = (100 if cpu else 4) * seconds + 120
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=longest, check=True)
        row = Row(**json.loads(done.stdout.splitlines()[-1]))
    except subprocess.TimeoutExpired:
        row = Row(size, seed, solver, note=f"did not return within {longest:.0f} s")
    except subprocess.CalledProcessError as error:
        row = Row(
            size, seed, solver, note=(error.stderr.strip() or f"ended by {error.returncode}").splitlines()[-1][:90]
        )
    print(row.line(), flush=True)
    return row


def run(size: int, seed: int, solver: str, seconds: float, *, cpu: bool) -> Row:
    from outreach.dispatch.check import check
    from outreach.dispatch.generate import generate
    from outreach.dispatch.score import Score
    from outreach.dispatch.solvers import solver as named
    from outreach.dispatch.solvers.base import Budget
    from outreach.dispatch.towns import towns_of
    from tests.bench.dispatch_peers import CPU, PEERS, WALL, finish, mend

    prefecture, people, visits = SIZES[size]
    problem = generate(prefecture=prefecture, towns=towns_of(prefecture), instructors=people, visits=visits, seed=seed)
    clock = CPU if cpu else WALL
    seconds *= THREADS.get(solver, 1) if cpu else 1
    Budget.clock = staticmethod(clock)
    began, used = time.monotonic(), time.process_time()
    note = ""
    if solver in PEERS:
        plan, note = PEERS[solver](problem, seconds, clock, seed)
        bound = plan.bound
        plan, taken = mend(problem, plan)
        plan, filled = finish(problem, plan)
        assert not taken, "a peer gives what it has mended"
        note = "; ".join(filter(None, [note, f"{filled} filled in by greed" * bool(filled)]))
    else:
        stop_at = clock() + seconds
        plan = named(solver).solve(
            problem, seconds=seconds, seed=seed,
            should_stop=lambda: clock() > stop_at + 5,
        )  # fmt: skip
        bound = plan.bound
    score = check(problem, plan)
    assert isinstance(score, Score), [violation.text for violation in score]
    return Row(
        size=size,
        seed=seed,
        solver=solver,
        cost=score.cost,
        served=score.served,
        km=score.km,
        bound=bound,
        travel=score.travel,
        cpu=time.process_time() - used,
        wall=time.monotonic() - began,
        note=note,
    )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    main(sys.argv[1:])
