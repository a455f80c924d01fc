"""The report of a class, which ends it."""

from dataclasses import dataclass

from django.db import transaction

from outreach.classes import services as classes
from outreach.classes.models import Session, SessionReport, SessionStatus
from outreach.desk.services.sessions import close_session
from outreach.people.models import User
from outreach.registration.models import BookingStatus


@dataclass(frozen=True)
class Words:
    """What whoever taught says of a class."""

    could: str
    taught: str = ""
    can_do: str = ""
    trouble: str = ""


@transaction.atomic
def write_report(*, session: Session, walk_ins: int, words: Words, by: User) -> SessionReport:
    """Close the class if that was not done yet, count who came, and report it: one step for one page.

    Raises: classes.services.SessionError where someone is not marked yet, or the class was never confirmed.
    """
    if session.status == SessionStatus.CONFIRMED:
        close_session(session=session, walk_ins=walk_ins, by=by)
    elif session.status == SessionStatus.HELD:
        Session.objects.filter(pk=session.pk).update(walk_ins=walk_ins)
    classes.change_status(session=session, to=SessionStatus.REPORTED, by=by, reason=words.trouble[:200])
    came = session.bookings.filter(status=BookingStatus.ATTENDED).count()
    return SessionReport.objects.create(
        session=session,
        learners=came + walk_ins,
        could=words.could,
        taught=words.taught,
        can_do=words.can_do,
        trouble=words.trouble,
        made_by=by,
    )
