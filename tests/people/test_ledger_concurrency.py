"""Laws 1 and 2 under fire: eight processes draw random operations on the same people and rooms, by the services.

Each process keeps its own book of what the services told it was done; at the end the books together say exactly what
must stand in the ledger, in the rooms and in the sessions: nothing overlaps, and no update was lost.
"""

import random
import time
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from multiprocessing import get_context
from typing import Any

import pytest
from django.db import OperationalError, connection, connections

from outreach.classes.models import Session, SessionStatus, Shift, Venue, VenueHold
from outreach.classes.services import SessionError, assign, hold_venue, move_session, unassign
from outreach.people.models import Engagement, Person
from outreach.people.services import PersonBusy, engage, release
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
PROCESSES = 8
PEOPLE, ROOMS, SESSIONS = 4, 3, 6
UNDOES = {"released": "engaged", "left": "held", "unassigned": "assigned"}
Line = tuple[str, str, int]  # what was done, to what, whose


class Worker:
    """One process: random operations by the services, and a book of what they said was done."""

    def __init__(self, seed: int, first: datetime) -> None:
        self.seed, self.first, self.rng = seed, first, random.Random(seed)
        self.people, self.rooms = list(Person.objects.order_by("pk")), list(Venue.objects.order_by("pk"))
        self.sessions = list(Session.objects.order_by("pk").values_list("pk", flat=True))
        self.trips: list[tuple[str, Person]] = []
        self.holds: list[tuple[str, Venue]] = []
        self.shifts: list[Shift] = []
        self.book: list[Line] = []

    def work(self, seconds: float) -> None:
        acts = [self.engage, self.engage, self.release, self.hold, self.hold, self.leave, self.assign, self.unassign]
        stop, number = time.monotonic() + seconds, 0
        while time.monotonic() < stop:
            number += 1
            try:
                done = self.rng.choice([*acts, self.move])(number)
            except (PersonBusy, SessionError):
                done = ("refused", "", 0)
            except OperationalError as error:  # PostgreSQL ends one of two that wait for each other: nothing stands
                if "deadlock" not in str(error):
                    raise
                done = ("deadlock", "", 0)
            self.book += [done] if done else []

    def span(self) -> tuple[datetime, datetime]:
        start = self.first + timedelta(minutes=15 * self.rng.randrange(64))
        return start, start + timedelta(minutes=15 * self.rng.randrange(1, 8))

    def engage(self, number: int) -> Line | None:
        person, subject, (start, end) = self.rng.choice(self.people), f"trip:{self.seed}-{number}", self.span()
        engage(person=person, starts_at=start, ends_at=end, subject=subject)
        self.trips.append((subject, person))
        return ("engaged", subject, person.pk)

    def release(self, _number: int) -> Line | None:
        if not self.trips:
            return None
        subject, person = self.trips.pop(self.rng.randrange(len(self.trips)))
        assert release(subject=subject, person=person) == 1, "someone lost an engagement"
        return ("released", subject, person.pk)

    def hold(self, number: int) -> Line | None:
        room, subject, (start, end) = self.rng.choice(self.rooms), f"hold:{self.seed}-{number}", self.span()
        hold_venue(venue=room, starts_at=start, ends_at=end, subject=subject)
        self.holds.append((subject, room))
        return ("held", subject, room.pk)

    def leave(self, _number: int) -> Line | None:
        if not self.holds:
            return None
        subject, room = self.holds.pop(self.rng.randrange(len(self.holds)))
        assert VenueHold.objects.filter(subject=subject).delete()[0] == 1, "someone lost a room"
        return ("left", subject, room.pk)

    def session(self) -> Session:
        return Session.objects.select_related("venue", "course").get(pk=self.rng.choice(self.sessions))

    def assign(self, _number: int) -> Line | None:
        shift = assign(session=self.session(), person=self.rng.choice(self.people), duty="helper")
        self.shifts.append(shift)
        return ("assigned", str(shift.session_id), shift.person_id)

    def unassign(self, _number: int) -> Line | None:
        if not self.shifts:
            return None
        shift = self.shifts.pop(self.rng.randrange(len(self.shifts)))
        unassign(shift=Shift.objects.select_related("session", "person").get(pk=shift.pk))
        return ("unassigned", str(shift.session_id), shift.person_id)

    def move(self, _number: int) -> Line | None:
        session, (start, _end) = self.session(), self.span()
        room = self.rng.choice(self.rooms)
        end = start + timedelta(hours=1)
        move_session(session=session, starts_at=start, ends_at=end, venue=room, by=None, reason="試験")
        return ("moved", str(session.pk), 1)


