"""Several people on one form: all in one transaction, one reference each, and each number told once."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from outreach.classes.models import Session
from outreach.people.models import User
from outreach.registration import notices
from outreach.registration.models import LIVE, MOVED, UNANSWERED, AnswerStatus, Booking, IdempotencyKey
from outreach.registration.services.answers import note_answer
from outreach.registration.services.changing import application_of
from outreach.registration.services.seats import Application, enter, give_up
from outreach.registration.services.steps import AlreadyBooked, BookingError, IdempotencyConflict, lock

MOST = 20  # a facility's minibus; more come as two forms


class OneAlreadyBooked(AlreadyBooked):
    """`application`: whose it is. `str()` is for staff."""

    def __init__(self, words: str, application: Application) -> None:
        super().__init__(words)
        self.application = application


class SeatsChanged(BookingError):
    """Fewer seats are left than the group was told: nothing has been booked. `left`: how many are."""

    def __init__(self, left: int) -> None:
        self.left = left
        super().__init__(_("空いている席の数が変わりました（あと%(n)s席）。もう一度お確かめください。") % {"n": left})


@transaction.atomic
def book_group(
    *,
    session: Session,
    applications: Sequence[Application],
    seats: int,
    channel: str,
    by: User | None = None,
    sample: bool = False,
) -> list[Booking]:
    """Book everyone, in the order given: the first `seats` of them were told that they get one, the rest wait.

    Raises: SeatsChanged where fewer are left now; OneAlreadyBooked, which names the person; BookingError. Then
    nobody is booked.
    """
    if not 1 <= len(applications) <= MOST:
        raise BookingError(_("一度に申し込めるのは%(n)s人までです。") % {"n": MOST})
    if len({(one.kana, one.phone) for one in applications}) < len(applications):  # by one's own number and the group's
        raise BookingError(_("同じ方が、2回書かれています。"))
    left = lock(session).seats_left
    if left < seats:
        raise SeatsChanged(left)
    made = [_enter(session, application, channel, by, sample) for application in applications]
    _join_parties(made)
    notices.tell_booked_together(made)
    return made


@transaction.atomic
def change_group(*, bookings: Sequence[Booking], to: Session, channel: str, by: User | None = None) -> list[Booking]:
    """All of a group take another class instead of one that was moved or cancelled; a place in its queue will do.

    Told as one of the new class. Each one's answer is noted. Raises: as `book_group`; then nothing has changed.
    """
    for pk in sorted({to.pk, *(booking.session_id for booking in bookings)}):
        lock(Session(pk=pk))
    made = [_change(booking, to, channel, by) for booking in bookings]
    _join_parties(made)
    notices.tell_booked_together(made)
    return made


def _change(booking: Booking, to: Session, channel: str, by: User | None) -> Booking:
    asked = list(booking.answers.filter(kind__in=MOVED, status__in=UNANSWERED))
    if booking.status in LIVE:
        give_up(booking=booking, channel=channel, by=by, reason=_("ほかの回へ変更"))
    moved = _enter(to, application_of(booking), channel, by, booking.sample)
    for answer in asked:
        note_answer(answer=answer, status=AnswerStatus.ANOTHER, by=by, channel=channel, other=moved)
    return moved


def _enter(session: Session, application: Application, channel: str, by: User | None, sample: bool) -> Booking:
    try:
        return enter(session=session, application=application, channel=channel, by=by, sample=sample)
    except AlreadyBooked as error:
        said = {"name": application.name or application.kana}
        raise OneAlreadyBooked(_("%(name)sさんは、この講習会にもう申し込んでいます。") % said, application) from error


def _join_parties(bookings: Sequence[Booking]) -> None:
    """Those who share their number, and the way to be told, are told together; the first of them names the party."""
    alike: dict[tuple[tuple[str, str], ...], list[Booking]] = {}
    for booking in bookings:
        key = tuple((channel, to) for _subject, channel, to in notices.recipients(booking))
        alike.setdefault(key, []).append(booking)
    for together in alike.values():
        if len(together) > 1:
            Booking.objects.filter(pk__in=[booking.pk for booking in together]).update(party=together[0])
            for booking in together:
                booking.party = together[0]


@transaction.atomic
def book_group_once(
    *, key: str, fingerprint: str, session: Session, applications: Sequence[Application], seats: int, channel: str
) -> list[Booking]:
    """`book_group`, but a repeated `key` gives the bookings of its first use. Raises: as it; IdempotencyConflict."""
    lock(session)
    keys = [f"{key}:{number}" for number in range(len(applications))]
    known = {row.key: row for row in IdempotencyKey.objects.filter(key__in=keys).select_related("booking")}
    if known:
        if any(row.fingerprint != fingerprint for row in known.values()):
            raise IdempotencyConflict(_("同じ受付キーが、別の申し込みに使われています。"))
        return [known[one].booking for one in keys if one in known]
    made = book_group(session=session, applications=applications, seats=seats, channel=channel)
    rows = [IdempotencyKey(key=one, fingerprint=fingerprint, booking=b) for one, b in zip(keys, made, strict=True)]
    IdempotencyKey.objects.bulk_create(rows)
    return made
