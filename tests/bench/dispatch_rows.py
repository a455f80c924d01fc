"""The rows of the dispatch bench: as lines while it runs, kept in a file, and as the table of docs/proof.md."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

# Prefecture, instructors, visits.
SIZES = {20: ("31", 20, 100), 40: ("32", 40, 200), 80: ("42", 80, 400), 120: ("01", 120, 600)}
NAMES = {
    "greedy": "greedy",
    "best": "ours",
    "cpsat": "CP-SAT alone",
    "pyvrp": "PyVRP",
    "ortools": "OR-Tools routing",
}
# What a peer's model is and can't say, and so what stands for it in its rows.
LACKS = {
    "cpsat": "the whole model at 20/100; above, each visit with its ten nearest people only, since else it doesn't fit",
    "pyvrp": "no pair's choice of start or anyone's of home, week caps, rest, overload; nights as greed has them",
    "ortools": "no pair's choice of start, overload; nights as greed has them",
}
HEAD = f"{'size':>8} seed {'solver':8} {'cost':>9} {'served':>8} {'km':>8} {'bound':>9} {'gap':>7} {'of travel':>9} {'CPU s':>6} {'wall s':>6}  note"  # noqa: E501


@dataclass(frozen=True)
class Row:
    """One run. `cost` is None if it came to nothing, `bound` if it proved nothing; `cpu` counts all its threads."""

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

    @property
    def name(self) -> str:
        return f"{SIZES[self.size][1]}/{SIZES[self.size][2]}"

    def shares(self, bound: int | None) -> tuple[str, str]:
        """How far the cost is from a bound: of the cost, and of what travelling costs."""
        if self.cost is None or bound is None:
            return "", ""
        away = 100 * (self.cost - bound)
        return f"{away / self.cost:.2f}%", f"{away / self.travel:.2f}%" if self.travel else ""

    def line(self) -> str:
        if self.cost is None:
            return f"{self.name:>8} {self.seed:4} {self.solver:8} {'-':>9} {self.note}"
        gap, share = self.shares(self.bound)
        return (
            f"{self.name:>8} {self.seed:4} {self.solver:8} {self.cost:9} {self.served:4}/{SIZES[self.size][2]:3}"
            f" {self.km:8.0f} {self.bound or '-':>9} {gap or '-':>7} {share or '-':>9} {self.cpu:6.1f} {self.wall:6.1f}"
            f"  {self.note}"
        )


def keep(file: Path, row: Row) -> None:
    with file.open("a") as kept:
        kept.write(json.dumps(asdict(row), ensure_ascii=False) + "\n")


def read(files: Iterable[Path]) -> list[Row]:
    """All rows kept, by size, seed and solver. Of two of the same run the later stands."""
    lines = (line for file in files for line in file.read_text().splitlines() if line.strip())
    rows = {(row.size, row.seed, row.solver): row for row in (Row(**json.loads(line)) for line in lines)}
    order = list(NAMES)
    return sorted(rows.values(), key=lambda row: (row.size, row.seed, order.index(row.solver)))


def compared(rows: list[Row]) -> Iterator[str]:
    """Of one instance: ours against greedy's kilometres a served visit, and how far each is from our bound."""
    ours = next((row for row in rows if row.solver == "best" and row.cost), None)
    greedy = next((row for row in rows if row.solver == "greedy" and row.cost), None)
    if ours and greedy and ours.served and greedy.served:
        mine, theirs = ours.km / ours.served, greedy.km / greedy.served
        yield f"km a served visit: {mine:.1f} against greedy's {theirs:.1f} ({100 * (mine / theirs - 1):+.0f} %)"
    if ours and ours.bound:
        others = [row for row in rows if row.cost and row is not ours]
        away = ", ".join(f"{NAMES[row.solver]} {row.shares(ours.bound)[0]}" for row in others)
        yield f"from our bound: {away}"


def table(rows: list[Row]) -> str:
    """Markdown: every row, and under the table what the rows of each instance say of each other."""
    lines = [
        "| people/visits, seed | solver | cost | served | km | a visit | bound | gap | gap / travel | CPU s | note |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    remarks = []
    for size, seed in dict.fromkeys((row.size, row.seed) for row in rows):
        own = [row for row in rows if (row.size, row.seed) == (size, seed)]
        lines += [_cells(row, first=row is own[0]) for row in own]
        remarks += [f"- {own[0].name}, {seed}: {remark}" for remark in compared(own)]
    present = {row.solver for row in rows}
    remarks += [f"- {NAMES[solver]}: {lacks}." for solver, lacks in LACKS.items() if solver in present]
    return "\n".join([*lines, "", *remarks])


def _cells(row: Row, *, first: bool) -> str:
    head = [f"{row.name}, {row.seed}" if first else "", NAMES[row.solver]]
    if row.cost is None:
        return _join([*head, "none found", "", "", "", "", "", "", "", row.note])
    a_visit = f"{row.km / row.served:.1f}" if row.served else ""
    figures = [f"{row.cost:,}", str(row.served), f"{row.km:,.0f}", a_visit, f"{row.bound:,}" if row.bound else ""]
    gaps = [share.replace("%", " %") for share in row.shares(row.bound)]
    return _join([*head, *figures, *gaps, f"{row.cpu:.0f}", row.note])


def _join(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
