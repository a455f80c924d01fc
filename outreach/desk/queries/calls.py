"""The call list as one desk sees it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

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
PARTY = "/party"


@dataclass(frozen=True)
class Line:
    """A call with what to say."""

    task: CallTask
    script: str
    others: tuple[Nearby, ...] = ()  # what else can be offered, where a class was moved or cancelled
    people: tuple[str, ...] = ()  # of a group: who is to be asked, each


def line_of(task: CallTask) -> Line:
    return Line(task, texts.render("call", task.kind, task.fields, town=task.municipality_id))


def lines_with_others(tasks: Iterable[CallTask], scope: Scope, now: datetime) -> list[Line]:
    """The lines of a printed list, with the best other classes for whoever lost theirs. At most 4 statements."""
    listed = list(tasks)
    about = {task.pk: booking_pk(task.subject) for task in listed if task.kind in MUST_BE_TOLD}
    around = ("session__venue", "session__course", "resident")
    bookings = bookings_in(scope).filter(pk__in=filter(None, about.values())).select_related(*around)
    best = best_alternatives(bookings, scope, now) if any(about.values()) else {}
    together = _together(listed, scope)
    return [
        replace(
            line_of(task),
            others=tuple(best.get(about.get(task.pk, 0), ())),
            people=together.get(booking_pk(task.subject), ()) if task.subject.endswith(PARTY) else (),
        )
        for task in listed
    ]


def _together(tasks: Iterable[CallTask], scope: Scope) -> dict[int, tuple[str, ...]]:
    """Of each group told as one: everybody who is still in it, by the booking that names it. At most 1 statement."""
    leads = [booking_pk(task.subject) for task in tasks if task.kind in MUST_BE_TOLD and task.subject.endswith(PARTY)]
    found: dict[int, tuple[str, ...]] = {}
    members = bookings_in(scope).filter(party__in=leads, session=F("party__session")).order_by("pk")
    for one in members if leads else ():
        found[one.party_id or 0] = (*found.get(one.party_id or 0, ()), str(one.resident))
    return found


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
