"""The queue of a full class: who comes next, who is passed over and why, until when a seat is held for them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.classes.models import Session
from outreach.contact.models import Channel, Kind
from outreach.contact.numbers import NumberKind, kind_of
from outreach.contact.services import is_refused
from outreach.people.models import User
from outreach.registration import notices, rules
from outreach.registration.models import QUEUE, SEATED, Booking, BookingStatus
from outreach.registration.services.steps import BookingError, lock, move, record

S = BookingStatus


@dataclass(frozen=True)
class Turn:
    """Someone in the queue: until when a seat would be held for them, or why they would be passed over."""

    booking: Booking
    until: datetime | None
    hindrance: str


def queue_of(session: Session) -> list[Booking]:
    """Those who wait, in order. 1 statement."""
    waiting = Booking.objects.filter(session=session, status=S.WAITLISTED).select_related("resident")
    return list(waiting.order_by(*QUEUE))


def turn_of(booking: Booking, session: Session, now: datetime) -> Turn:
    """Whether it is someone's turn: not where they sit elsewhere then, cannot be told, or have no time to answer."""
    if _sits_elsewhere(booking, session):
        return Turn(booking, None, _("同じ時間に、ほかの回の席があります"))
    ways = [
        _way(booking, channel, to) for _subject, channel, to in notices.recipients(booking) if _tellable(channel, to)
    ]
    if not ways:
        return Turn(booking, None, _("空席のご案内を断っています"))
    hours, (_opens, shuts) = session.programme_year.offer_hours, session.organisation.answers
    found = [rules.offer_deadline(session.starts_at, way=way, hours=hours, shuts=shuts, now=now) for way in ways]
    until = max(filter(None, found), default=None)
    return Turn(booking, until, "" if until else _("前日までに返事を聞く時間がありません"))


def _sits_elsewhere(booking: Booking, session: Session) -> bool:
    seats = Booking.objects.filter(resident=booking.resident_id, status__in=SEATED).exclude(session=session)
    return seats.filter(session__starts_at__lt=session.ends_at, session__ends_at__gt=session.starts_at).exists()


def _tellable(channel: Channel, to: str) -> bool:
    """Whether the ledger leaves a way to offer them a seat: by text, by letter, or by a person's call."""
    if channel == Channel.POST:
        return not is_refused(to, channel, Kind.WAITLIST_OFFER)
    by_text = _is_text(channel, to) and not is_refused(to, Channel.SMS, Kind.WAITLIST_OFFER)
    return by_text or (not _is_text(channel, to) and not is_refused(to, Channel.CALL, Kind.WAITLIST_OFFER))


def _is_text(channel: Channel, to: str) -> bool:
    return channel in {Channel.SMS, Channel.FAMILY} and kind_of(to) == NumberKind.MOBILE


def _way(booking: Booking, channel: Channel, to: str) -> Channel:
    if channel == Channel.POST and booking.resident.address:
        return Channel.POST
    return Channel.SMS if _is_text(channel, to) else Channel.CALL


def pass_on_seat(session: Session) -> bool:
    """Offer a held seat to the first whose turn it is, or free it. Returns whether it was offered.

    Runs under the session's lock. Whoever is passed over keeps their place, and the reason stands with their booking.
    """
    now = timezone.now()
    passed: list[Turn] = []
    for booking in queue_of(session):
        booking.session = session
        turn = turn_of(booking, session, now)
        if turn.until:
            for over in passed:
                said = _("空席の順番をとばしました：%(why)s") % {"why": over.hindrance}
                record(over.booking, S.WAITLISTED, S.WAITLISTED, reason=said)
            _offer(booking, turn.until)
            return True
        passed.append(turn)
    Session.objects.filter(pk=session.pk, seats_taken__gt=0).update(seats_taken=F("seats_taken") - 1)
    return False


def _offer(booking: Booking, until: datetime) -> None:
    Booking.objects.filter(pk=booking.pk).update(offer_expires_at=until)
    booking.offer_expires_at = until
    move(booking, {S.WAITLISTED}, S.OFFERED)
    notices.waits_no_more(booking)
    notices.tell_offer(booking)


# --- staff decide otherwise -----------------------------------------------------------------------------------------
@transaction.atomic
def put_in_queue(*, booking: Booking, place: int, by: User, reason: str) -> None:
    """Move someone to `place` (from 1) in the queue, saying why. Raises: BookingError."""
    _want_reason(reason)
    lock(booking.session)
    queue = queue_of(booking.session)
    old = next((at for at, one in enumerate(queue, start=1) if one.pk == booking.pk), None)
    if old is None:
        raise BookingError(_("この方は、もうキャンセル待ちではありません。"))
    if len(queue) == 1:
        return
    mine = queue.pop(old - 1)
    queue.insert(max(place, 1) - 1, mine)
    new = queue.index(mine) + 1
    _place_between(queue, new - 1)
    said = _("キャンセル待ちの順番を%(old)s番から%(new)s番へ：%(why)s") % {"old": old, "new": new, "why": reason}
    record(booking, S.WAITLISTED, S.WAITLISTED, by=by, reason=said[:200])


def _place_between(queue: list[Booking], at: int) -> None:
    """Give the one at `at` a time between their neighbours'; where there is none, number the whole queue anew."""
    times = [one.queue_at or one.applied_at for one in queue]
    before = times[at - 1] if at else times[1] - timedelta(minutes=2)
    after = times[at + 1] if at + 1 < len(queue) else before + timedelta(minutes=2)
    between = before + (after - before) / 2
    if before < between < after:
        Booking.objects.filter(pk=queue[at].pk).update(queue_at=between)
        return
    for number, one in enumerate(queue):
        Booking.objects.filter(pk=one.pk).update(queue_at=min(times) + timedelta(milliseconds=number))


@transaction.atomic
def give_seat(*, booking: Booking, channel: str, by: User, reason: str) -> None:
    """Give a free seat to someone who waits and has said that they come, whatever their place. Raises: BookingError."""
    _want_reason(reason)
    session = lock(booking.session)
    if session.starts_at <= timezone.now():
        raise BookingError(_("始まった講習会の席は、変えられません。"))
    free = Session.objects.filter(pk=session.pk, seats_taken__lt=F("capacity"))
    if free.update(seats_taken=F("seats_taken") + 1) != 1:
        raise BookingError(_("いま空いている席はありません。"))
    move(booking, {S.WAITLISTED}, S.CONFIRMED, channel=channel, by=by, reason=reason[:200])
    notices.waits_no_more(booking)
    notices.tell_booked(booking)


def _want_reason(reason: str) -> None:
    if not reason.strip():
        raise BookingError(_("理由を書いてください。"))
