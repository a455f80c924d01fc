"""Reminders through the outbox to a local stand-in: the share of the allowed rate used, and statements a message.

Run by `make bench`, or `python -m tests.bench.bench_messages`, on SQLite, over the real SDK and real HTTP.
"""

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import django

MESSAGES, RATE = 600, 20


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from tests.contact.test_kill import Worker, prove_pace
    from tests.migrated import copy_file
    from tests.twilio_standin import TwilioStandIn

    with TemporaryDirectory() as folder:
        for name in ("paced", "counted"):
            copy_file(Path(folder) / f"{name}.sqlite3")
        paced = prove_pace(f"sqlite:///{Path(folder) / 'paced.sqlite3'}", messages=MESSAGES, rate=RATE, every=10)
        with TwilioStandIn() as twilio:
            worker = Worker(f"sqlite:///{Path(folder) / 'counted.sqlite3'}", twilio, 1000)
            worker.run("plan", "200")
            counted = json.loads(worker.run("count"))
    each = counted["statements"] / counted["messages"]
    print(f"\n{MESSAGES} reminders at {RATE} a second, two workers, one killed every 10 s ({paced['kills']} kills)")
    print(f"{'accepted':<38}{len(paced['accepted']):>12}")
    print(f"{'share of the allowed rate used':<38}{paced['share']:>12.1%}")
    print(f"{'statements a message':<38}{each:>12.1f}")


if __name__ == "__main__":
    main()
