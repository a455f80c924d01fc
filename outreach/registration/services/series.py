"""Signing up for a series, its certificate, and how the subsidy stands."""

from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.classes import codes
from outreach.classes.models import Session
from outreach.people.models import User
from outreach.registration.models import (
    Booking,
    Certificate,
    CertificateEvent,
    Enrolment,
    EnrolmentEvent,
    SubsidyStatus,
)
from outreach.registration.series import rules
from outreach.registration.series.queries import planned_from, progress_of
from outreach.registration.services.seats import Application, book_once
from outreach.registration.services.steps import AlreadyBooked, BookingError, NotOpen


@transaction.atomic
def enrol(
    *,
    start: Session,
    application: Application,
    channel: str,
    key: str,
    fingerprint: str,
    by: User | None = None,
    sample: bool = False,
) -> list[Booking]:
    """Book every lesson announced from `start` on, each a seat or a place on its waitlist. Returns the bookings.

    One confirmation goes out, of the first; the others are told when their day comes. A lesson booked before is
    left as it is, and one that closed meanwhile is left out; the same `key` again gives the same bookings.
    Raises: NotOpen where `start` is not open, AlreadyBooked where every lesson was booked already.
    """
    plan = [session for session in planned_from(start) if session] or [start]
    # In one order, so that two who sign up at once never wait for each other.
    list(Session.objects.select_for_update().filter(pk__in=[s.pk for s in plan]).order_by("pk").values_list("pk"))
    made: list[Booking] = []
    for session in plan:
        try:
            booking, _new = book_once(
                key=f"{key}:{session.pk}",
                fingerprint=fingerprint,
                session=session,
                application=application,
                channel=channel,
                by=by,
                sample=sample,
                quiet=bool(made),
            )
        except AlreadyBooked:
            continue
        except NotOpen:
            if session == start:
                raise
            continue
        made.append(booking)
    if not made:
        raise AlreadyBooked(_("この方は、この連続講座のどの回にも、もう申し込んでいます。"))
    return made


@transaction.atomic
def issue_certificate(*, enrolment: Enrolment, today: date | None = None) -> Certificate:
    """The certificate of someone who has attended every lesson: made once, the same ever after.

    Raises: BookingError where lessons are missing, or where it was taken back.
    """
    one = _lock_enrolment(enrolment.pk)
    known = Certificate.objects.filter(enrolment=one).first()
    if known and known.revoked_on:
        raise BookingError(_("この修了証は、取り消されています。"))
    if known:
        return known
    if not progress_of([one])[0].finished:
        raise BookingError(_("まだ出席していない回があるので、修了証は出せません。"))
    return _new_certificate(one, today or timezone.localdate())


def _lock_enrolment(pk: int) -> Enrolment:
    """Locked first, then read with what is around it: in one statement PostgreSQL could lose a row just changed."""
    Enrolment.objects.select_for_update().get(pk=pk)
    return Enrolment.objects.select_related("series__organisation", "resident").get(pk=pk)


def _new_certificate(enrolment: Enrolment, today: date) -> Certificate:
    for _attempt in range(20):
        code = codes.new_code(codes.LONG_DIGITS)
        try:
            with transaction.atomic():
                return Certificate.objects.create(
                    code=code,
                    enrolment=enrolment,
                    series_name=enrolment.series.name,
                    organisation_name=enrolment.series.organisation.name,
                    initials=rules.initials(enrolment.resident.kana),
                    issued_on=today,
                    sample=enrolment.sample,
                )
        except IntegrityError:
            continue
    raise BookingError(_("証明番号を作れませんでした。もう一度お試しください。"))


@transaction.atomic
def revoke_certificate(*, certificate: Certificate, by: User) -> None:
    """Take a certificate back, where attendance was noted by mistake. The public check says so from now on."""
    live = Certificate.objects.filter(pk=certificate.pk, revoked_on=None)
    if live.update(revoked_on=timezone.localdate(), revoked_by=by) != 1:
        raise BookingError(_("この修了証は、もう取り消されています。"))
    CertificateEvent.objects.create(certificate=certificate, revoked=True, by=by)
    certificate.refresh_from_db()


@transaction.atomic
def restore_certificate(*, certificate: Certificate, by: User) -> None:
    """Undo `revoke_certificate`; the lessons must be complete. Raises: BookingError."""
    one = _lock_enrolment(certificate.enrolment_id)
    if not progress_of([one])[0].finished:
        raise BookingError(_("まだ出席していない回があるので、修了証は出せません。"))
    held = Certificate.objects.filter(pk=certificate.pk, revoked_on__isnull=False)
    if held.update(revoked_on=None, revoked_by=None) != 1:
        raise BookingError(_("ほかの人が先に変更しました。画面を開き直してください。"))
    CertificateEvent.objects.create(certificate=certificate, revoked=False, by=by)
    certificate.refresh_from_db()


@transaction.atomic
def note_subsidy(*, enrolment: Enrolment, was: str, to: SubsidyStatus, on: date | None, by: User) -> None:
    """Note how the resident's own application for the subsidy stands, since which day (law 10).

    Raises: BookingError where there is no certificate to apply with, or someone noted something else meanwhile.
    """
    if to != SubsidyStatus.NOT_YET and not _has_certificate(enrolment):
        raise BookingError(_("修了証が出てから、申請の状態を記録できます。"))
    day = on if to != SubsidyStatus.NOT_YET else None
    if to != SubsidyStatus.NOT_YET and day is None:
        raise BookingError(_("申請や決定の日を入れてください。"))
    if day and day > timezone.localdate():
        raise BookingError(_("先の日付は入れられません。"))
    rows = Enrolment.objects.filter(pk=enrolment.pk, subsidy=was)
    if rows.update(subsidy=to, subsidy_on=day) != 1:
        raise BookingError(_("ほかの人が先に変更しました。画面を開き直してください。"))
    EnrolmentEvent.objects.create(enrolment=enrolment, old=was, new=to, on=day, by=by)
    enrolment.refresh_from_db()


def _has_certificate(enrolment: Enrolment) -> bool:
    return Certificate.objects.filter(enrolment=enrolment, revoked_on=None).exists()


def first_of(bookings: Sequence[Booking]) -> Booking:
    """The booking to show at the end of signing up: the first lesson's."""
    return min(bookings, key=lambda booking: booking.session.starts_at)
