"""Acts that cross rooms: a class cancelled or moved, with everyone told, in one transaction."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from outreach.classes import services as classes
from outreach.classes.models import Session, SessionStatus, Venue
from outreach.people.models import User
from outreach.registration import notices
from outreach.registration import services as registration
from outreach.registration.models import LIVE, SEATED, Booking


@transaction.atomic
def cancel_session(*, session: Session, by: User, reason: str) -> int:
    """Cancel the class, free its room and people, and tell everyone who had a seat or waited for one.

    Returns how many bookings ended. Raises: classes.services.SessionError.
    """
    bookings = registration.cancel_all(session=session, by=by, reason=reason)
    classes.cancel_session(session=session, by=by, reason=reason)
    for booking in bookings:
        notices.tell_cancelled(booking, reason=reason)
    return len(bookings)


@transaction.atomic
def move_session(
    *, session: Session, starts_at: datetime, ends_at: datetime, venue: Venue | None, by: User, reason: str
) -> int:
    """Move the class in time or place and tell everyone booked, under a new revision. Returns how many were told.

    Raises: classes.services.SessionError, people.services.PersonBusy.
    """
    changed = _what_changes(session, starts_at, venue)
    classes.move_session(session=session, starts_at=starts_at, ends_at=ends_at, venue=venue, by=by, reason=reason)
    booked = list(Booking.objects.filter(session=session, status__in=SEATED).select_related("resident"))
    for booking in booked:
        booking.session = session
        notices.tell_changed(booking, changed=changed)
    return len(booked)


def _what_changes(session: Session, starts_at: datetime, venue: Venue | None) -> str:
    parts = [
        _("日時") if starts_at != session.starts_at else "",
        _("会場") if venue and venue != session.venue else "",
    ]
    return "・".join(part for part in parts if part) or _("内容")


@transaction.atomic
def close_session(*, session: Session, walk_ins: int, by: User) -> None:
    """Note that the class was held, with the learners who came without a booking. Raises: SessionError."""
    if Booking.objects.filter(session=session, status__in=LIVE & SEATED).exists():
        raise classes.SessionError(_("出席か欠席がまだ付いていない方がいます。"))
    Session.objects.filter(pk=session.pk).update(walk_ins=walk_ins)
    classes.change_status(session=session, to=SessionStatus.HELD, by=by)
