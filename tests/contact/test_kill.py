"""Law 4 under fire: a worker is killed with SIGKILL again and again while the provider is slow, fails and drops."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator
from datetime import datetime, timedelta
from datetime import time as clock
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from outreach.contact.rules import JAPAN
from outreach.contact.texts import REPEATED
from tests import migrated
from tests.twilio_standin import ACCOUNT_SID, AUTH_TOKEN, SENDER, Mood, TwilioStandIn

MOODS = [Mood.FINE] * 80 + [Mood.SLOW] * 8 + [Mood.DROPS_AFTER] * 3 + [Mood.DROPS_BEFORE] * 3
MOODS += [Mood.FAILS_AFTER] * 2 + [Mood.FAILS_BEFORE] * 2 + [Mood.BUSY, Mood.HANGS]
REF = re.compile(r"連絡番号(\d{3}-\d{4})")


def seconds_to_ten_tomorrow() -> float:
    """When the hours are open, whatever the hour is."""
    now = datetime.now(JAPAN)
    return (datetime.combine(now.date() + timedelta(days=1), clock(10), JAPAN) - now).total_seconds()


class Worker:
    """One worker process after another on a migrated database of its own."""

    def __init__(self, database_url: str, twilio: TwilioStandIn, rate: int) -> None:
        self.env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "backend.settings",
            "DATABASE_URL": database_url,
            "SMS_GATEWAY": "twilio",
            "TWILIO_API_URL": twilio.url,
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "TWILIO_FROM": SENDER,
            "SMS_DEADLINE": "2",
            "MESSAGES_PER_SECOND": str(rate),
            "LOG_LEVEL": "ERROR",
            "CLOCK_AHEAD": str(seconds_to_ten_tomorrow()),  # the same for all, however often they start
        }

    def run(self, *words: str) -> str:
        return str(subprocess.run(self._command(*words), **self._place(), check=True, stdout=subprocess.PIPE).stdout)

    def start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(self._command("drain"), **self._place())

    def report(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run("report"))
        return found

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "tests.contact.kill_worker", *words]

    def _place(self) -> dict[str, Any]:
        return {"env": self.env, "cwd": settings.BASE_DIR, "text": True}


@pytest.fixture
def database_url(tmp_path: Path) -> Iterator[str]:
    """A migrated database beside the one of the tests, on the same kind of server."""
    server, name = os.environ.get("TEST_DATABASE_URL"), f"kill_{os.getpid()}"
    if not server:
        migrated.copy_file(tmp_path / "kill.sqlite3")
        yield f"sqlite:///{tmp_path / 'kill.sqlite3'}"
        return
    migrated.copy_on(server, name)
    yield migrated.database_at(server, name)
    migrated.drop_on(server, name)


def prove(database_url: str, *, messages: int, kills: int, rate: int, look_ups_failing: float = 0) -> dict[str, Any]:
    """Send `messages` through a bad provider, killing the worker `kills` times; what was accepted, and what we say."""
    chance, seen = random.Random(20220401), Counter[str]()

    def behave(form: dict[str, Any]) -> Mood:
        seen[form["To"]] += 1
        return chance.choice(MOODS) if seen[form["To"]] == 1 else Mood.FINE

    with TwilioStandIn(behave, slow=0.3, hang=5) as twilio:
        twilio.look_up_fails = lambda: chance.random() < look_ups_failing
        worker = Worker(database_url, twilio, rate)
        worker.run("plan", str(messages))
        started = time.monotonic()
        for _ in range(kills):
            kill_in_the_middle(worker, twilio, chance.randint(1, max(messages // kills - 5, 2)), chance.random() / 20)
        last = worker.start()
        assert last.wait(timeout=900) == 0
        found = worker.report()
        found["seconds"] = round(time.monotonic() - started, 1)
        found["accepted"] = [row["body"] for row in twilio.messages]
        return found


def prove_pace(
    database_url: str, *, messages: int, rate: int, every: float, workers: int = 2, most: int = 900
) -> dict[str, Any]:
    """Send `messages` at `rate` a second by `workers` at once, one of them killed and replaced `every` seconds.

    `share`: of what the rate allows between the first and the last request, how much was handed over.
    """
    with TwilioStandIn() as twilio:
        worker = Worker(database_url, twilio, rate)
        worker.run("plan", str(messages))
        team, kills, started = deque(worker.start() for _ in range(workers)), 0, time.monotonic()
        while any(process.poll() is None for process in team) and time.monotonic() - started < most:
            time.sleep(every)
            if team[0].poll() is None and _all_but(twilio, messages):
                os.kill(team[0].pid, signal.SIGKILL)
                team.popleft().wait()
                team.append(worker.start())
                kills += 1
        found = worker.report()
        sent = [at for at, method, path in twilio.requests if method == "POST" and path.endswith("/Messages.json")]
        found["seconds"] = round(sent[-1] - sent[0], 1)
        found["share"] = (len(sent) - 1) / (sent[-1] - sent[0]) / rate
        found["kills"], found["accepted"] = kills, [row["body"] for row in twilio.messages]
        return found


def _all_but(twilio: TwilioStandIn, messages: int) -> bool:
    """Whether enough is left that a kill hits the sending rather than its end."""
    return len(twilio.messages) < messages * 0.98


def kill_in_the_middle(worker: Worker, twilio: TwilioStandIn, after: int, pause: float) -> None:
    """Start a worker, and kill it some requests later, a random moment into the next one."""
    process, goal = worker.start(), len(twilio.requests) + after
    while len(twilio.requests) < goal and process.poll() is None:
        time.sleep(0.002)
    time.sleep(pause)
    assert process.poll() is None, "the worker ended by itself: too few messages for so many kills"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def judge(found: dict[str, Any], *, messages: int, kills: int) -> None:
    told = Counter(ref for body in found["accepted"] if not body.startswith(REPEATED) for ref in REF.findall(body))
    assert found["open"] == 0
    assert len(found["by_ref"]) == messages
    doubled = {ref: found["trails"].get(ref) for ref, count in told.items() if count > 1}
    assert doubled == {}, "doubled"
    lost = [ref for ref, (status, _) in found["by_ref"].items() if status != "call" and told[ref] != 1]
    assert lost == [], "lost"
    rung = [ref for ref, (status, _) in found["by_ref"].items() if status == "call"]
    assert found["calls"] == len(rung)
    assert found["doubts"] <= kills, "more than one in doubt a crash"


@pytest.mark.timeout(900)  # a busy machine
def test_no_reminder_is_lost_or_doubled_when_the_worker_is_killed(database_url: str) -> None:
    found = prove(database_url, messages=120, kills=4, rate=200)
    judge(found, messages=120, kills=4)


@pytest.mark.proof
@pytest.mark.timeout(1800)
def test_five_thousand_reminders_go_out_at_the_allowed_rate_while_workers_are_killed(database_url: str) -> None:
    found = prove_pace(database_url, messages=5000, rate=20, every=10)
    judge(found, messages=5000, kills=found["kills"])
    assert found["kills"] >= 15
    assert found["share"] <= 1.01, "never faster than the gateway allows"
    kept = {key: found[key] for key in ("statuses", "doubts", "calls", "kills", "seconds", "share")}
    print(f"\n5,000 reminders, two workers: {len(found['accepted'])} accepted, {json.dumps(kept)}")


@pytest.mark.proof
@pytest.mark.timeout(1800)
def test_a_thousand_reminders_survive_twenty_kills(database_url: str) -> None:
    found = prove(database_url, messages=1000, kills=20, rate=200, look_ups_failing=0.05)
    judge(found, messages=1000, kills=20)
    kept = {key: found[key] for key in ("statuses", "doubts", "calls", "seconds")}
    print(f"\n1,000 reminders, 20 kills: {len(found['accepted'])} accepted, {json.dumps(kept)}")
