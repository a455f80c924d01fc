"""A class changed, moved, merged or cancelled, with everyone told, in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from outreach.classes import services as classes
from outreach.classes.codes import show_code
from outreach.classes.models import Course, Session, SessionStatus, Shift, Venue
from outreach.contact.models import Kind
from outreach.contact.services import queue_message, way_to
from outreach.desk.services.limits import Consent, within_limits
from outreach.dispatch.services import asker, leaving
from outreach.people.models import Person, User
from outreach.registration import notices
from outreach.registration import services as registration
from outreach.registration.models import LIVE, MOVED, SEATED, Answer, AnswerStatus, Booking, BookingStatus


@transaction.atomic
def edit_session(*, session: Session, capacity: int, note: str, course: Course | None = None) -> None:
    """Change what nobody needs to be told of; a draft may change its course too.

    New seats go to those who wait. Raises: classes.services.SessionError, registration.services.BookingError.
    """
    if course and course != session.course:
        if session.status != SessionStatus.DRAFT:
            raise classes.SessionError(_("公開した回の講座は変えられません。"))
        Session.objects.filter(pk=session.pk).update(course=course)
    Session.objects.filter(pk=session.pk).update(note=note)
    if capacity != session.capacity:
        registration.change_capacity(session=session, capacity=capacity)
    session.refresh_from_db()


def cancel_session(*, session: Session, by: User, reason: str) -> int:
    """Cancel the class, free its room and people, and tell everyone who had a seat, waited for one or was to teach.

    In one transaction, but for what its plan comes to: that is computed before. Returns how many bookings ended.
    Raises: classes.services.SessionError.
    """
    return cancel_sessions(sessions=[session], by=by, reason=reason)


def cancel_sessions(*, sessions: Sequence[Session], by: User, reason: str) -> int:
    """The same of several at once: all of them, or none."""

    def act(ready: leaving.Ready) -> int:
        leaving.lock_session(*sessions, ready=ready)
        return sum(_cancel(session, by, reason, ready) for session in sessions)

    return leaving.settled(sessions, act)


def _cancel(session: Session, by: User, reason: str, ready: leaving.Ready) -> int:
    leaving.lock_session(session, ready=ready)
    staff = [shift.person for shift in session.shifts.select_related("person")]
    bookings = registration.cancel_all(session=session, by=by, reason=reason)
    classes.cancel_session(session=session, by=by, reason=reason)
    leaving.cancelled(session=session, by=by, reason=reason, ready=ready)
    asker.tell_cancelled(session)
    registration.ask_answers(
        bookings=bookings, kind=Kind.CANCELLATION, revision=session.revision, needed_by=session.starts_at
    )
    notices.tell_cancelled(bookings, reason=reason)
    for person in staff:
        tell_staff(person, session, Kind.CANCELLATION, {"reason": reason})
    return len(bookings)


def move_session(
    *,
    session: Session,
    starts_at: datetime,
    ends_at: datetime,
    venue: Venue | None,
    by: User,
    reason: str,
    consent: Consent | None = None,
) -> int:
    """Move the class in time or place and tell everyone booked, waiting or on duty, under a new revision.

    In one transaction, as cancelling. `consent`: to the limits of those on duty that it passes. Returns how many
    bookings were told of. Raises: classes.services.SessionError, people.services.PersonBusy, NeedsReason.
    """

    def act(ready: leaving.Ready) -> int:
        leaving.lock_session(session, ready=ready)
        with within_limits([session], to=[starts_at], consent=consent):
            return _move(session, starts_at, ends_at, venue, by, reason, ready)

    return leaving.settled([session], act)


def move_sessions(*, moves: Sequence[tuple[Session, datetime]], by: User, reason: str) -> int:
    """As `move_session`, several at once to new starts, each in its room, as long as it was: all of them, or none."""
    sessions = [session for session, _to in moves]

    def act(ready: leaving.Ready) -> int:
        leaving.lock_session(*sessions, ready=ready)
        with within_limits(sessions, to=[to for _session, to in moves]):
            return sum(
                _move(session, to, to + (session.ends_at - session.starts_at), None, by, reason, ready)
                for session, to in moves
            )

    return leaving.settled(sessions, act)


def _move(
    session: Session,
    starts_at: datetime,
    ends_at: datetime,
    venue: Venue | None,
    by: User,
    reason: str,
    ready: leaving.Ready,
) -> int:
    changed, in_time = what_changes(session, starts_at, venue), told_in_time(session, starts_at, timezone.now())
    leaving.moving(session=session, by=by, reason=reason, ready=ready)
    classes.move_session(session=session, starts_at=starts_at, ends_at=ends_at, venue=venue, by=by, reason=reason)
    asker.tell_moved(session)
    live = list(Booking.objects.filter(session=session, status__in=LIVE).select_related("resident"))
    for booking in live:
        booking.session = session
    for kind in MOVED:
        asked = [booking for booking in live if notices.change_told(booking) == kind]
        registration.ask_answers(bookings=asked, kind=kind, revision=session.revision, needed_by=starts_at)
    notices.tell_changed(live, changed=changed, needed_by=in_time)
    for shift in session.shifts.select_related("person"):
        tell_staff(shift.person, session, Kind.CHANGE, {"changed": changed})
    return len(live)


def told_in_time(session: Session, starts_at: datetime, now: datetime) -> datetime:
    """By when a move must be told: before anyone sets out for the old time, or, if that is over, for the new one."""
    return min(session.starts_at, starts_at) if session.starts_at > now else starts_at


@translation.override("ja")  # whatever language the office reads its pages in
def what_changes(session: Session, starts_at: datetime, venue: Venue | None) -> str:
    """In the words that residents are told."""
    parts = [
        _("日時") if starts_at != session.starts_at else "",
        _("会場") if venue and venue != session.venue else "",
    ]
    return "・".join(part for part in parts if part) or _("内容")


def tell_staff(person: Person, session: Session, kind: Kind, words: Mapping[str, str]) -> None:
    """By e-mail, else by SMS or a person's call; who has neither address nor number is seen on the session's page."""
    channel, to = way_to(person)
    if to:
        queue_message(
            subject=f"{session.subject}/person:{person.pk}",
            revision=session.revision + 1,
            kind=kind,
            channel=channel,
            to=to,
            fields={**staff_fields(person, session), **words},
            needed_by=session.starts_at,
            municipality=session.municipality_id,
            organisation=session.organisation_id,
            sample=session.sample or person.sample,
        )


def staff_fields(person: Person, session: Session) -> dict[str, str]:
    return {
        "name": person.name,
        "town": session.municipality.name,
        "callback": session.organisation.phone,
        "code": show_code(session.code),
        "course": session.course.name,
        "venue": session.venue.name,
        "when": notices.spoken_time(session),
        "reference": "",
    }


@transaction.atomic
def take_back_confirmation(*, session: Session, by: User) -> None:
    """開催決定 undone: the class is only announced again. Raises: classes.services.SessionError."""
    classes.change_status(session=session, to=SessionStatus.PUBLISHED, by=by, reason=_("開催決定の取り消し"))


@transaction.atomic
def close_session(*, session: Session, walk_ins: int, by: User) -> None:
    """Note that the class was held, with the learners who came without a booking. Raises: SessionError."""
    if Booking.objects.filter(session=session, status__in=LIVE & SEATED).exists():
        raise classes.SessionError(_("出席か欠席がまだ付いていない方がいます。"))
    if session.starts_at > timezone.now():
        raise classes.SessionError(_("まだ始まっていない回は、終わりにできません。"))
    Session.objects.filter(pk=session.pk).update(walk_ins=walk_ins)
    classes.change_status(session=session, to=SessionStatus.HELD, by=by)


@transaction.atomic
def reopen_session(*, session: Session, by: User) -> None:
    """Back to taking attendance, where it was closed by mistake. Raises: SessionError."""
    classes.change_status(session=session, to=SessionStatus.CONFIRMED, by=by, reason=_("出席の入力に戻しました"))


@transaction.atomic
def assign(*, session: Session, person: Person, duty: str, consent: Consent | None = None) -> Shift:
    """Put someone on a session that has not begun; who teaches within their limits, or with `consent` to pass them.

    Raises: SessionError, people.services.PersonBusy, NeedsReason.
    """
    if session.status not in {SessionStatus.DRAFT, SessionStatus.PUBLISHED, SessionStatus.CONFIRMED}:
        raise classes.SessionError(_("終わった回や中止した回の要員は、変えられません。"))
    classes.lock_session(session)
    with within_limits([session], [person], consent=consent):
        return classes.assign(session=session, person=person, duty=duty)


def merge_session(*, session: Session, into: Session, by: User, reason: str) -> int:
    """Move everyone booked or waiting into another class, then cancel this one. Returns how many moved.

    Each is told of the new class as of a booking, under a new reference, and of the old one as cancelled; who is in
    both already is only told of the cancellation. Raises: SessionError where the other class has no room for all.
    """
    return leaving.settled([session, into], lambda ready: _merge(session, into, by, reason, ready))


def _merge(session: Session, into: Session, by: User, reason: str, ready: leaving.Ready) -> int:
    leaving.lock_session(session, into, ready=ready)
    live = list(
        Booking.objects.filter(session=session, status__in=LIVE).select_related("resident").order_by("applied_at")
    )
    there = {booking.resident_id: booking for booking in into.bookings.exclude(status=BookingStatus.CANCELLED)}
    moving = [booking for booking in live if booking.resident_id not in there]
    locked = Session.objects.select_for_update().get(pk=into.pk)
    if len(moving) > locked.seats_left:
        raise classes.SessionError(
            _("移る先の席が足りません（%(people)s人に対して、残り%(seats)s席）。")
            % {"people": len(moving), "seats": locked.seats_left}
        )
    instead = {booking.pk: there[booking.resident_id] for booking in live if booking.resident_id in there}
    for booking in moving:
        application = registration.application_of(booking)
        instead[booking.pk] = registration.book(session=into, application=application, channel=booking.channel, by=by)
    _cancel(session, by, reason, ready)
    for answer in Answer.objects.filter(booking__in=instead).select_related("booking"):
        other = instead[answer.booking_id]
        registration.note_answer(answer=answer, status=AnswerStatus.ANOTHER, by=by, other=other)
    return len(moving)
