"""A database with every migration, made once and then copied: going through them all takes ten seconds.

On SQLite it is a file in var/, made anew when a migration or a guard changes; on PostgreSQL a template on the server.
`python -m tests.migrated` makes it beforehand.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

BASE = Path(__file__).parent.parent
FOLDER = BASE / "var" / "tests"
MAKERS = (
    "*/migrations/*.py",
    "outreach/*/migrations/*.py",
    "outreach/people/*.py",  # the guards, laid after each migrate
    "outreach/contact/finality.py",
    "requirements/prod.txt",
)
MAKING = 1  # the number of the lock on a server


def digest() -> str:
    """Of everything that the database is made by."""
    files = sorted(path for pattern in MAKERS for path in BASE.glob(pattern))
    return sha256(b"".join(str(path).encode() + path.read_bytes() for path in files)).hexdigest()[:16]


def migrate(url: str) -> None:
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "backend.settings", "DATABASE_URL": url}
    subprocess.run([sys.executable, str(BASE / "manage.py"), "migrate", "-v", "0"], env=env, cwd=BASE, check=True)


def migrated_file() -> Path:
    """The file of SQLite; to be copied, never opened."""
    path = FOLDER / f"migrated-{digest()}.sqlite3"
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        flock(lock, LOCK_EX)  # of several workers one makes it
        if not path.exists():
            for old in FOLDER.glob("migrated-*"):
                old.unlink()
            half = path.with_suffix(".half")
            migrate(f"sqlite:///{half}")
            half.rename(path)
    return path


@contextmanager
def migrated_template(server: str) -> Iterator[str]:
    """The name of the template on a PostgreSQL server."""
    name = f"migrated_{digest()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [MAKING])
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(f"DROP DATABASE IF EXISTS {name}_half")
            connection.execute(f"CREATE DATABASE {name}_half")
            migrate(database_at(server, f"{name}_half"))
            connection.execute(f"ALTER DATABASE {name}_half RENAME TO {name}")
        yield name


def copy_on(server: str, name: str) -> None:
    """A migrated database of that name on a PostgreSQL server."""
    with migrated_template(server) as template, psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")


def drop_on(server: str, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def copy_file(path: Path) -> None:
    """A migrated database of SQLite at `path`."""
    shutil.copy(migrated_file(), path)


def database_at(server: str, name: str) -> str:
    return urlsplit(server)._replace(path=f"/{name}").geturl()


if __name__ == "__main__":
    if url := os.environ.get("TEST_DATABASE_URL"):
        with migrated_template(url):
            pass
    else:
        migrated_file()
