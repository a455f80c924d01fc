"""The classes of a visit: they exist once the whole crew has said yes, and stand on their own from then on."""

from datetime import timedelta

from django.db import transaction

from outreach.classes.models import PLANNED, Scheme, Session, Shift
from outreach.classes.services import SessionError, create_session, publish_session
from outreach.dispatch.models import RequestStatus, Visit
from outreach.dispatch.services import asker
from outreach.dispatch.services.requests import RequestError, change_status

BREAK = timedelta(minutes=10)


def hold_classes(visit: Visit) -> None:
    """Publish the classes with the crew on them, or put the crew on those that stand.

    Their time is booked by the journey already, so not once more. Where no class can be made (the room is taken), the
    yes stands and the visit says why: the office settles it and tries again.
    """
    standing = list(visit.sessions.filter(status__in=PLANNED))
    try:
        with transaction.atomic():
            made = standing or _make_classes(visit)
            for session in made:
                for person in visit.crew:
                    Shift.objects.get_or_create(
                        session=session, person_id=person, defaults={"duty": Shift.Duty.INSTRUCTOR}
                    )
            if not standing:
                visit.sessions.add(*made)
                visit.request.classes.add(*made)
            if visit.request.status != RequestStatus.AGREED:
                change_status(request=visit.request, to=RequestStatus.AGREED, by=None)
                asker.tell_decided(visit.request)
        trouble = ""
    except (SessionError, RequestError) as error:
        trouble = str(error)[:200]
    Visit.objects.filter(pk=visit.pk).update(trouble=trouble)


def _make_classes(visit: Visit) -> list[Session]:
    request, starts_at, made = visit.request, visit.starts_at, []
    for _number in range(request.sessions):
        ends_at = starts_at + timedelta(minutes=request.course.minutes)
        session = create_session(
            course=request.course,
            venue=visit.venue,
            organisation=request.organisation,
            scheme=Scheme.DISPATCH,
            starts_at=starts_at,
            ends_at=ends_at,
            by=None,
            sample=request.sample,
        )
        publish_session(session=session, by=None)
        made.append(session)
        starts_at = ends_at + BREAK
    return made
