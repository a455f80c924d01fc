"""A person's trips and classes as iCalendar. No resident, no key, no telephone: it's copied to others' servers."""

from datetime import UTC, datetime, timedelta

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from outreach.classes.codes import show_code
from outreach.classes.models import SessionStatus, Shift
from outreach.dispatch.models import Offer, OfferStatus, Trip
from outreach.people.ics import OWN
from outreach.people.models import CalendarFeed

BACK = timedelta(days=60)


def feed_of(feed: CalendarFeed, now: datetime) -> bytes:
    """The same rows give the same bytes. 2 statements."""
    calendar = Calendar()
    calendar.add("prodid", "-//Tsutsuura//JP")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("津々浦々"))
    calendar.add("refresh-interval;value=duration", "PT4H")
    for event in [*_classes(feed, now), *_trips(feed, now)]:
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _event(feed: CalendarFeed, key: str, start: datetime, end: datetime, title: str) -> Event:
    event = Event()
    event.add("uid", f"{key}{OWN}")
    event.add("dtstamp", feed.made_at.astimezone(UTC))
    event.add("dtstart", start.astimezone(UTC))
    event.add("dtend", end.astimezone(UTC))
    event.add("summary", title)
    return event


def _classes(feed: CalendarFeed, now: datetime) -> list[Event]:
    mine = Shift.objects.filter(person=feed.person_id, session__ends_at__gt=now - BACK)
    mine = mine.exclude(session__status__in=[SessionStatus.CANCELLED, SessionStatus.DRAFT])
    around = ("session__course", "session__venue", "session__municipality__prefecture")
    found = []
    for shift in mine.select_related(*around).order_by("session__starts_at", "pk"):
        session = shift.session
        title = f"{session.course}（{shift.get_duty_display()}）{session.municipality}"
        event = _event(feed, f"session-{session.pk}", session.starts_at, session.ends_at, title)
        town = f"{session.municipality.prefecture}{session.municipality}"
        event.add("location", f"{session.venue} {town}{session.venue.address}")
        event.add("description", _("講習会番号 %(code)s") % {"code": show_code(session.code)})
        found.append(event)
    return found


def _trips(feed: CalendarFeed, now: datetime) -> list[Event]:
    """Days out that were accepted, door to door."""
    yes = Offer.objects.filter(visit__plan=OuterRef("plan"), person=feed.person_id, status=OfferStatus.ACCEPTED)
    yes = yes.filter(starts_at__gt=OuterRef("leaves_at"), starts_at__lt=OuterRef("back_at"))
    mine = Trip.objects.filter(Exists(yes), person=feed.person_id, back_at__gt=now - BACK)
    found = []
    for trip in mine.order_by("day", "pk"):
        title = _("派遣の行程（%(km).0fkm）") % {"km": trip.km}
        event = _event(feed, f"trip-{trip.plan_id}-{trip.day}", trip.leaves_at, trip.back_at, title)
        found.append(event)
    return found