def process(seed: int, first: datetime, seconds: float, go: Any, books: Any) -> None:
    """In the forked process: a connection of its own."""
    worker = Worker(seed, first)
    go.wait()
    try:
        worker.work(seconds)
        books.put(worker.book)
    except BaseException as error:
        books.put(repr(error))
        raise
    finally:
        connections.close_all()


def set_up() -> datetime:
    first = factories.next_week(8, days=20)
    rooms = [factories.venue() for _ in range(ROOMS)]
    for number in range(SESSIONS):
        start = first + timedelta(hours=2 * (number // ROOMS))
        factories.session(venue=rooms[number % ROOMS], starts_at=start, status=SessionStatus.DRAFT)
    for _ in range(PEOPLE):
        factories.supporter(lat=45.0, lon=142.0)
    return first


def run(first: datetime, seconds: float) -> list[list[Line]]:
    """Fork eight, let them go together, and gather their books."""
    connections.close_all()  # no child may use this process's connection
    fork = get_context("fork")
    go, books = fork.Event(), fork.Queue()
    children = [fork.Process(target=process, args=(n, first, seconds, go, books)) for n in range(PROCESSES)]
    for child in children:
        child.start()
    go.set()
    found = [books.get(timeout=seconds + 60) for _ in children]
    for child in children:
        child.join(30)
    assert [one for one in found if isinstance(one, str)] == []
    assert [child.exitcode for child in children] == [0] * PROCESSES
    return found


def no_overlap(rows: list[tuple[int, datetime, datetime]]) -> None:
    owners: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for owner, start, end in rows:
        owners[owner].append((start, end))
    for spans in owners.values():
        for (_s, end), (start, _e) in pairwise(sorted(spans)):
            assert end <= start


def check(books: list[list[Line]]) -> dict[str, int]:
    """What the books say was done is what stands."""
    counts: dict[str, int] = defaultdict(int)
    net: dict[str, Counter[tuple[str, int]]] = {"engaged": Counter(), "held": Counter(), "assigned": Counter()}
    moves: dict[str, int] = defaultdict(int)
    for what, subject, owner in (line for book in books for line in book):
        counts[what] += 1
        moves[subject] += what == "moved"
        if what in net:
            net[what][subject, owner] += 1
        elif what in UNDOES:
            net[UNDOES[what]][subject, owner] -= 1
    stand = {what: {one for one, times in found.items() if times} for what, found in net.items()}
    no_overlap(list(Engagement.objects.values_list("person", "starts_at", "ends_at")))
    no_overlap(list(VenueHold.objects.values_list("venue", "starts_at", "ends_at")))
    found = set(Engagement.objects.filter(subject__startswith="trip:").values_list("subject", "person"))
    assert found == stand["engaged"]
    assert set(VenueHold.objects.filter(subject__startswith="hold:").values_list("subject", "venue")) == stand["held"]
    on_duty = {(str(session), person) for session, person in Shift.objects.values_list("session", "person")}
    of_sessions = Engagement.objects.filter(subject__startswith="session:").values_list("subject", "person")
    assert on_duty == {(subject.removeprefix("session:"), person) for subject, person in of_sessions}
    assert on_duty == stand["assigned"]
    for session in Session.objects.all():
        hold = VenueHold.objects.get(subject=session.subject)
        assert (hold.venue_id, hold.starts_at, hold.ends_at) == (session.venue_id, session.starts_at, session.ends_at)
        spans = set(Engagement.objects.filter(subject=session.subject).values_list("starts_at", "ends_at"))
        assert spans <= {(session.starts_at, session.ends_at)}, "someone is booked for a time that was moved"
        assert session.revision == moves[str(session.pk)], "a move was lost"
    return dict(counts)


def test_eight_processes_never_overlap_and_lose_nothing() -> None:
    counts = check(run(set_up(), 1.2))
    assert counts.get("engaged", 0) > 0
    assert counts.get("held", 0) > 0
    assert counts.get("refused", 0) > 0


@pytest.mark.proof
def test_eight_processes_for_a_minute() -> None:
    counts = check(run(set_up(), 60))
    print(f"\n{connection.vendor}: {sum(counts.values())} operations: {counts}")
