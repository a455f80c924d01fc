"""The steps that every service of seats is made of: lock the session, move a booking, write down what happened."""

from django.utils.translation import gettext as _

from outreach.classes.models import Session
from outreach.people.models import User
from outreach.registration.models import Booking, BookingEvent, BookingStatus


class BookingError(Exception):
    """The booking cannot be made or changed. `str()` is for the resident to read."""


class NotOpen(BookingError):
    """The session takes no bookings: not published, cancelled, or begun."""


class AlreadyBooked(BookingError):
    """That resident is in that session already. Holds no reference: whoever asks has not proved who they are."""


class IdempotencyConflict(BookingError):
    """The key was used for something else before."""


def lock(session: Session) -> Session:
    # Without a join: PostgreSQL would lose the row if the venue was changed by whoever held the lock before.
    return Session.objects.select_for_update().get(pk=session.pk)


def move(
    booking: Booking,
    allowed: set[BookingStatus] | frozenset[BookingStatus],
    to: BookingStatus,
    *,
    channel: str = "",
    by: User | None = None,
    reason: str = "",
) -> str:
    """Compare-and-set with an event row. Returns the old status. Raises: BookingError."""
    old = Booking.objects.values_list("status", flat=True).get(pk=booking.pk)
    if old not in allowed or Booking.objects.filter(pk=booking.pk, status=old).update(status=to) != 1:
        raise too_late(old)
    booking.status = to
    record(booking, old, to, channel=channel, by=by, reason=reason)
    return old


def too_late(status: str) -> BookingError:
    return BookingError(
        _("この申し込みは「%(status)s」なので、変更できません。") % {"status": BookingStatus(status).label}
    )


def record(
    booking: Booking, old: str, new: str, *, channel: str = "", by: User | None = None, reason: str = ""
) -> None:
    BookingEvent.objects.create(booking=booking, old=old, new=new, channel=channel, by=by, reason=reason)
