"""Points: given once for an attendance that staff attest, reversed where it was wrong, exported once."""

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from geo.models import Municipality
from outreach.classes.models import Session, SessionStatus
from outreach.people.models import User
from outreach.registration.models import Booking, BookingStatus, ExportedPoint, PointAward, PointEntry, PointExport
from outreach.registration.models.points import LEAST, MOST, AgeBand
from outreach.registration.services.steps import BookingError


class PointsError(BookingError):
    """Points cannot be given or taken back so. `str()` is for staff to read."""


@transaction.atomic
def set_award(*, session: Session, points: int | None) -> None:
    """Say how many points a session gives; None: none. Raises: PointsError once some were given."""
    Session.objects.select_for_update().get(pk=session.pk)
    if PointEntry.objects.filter(booking__session=session).exists():
        raise PointsError(_("もうポイントをつけた方がいるので、変えられません。"))
    if session.status == SessionStatus.CANCELLED:
        raise PointsError(_("中止になった回には、ポイントをつけられません。"))
    if points is None:
        PointAward.objects.filter(session=session).delete()
        return
    if not LEAST <= points <= MOST:
        raise PointsError(_("ポイントは、%(least)sから%(most)sまでです。") % {"least": LEAST, "most": MOST})
    PointAward.objects.update_or_create(session=session, defaults={"points": points})


def standing(booking: Booking) -> PointEntry | None:
    """The line that gives this booking its points now."""
    return PointEntry.objects.filter(booking=booking, reverses=None, reversal=None).first()


@transaction.atomic
def give_points(*, booking: Booking, age_band: str, by: User) -> PointEntry:
    """Write the session's points for an attendance. The caller's form holds the attestation: lives here, 19 or older.

    Raises: PointsError (not attended, no points for this class, given already).
    """
    Session.objects.select_for_update().get(pk=booking.session_id)
    booking.refresh_from_db(fields=["status", "reference"])
    award = PointAward.objects.filter(session=booking.session_id).first()
    if award is None:
        raise PointsError(_("この回には、ポイントがつきません。"))
    if booking.status != BookingStatus.ATTENDED:
        raise PointsError(_("出席した方にだけ、ポイントをつけられます。"))
    if age_band not in AgeBand.values:
        raise PointsError(_("年齢の区分を選んでください。"))
    if standing(booking):
        raise PointsError(_("この方には、もうポイントをつけました。"))
    turn = PointEntry.objects.filter(booking=booking, reverses=None).count()
    try:
        with transaction.atomic():
            return PointEntry.objects.create(
                booking=booking,
                reference=booking.reference,
                points=award.points,
                age_band=age_band,
                turn=turn,
                by=by,
            )
    except IntegrityError as error:
        raise PointsError(_("この方には、もうポイントをつけました。")) from error


@transaction.atomic
def reverse_points(*, booking: Booking, by: User | None, reason: str) -> PointEntry | None:
    """Take back what a booking was given, by a line of its own; None where nothing stands."""
    Session.objects.select_for_update().get(pk=booking.session_id)
    entry = standing(booking)
    if entry is None:
        return None
    return PointEntry.objects.create(
        booking=booking,
        reference=entry.reference,
        points=-entry.points,
        age_band=entry.age_band,
        turn=entry.turn,
        reverses=entry,
        reason=reason[:100],
        by=by,
    )


@transaction.atomic
def export_points(*, municipality: Municipality, by: User) -> PointExport:
    """A new run with every line of the city's sessions that left with no run before. Raises: PointsError where none is.

    Under the city's lock: two runs at once share nothing, and the database lets a line leave only once.
    """
    Municipality.objects.select_for_update().get(pk=municipality.pk)
    new = list(PointEntry.objects.filter(booking__session__municipality=municipality, exported=None).order_by("pk"))
    if not new:
        raise PointsError(_("新しく書き出すポイントは、ありません。"))
    last = PointExport.objects.filter(municipality=municipality).aggregate(last=Max("number"))["last"] or 0
    run = PointExport.objects.create(municipality=municipality, number=last + 1, made_by=by)
    ExportedPoint.objects.bulk_create([ExportedPoint(export=run, entry=entry) for entry in new], batch_size=500)
    return run
