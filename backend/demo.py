"""`make demo`: prepare what is missing, run the web server and the job worker together, and end them together."""

import os
import sys
import threading
from http.client import HTTPConnection
from pathlib import Path
from signal import SIGHUP, SIGINT, SIGTERM, signal

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from backend.processes import Group, manage
from backend.sample.people import SAMPLE_PASSWORD
from geo.models import Municipality
from outreach.people.models import Membership, Organisation, Role
from outreach.people.overlap import missing_guards

GRACE = 10.0  # seconds for requests and jobs to finish


def prepare() -> None:
    """Bring database, areas, sample data and static files to where they should be; touch nothing that stands."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()) or missing_guards():
        say("Preparing the database…")
        call_command("migrate", verbosity=0)
    if not Municipality.objects.exists():
        say("Loading the areas of Japan…")
        call_command("load_areas")
    if not Organisation.objects.filter(sample=True).exists():
        say("Making sample data…")
        call_command("seed_sample")
    if not static_is_fresh():
        say("Collecting static files…")
        call_command("collectstatic", interactive=False, verbosity=0)
        static_stamp().touch()


def static_stamp() -> Path:
    return Path(settings.STATIC_ROOT) / ".collected"


def static_is_fresh() -> bool:
    """Whether nothing changed since files were last collected. A new package brings new times as well."""
    if not static_stamp().exists():
        return False
    collected = static_stamp().stat().st_mtime
    files = (storage.path(name) for finder in get_finders() for name, storage in finder.list([]))
    return all(os.stat(path).st_mtime <= collected for path in files)


def serve(port: int) -> int:
    """Run both until Ctrl-C or until one of them ends. Gives the exit status."""
    stopping = threading.Event()
    for number in (SIGINT, SIGTERM, SIGHUP):
        signal(number, lambda *_: stopping.set())
    address = f"http://127.0.0.1:{port}"
    shared = {"PUBLIC_URL": address, "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING")}
    gunicorn = ("-m", "gunicorn", "backend.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "8", "--timeout", "60")
    groups: list[Group] = []
    try:
        groups.append(Group(sys.executable, *gunicorn, "--log-level", "warning", env=shared))
        groups.append(manage("worker", "--grace", "5", env=shared))
        if wait_for(port, groups, stopping):
            say(welcome(address))
        while not stopping.wait(0.5):
            if not all(group.alive for group in groups):
                say("A process ended by itself; stopping the rest.")
                return 1
        return 0
    finally:
        stop_all(groups)


def stop_all(groups: list[Group]) -> None:
    threads = [threading.Thread(target=group.stop, args=(GRACE,)) for group in groups]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def wait_for(port: int, groups: list[Group], stopping: threading.Event) -> bool:
    """Wait until the web server answers."""
    while all(group.alive for group in groups) and not stopping.wait(0.2):
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            continue
    return False


def welcome(address: str) -> str:
    accounts = (
        Membership.objects.filter(user__is_active=True)
        .select_related("user", "prefecture", "municipality", "organisation")
        .order_by("pk")
    )
    seen: dict[str, Membership] = {}
    for membership in accounts.iterator():  # one of each role is enough to try
        seen.setdefault(membership.role, membership)
    lines = [f"    {m.user.username:<16}{m}" for m in seen.values()]
    offices = accounts.filter(role=Role.COORDINATOR).exclude(pk__in=[m.pk for m in seen.values()])
    lines.append("    " + ", ".join(m.user.username for m in offices[:8]) + "  programmes of towns and offices")
    return f"""
津々浦々 is running with sample data:  {address}/

  Sample accounts, all with the password {SAMPLE_PASSWORD}, at {address}/staff/sign-in/
{chr(10).join(lines)}

  Three things to try
    1. {address}/            find a class by postal code and sign up with a name and a phone number
    2. {address}/staff/      sign in as a coordinator, and see what needs a hand today
    3. {address}/coverage/   the map: where there is no shop and no class yet

  Ctrl-C stops everything; the data stays (make demo-reset starts over)."""


def say(words: str) -> None:
    print(words, flush=True)
