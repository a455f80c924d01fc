"""A carrier's results by file: what became of each of its slots."""
