"""What the dispatch bench prints of rows kept from several runs."""

from pathlib import Path

from tests.bench.dispatch_rows import LACKS, Row, keep, read, table

GREEDY = Row(20, 1, "greedy", cost=150_000, served=80, km=4_000, travel=60_000, cpu=0.1)
OURS = Row(20, 1, "best", cost=100_000, served=100, km=3_000, bound=99_000, travel=50_000, cpu=60.2)
NOTHING = Row(20, 1, "ortools", note="nothing found")


def test_a_table_from_several_files_has_every_row_once_the_later_run_and_says_who_is_how_far(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    keep(first, Row(20, 1, "greedy", cost=1, served=1))
    keep(first, NOTHING)
    keep(second, OURS)
    keep(second, GREEDY)
    lines = table(read([first, second])).splitlines()
    assert lines[2:] == [
        "| 20/100, 1 | greedy | 150,000 | 80 | 4,000 | 50.0 |  |  |  | 0 |  |",
        "|  | ours | 100,000 | 100 | 3,000 | 30.0 | 99,000 | 1.00 % | 2.00 % | 60 |  |",
        "|  | OR-Tools routing | none found |  |  |  |  |  |  |  | nothing found |",
        "",
        "- 20/100, 1: km a served visit: 30.0 against greedy's 50.0 (-40 %)",
        "- 20/100, 1: from our bound: greedy 34.00%",
        f"- OR-Tools routing: {LACKS['ortools']}.",
    ]
