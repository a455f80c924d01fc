"""A person's trips, classes, home visits and training as iCalendar. No resident, no key: others keep copies of it."""

from datetime import UTC, datetime, timedelta

from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from outreach.classes.codes import show_code
from outreach.classes.models import SessionStatus, Shift
from outreach.dispatch.models import PlanStatus, Trip
from outreach.people.ics import OWN
from outreach.people.models import CalendarFeed, Engagement, TrainingAttendance
from outreach.registration.models import SupportHelper, SupportStatus

BACK = timedelta(days=60)
HELPED = (SupportStatus.MATCHED, SupportStatus.AGREED, SupportStatus.DONE)


def feed_of(feed: CalendarFeed, now: datetime) -> bytes:
    """The same rows give the same bytes. 4 statements."""
    calendar = Calendar()
    calendar.add("prodid", "-//Tsutsuura//JP")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("津々浦々"))
    calendar.add("refresh-interval;value=duration", "PT4H")
    for event in [*_classes(feed, now), *_trips(feed, now), *_supports(feed, now), *_training(feed, now)]:
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
        event.add("sequence", session.revision)  # it rises as the class moves: calendars that keep copies go by it
        event.add("description", _("講習会番号 %(code)s") % {"code": show_code(session.code)})
        found.append(event)
    return found


def _trips(feed: CalendarFeed, now: datetime) -> list[Event]:
    """Days out that were accepted, door to door: as the ledger has them, those of travel only too."""
    own = Concat(Value("trip:"), OuterRef("plan"), Value(":"), output_field=CharField())
    booked = Engagement.objects.filter(person=feed.person_id, subject__startswith=own)
    booked = booked.filter(starts_at__lte=OuterRef("leaves_at"), ends_at__gte=OuterRef("back_at"))
    mine = Trip.objects.filter(Exists(booked), person=feed.person_id, back_at__gt=now - BACK)
    mine = mine.filter(plan__status=PlanStatus.PUBLISHED)
    found = []
    for trip in mine.order_by("day", "pk"):
        title = _("派遣の行程（%(km).0fkm）") % {"km": trip.km}
        if trip.overnight:
            title += _("・この夜は外泊")
        event = _event(feed, f"trip-{trip.plan_id}-{trip.day}", trip.leaves_at, trip.back_at, title)
        found.append(event)
    return found


def _supports(feed: CalendarFeed, now: datetime) -> list[Event]:
    """What the person said yes to. The town only: whose home it is stays here."""
    mine = SupportHelper.objects.filter(person=feed.person_id, answer=SupportHelper.Answer.ACCEPTED)
    mine = mine.filter(support__status__in=HELPED, support__ends_at__gt=now - BACK)
    found = []
    for helper in mine.select_related("support__municipality__prefecture").order_by("support__starts_at", "pk"):
        one = helper.support
        if one.starts_at and one.ends_at:
            title = _("個別支援（%(kind)s）") % {"kind": one.get_kind_display()} + str(one.municipality)
            found.append(_event(feed, f"support-{one.pk}", one.starts_at, one.ends_at, title))
    return found


def _training(feed: CalendarFeed, now: datetime) -> list[Event]:
    mine = TrainingAttendance.objects.filter(person=feed.person_id, meeting__ends_at__gt=now - BACK)
    mine = mine.exclude(status=TrainingAttendance.Status.ABSENT).select_related("meeting__unit")
    found = []
    for attendance in mine.order_by("meeting__starts_at", "pk"):
        meeting = attendance.meeting
        title = _("研修：%(unit)s") % {"unit": meeting.unit}
        event = _event(feed, f"training-{meeting.pk}", meeting.starts_at, meeting.ends_at, title)
        event.add("location", meeting.place)
        found.append(event)
    return found
