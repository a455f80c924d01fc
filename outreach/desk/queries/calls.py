"""The call list as one desk sees it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from outreach.contact import texts
from outreach.contact.models import CallStatus, CallTask
from outreach.contact.queries import calls_to_make, within
from outreach.people.models import User
from outreach.people.rules import Scope
from outreach.registration.models import Booking

UNDO_FOR = timedelta(hours=2)


@dataclass(frozen=True)
class Line:
    """A call with what to say."""

    task: CallTask
    script: str


def line_of(task: CallTask) -> Line:
    return Line(task, texts.render("call", task.kind, task.fields))


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
    kind, _colon, rest = subject.partition(":")
    pk = rest.partition("/")[0]
    return bookings.filter(pk=int(pk)).first() if kind == "booking" and pk.isdigit() else None
