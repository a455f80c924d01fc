"""What someone may do at most, asked whenever the office books a class for them: it may go on, if it says why."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach import dates
from outreach.classes import services as classes
from outreach.classes.models import Session, Shift, Waiver
from outreach.dispatch.models import Visit
from outreach.dispatch.overwork import Excess, excesses, said, sentence
from outreach.dispatch.services.engaging import TooMuch, whom_to_ask
from outreach.people.models import Person, User
from outreach.people.services import PersonBusy


@dataclass(frozen=True)
class Consent:
    """Who lets which limits be passed, and why: `seen` are the keys of what they were shown, no more."""

    reason: str
    seen: frozenset[str]
    by: User


class NeedsReason(TooMuch):
    """It is more than they may do, and the office may go on with a reason. `seen`: what it must have been shown."""

    def __init__(self, found: Sequence[Excess], names: dict[int, str]) -> None:
        self.lines = [f"{names[one.person]}{dates.colon()}{sentence(one)}" for one in found]
        super().__init__(found, said(found))

    @property
    def seen(self) -> str:
        return " ".join(one.key for one in self.found)


@contextmanager
def within_limits(
    sessions: Sequence[Session],
    people: Sequence[Person] | None = None,
    *,
    to: Sequence[datetime] = (),
    consent: Consent | None = None,
) -> Iterator[None]:
    """What is booked inside leaves nobody who teaches beyond a limit, or no further beyond it than they were.

    Within a transaction, the `sessions` locked; the people are. `people`: who comes, else those on duty. `to`: the
    starts that the sessions move to. Raises: NeedsReason; TooMuch where a plan brought the class: its trips are the
    plan's to change.
    """
    keys = [session.pk for session in sessions]
    on_duty = Shift.objects.filter(session__in=keys).values_list("person_id", flat=True)
    asked = set(on_duty) if people is None else {person.pk for person in people}
    days = {timezone.localdate(moment) for moment in to or [session.starts_at for session in sessions]}
    with newly_over(asked, days) as found:
        yield
    if found and Visit.objects.filter(sessions__in=keys).exists():
        raise TooMuch(found)
    allow(found, sessions, consent)


@contextmanager
def newly_over(people: set[int], days: set[date]) -> Iterator[list[Excess]]:
    """What these people come to be over on these days by what is booked inside: in the list, afterwards."""
    asked, found = _locked(people), list[Excess]()
    before = excesses(asked, days)
    yield found
    found += [one for one in excesses(asked, days) if not any(one.no_worse_than(known) for known in before)]


def allow(found: Sequence[Excess], sessions: Sequence[Session], consent: Consent | None) -> None:
    """Note the consent to all of it. Raises: NeedsReason where there is none, or to something else."""
    if not found:
        return
    if consent is None or not consent.seen.issuperset(one.key for one in found):
        people = Person.objects.filter(pk__in={one.person for one in found})
        raise NeedsReason(found, dict(people.values_list("pk", "name")))
    _note(sessions, found, consent)


def _locked(keys: set[int]) -> list[Person]:
    """Those who teach: only they have limits."""
    rows = Person.objects.filter(pk__in=keys, instructor__isnull=False).order_by("pk")
    list(rows.select_for_update(of=("self",)).values_list("pk"))
    return list(rows.select_related("travel_limits", "instructor__organisation"))


def _note(sessions: Sequence[Session], found: Iterable[Excess], consent: Consent) -> None:
    """Of several classes booked together, each stands at the first of its day, or later, that the person is on."""
    now = timezone.now()
    shifts = Shift.objects.filter(session__in=[one.pk for one in sessions]).order_by("session__starts_at")
    on = [
        (session, person, timezone.localdate(at))
        for session, person, at in shifts.values_list("session_id", "person_id", "session__starts_at")
    ]

    def where(one: Excess) -> int:
        own = [(session, day) for session, person, day in on if person == one.person]
        return next((session for session, day in own if day >= one.day), own[0][0] if own else sessions[0].pk)

    Waiver.objects.bulk_create(
        Waiver(
            session_id=where(one),
            person_id=one.person,
            limit=one.rule,
            day=one.day,
            got=one.got,
            most=one.limit,
            reason=consent.reason,
            by=consent.by,
            at=now,
        )
        for one in found
    )


@contextmanager
def own_limits(sessions: Sequence[Session], people: Sequence[Person]) -> Iterator[None]:
    """The same where people take shifts themselves, in a transaction of its own: they can only ask the office.

    `people`: who acts, first. Raises: PersonBusy.
    """
    with transaction.atomic():
        for session in sorted(sessions, key=lambda one: one.pk):
            classes.lock_session(session)
        try:
            with within_limits(sessions, people):
                yield
        except TooMuch as error:
            if {one.person for one in error.found} != {people[0].pk}:
                raise PersonBusy(_("相手の方が1日や1週の上限を超えるため、取りかえられません。")) from error
            raise PersonBusy(whom_to_ask(error.over, people[0])) from error
