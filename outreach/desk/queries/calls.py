"""The call list as one desk sees it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from outreach.classes.queries import Nearby
from outreach.contact import texts
from outreach.contact.models import CallStatus, CallTask
from outreach.contact.queries import calls_to_make, within
from outreach.contact.rules import MUST_BE_TOLD
from outreach.desk.queries.alternatives import best_alternatives
from outreach.people.models import User
from outreach.people.rules import Scope
from outreach.registration.models import Booking
from outreach.registration.queries import bookings_in

UNDO_FOR = timedelta(hours=2)


@dataclass(frozen=True)
class Line:
    """A call with what to say."""

    task: CallTask
    script: str
    others: tuple[Nearby, ...] = ()  # what else can be offered, where a class was moved or cancelled


def line_of(task: CallTask) -> Line:
    return Line(task, texts.render("call", task.kind, task.fields, town=task.municipality_id))


def lines_with_others(tasks: Iterable[CallTask], scope: Scope, now: datetime) -> list[Line]:
    """The lines of a printed list, with the best other classes for whoever lost theirs. 3 statements."""
    listed = list(tasks)
    about = {task.pk: booking_pk(task.subject) for task in listed if task.kind in MUST_BE_TOLD}
    around = ("session__venue", "session__course", "resident")
    bookings = bookings_in(scope).filter(pk__in=filter(None, about.values())).select_related(*around)
    best = best_alternatives(bookings, scope, now) if any(about.values()) else {}
    lines = [line_of(task) for task in listed]
    return [replace(line, others=tuple(best.get(about.get(line.task.pk, 0), ()))) for line in lines]


def next_call(scope: Scope, user: User, now: datetime) -> CallTask | None:
    """The most urgent call that nobody else holds."""
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now) | Q(claimed_by=user)
    return calls_to_make(scope, now).filter(free).first()


def just_finished(scope: Scope, user: User, now: datetime) -> QuerySet[CallTask]:
    """What this user finished a moment ago, to undo a slip of the finger. 1 statement."""
    mine = CallTask.objects.filter(
        events__by=user, events__outcome__gt="", events__at__gt=now - UNDO_FOR, changed_at__gt=now - UNDO_FOR
    )
    done = mine.exclude(status__in=[CallStatus.WAITING, CallStatus.WITHDRAWN]).distinct()
    return within(done, scope).order_by("-changed_at")[:5]


def booking_of(subject: str, bookings: QuerySet[Booking]) -> Booking | None:
    """The booking that a message or call is about ("booking:12", "booking:12/proxy"), if `bookings` reach it."""
    pk = booking_pk(subject)
    return bookings.filter(pk=pk).first() if pk else None


def booking_pk(subject: str) -> int:
    """The row's number, or 0 where the subject is no booking."""
    kind, _colon, rest = subject.partition(":")
    pk = rest.partition("/")[0]
    return int(pk) if kind == "booking" and pk.isdigit() else 0
