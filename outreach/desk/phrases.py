"""What to say to a caller, written out on the screen: read aloud as it stands."""

from django.utils.translation import gettext as _

from outreach.classes.codes import show_code
from outreach.classes.models import Session
from outreach.desk.rules import Verb
from outreach.registration.models import Booking, BookingStatus, Resident
from outreach.registration.notices import spoken_time


def greeting(resident: Resident, near: Session | None) -> str:
    town = near.municipality.name if near else ""
    return _("%(town)sの講習会の係です。%(name)s様でいらっしゃいますか。") % {
        "town": town,
        "name": resident.kana,
    }


def read_back(verb: Verb, booking: Booking | None, session: Session | None) -> str:
    """What the command would do, as a question to the caller."""
    if verb == Verb.BOOK and session:
        return _offer(session)
    if verb == Verb.MOVE and booking and session:
        return _("%(old)sの講習会を取り消して、%(new)s") % {
            "old": spoken_time(booking.session),
            "new": _offer(session),
        }
    if verb == Verb.ACCEPT and booking:
        return _("%(class)sのお席を、お取りしてよろしいですか。") % {"class": class_aloud(booking.session)}
    return _("%(class)sのお申し込みを、取り消してよろしいですか。") % {
        "class": class_aloud(booking.session) if booking else ""
    }


def _offer(session: Session) -> str:
    said = {"class": class_aloud(session)}
    if session.seats_left > 0:
        return _("%(class)sに、お申し込みでよろしいですか。料金はかかりません。") % said
    return _("%(class)sは、いま満席です。キャンセル待ちでよろしいですか。空きが出たら、こちらからご連絡します。") % said


def class_aloud(session: Session) -> str:
    return _("%(when)sから、%(venue)sの「%(course)s」") % {
        "when": spoken_time(session),
        "venue": session.venue.name,
        "course": session.course.name,
    }


def read_reference(booking: Booking) -> str:
    """The reference, to be read twice; a place in the queue is said to be one."""
    said = {"reference": show_code(booking.reference), "class": class_aloud(booking.session)}
    if booking.status == BookingStatus.WAITLISTED:
        return _("キャンセル待ちに入りました。申込番号は %(reference)s です（2回読み上げる）。%(class)s。") % said
    return _("申し込みました。申込番号は %(reference)s です（2回読み上げる）。%(class)s。") % said
