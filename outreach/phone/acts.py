"""What the dialogue asks to be done, done: each effect through the room that owns it, and its result as plain data.

Runs inside the transaction of the step, so a step is done wholly or not at all.
"""

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from geo.geocoder import geocode_postal
from outreach.classes.models import Entry, Session
from outreach.classes.queries import find_session, nearest_sessions, open_sessions
from outreach.contact.numbers import NumberRefused, read_number
from outreach.people.models import USUAL_HOURS, Organisation
from outreach.people.tries import TooManyTries
from outreach.phone import bookings, recordings, rules, tasks
from outreach.phone.dialogue import State
from outreach.phone.dialogue import effects as e
from outreach.phone.dialogue import heard as h
from outreach.phone.dialogue.facts import ClassFacts, Reason
from outreach.phone.facts import booking_facts, class_facts, takes_bookings
from outreach.phone.models import Call
from outreach.registration.queries import find_booking

NEAREST = 3


def act(call: Call, state: State, effect: e.Effect) -> h.Result:
    """Do one effect of a call's step. Refusals are results; only faults raise."""
    match effect:
        case e.FindClass(code):
            return find_class(code)
        case e.FindNear(postal):
            return find_near(postal)
        case e.ReadNumber(digits):
            return read_keyed(digits)
        case e.FindOwn(reference, digits):
            return find_own(call, state, reference, digits)
        case e.Reach():
            return reach(call, state.session)
        case e.KeepRecording(kind, recording):
            recordings.keep(sid=recording, kind=kind, call=call)
        case e.RingBack():
            tasks.open_ring_back(call)
        case e.Note(wish):
            bookings.note_wish(number=state.number, wish=wish, sample=call.sample)
        case e.Book() | e.Move() | e.Cancel() | e.Accept():
            return bookings.act(call, state, effect)
    return h.Done()


def find_class(code: str) -> h.Result:
    session = find_session(code)
    if session is None:
        return h.Refused(Reason.UNKNOWN)
    return h.FoundClass(class_facts(session)) if takes_bookings(session) else h.Refused(Reason.NOT_OPEN)


def find_near(postal: str) -> h.Result:
    """The nearest classes with a free seat; where none has one, those with a waitlist."""
    place = geocode_postal(postal)
    if place.lat is None or place.lon is None:
        return h.Refused(Reason.UNKNOWN)
    bookable = open_sessions().filter(entry=Entry.BOOKING)
    free = bookable.filter(seats_taken__lt=F("capacity"))
    near = nearest_sessions(lat=place.lat, lon=place.lon, found=free, limit=NEAREST)
    near = near or nearest_sessions(lat=place.lat, lon=place.lon, found=bookable, limit=NEAREST)
    return h.FoundNear(tuple(class_facts(found.session) for found in near))


def read_keyed(digits: str) -> h.Result:
    try:
        return h.FoundNumber(read_number(digits, samples=settings.SAMPLE_MODE).e164)
    except NumberRefused:
        return h.Refused(Reason.UNKNOWN)


def find_own(call: Call, state: State, reference: str, digits: str) -> h.Result:
    """By reference and number together; wrong tries are counted by the line that they come from."""
    number = read_keyed(digits) if digits else h.FoundNumber(state.number)
    if not isinstance(number, h.FoundNumber):
        return h.Refused(Reason.UNKNOWN)
    try:
        booking = find_booking(reference=reference, phone=number.number, address=f"line:{call.number or call.sid}")
    except TooManyTries:
        return h.Refused(Reason.TOO_MANY)
    return h.FoundOwn(booking_facts(booking)) if booking else h.Refused(Reason.UNKNOWN)


def reach(call: Call, about: ClassFacts | None) -> h.Result:
    """Who holds the class that was spoken of, else the office; never the line itself, which would ring for ever."""
    session = Session.objects.select_related("organisation").filter(pk=about.pk).first() if about else None
    held = session.organisation if session and session.organisation.phone else None
    number = dialable(held.phone if held else settings.LINE_STAFF_NUMBER)
    office = held or Organisation.objects.filter(phone=number, phone_opens__isnull=False).order_by("pk").first()
    if number in {"", call.line} or not rules.office_open(timezone.now(), office.answers if office else USUAL_HOURS):
        return h.NobodyThere()
    return h.PersonThere(number)


def dialable(raw: str) -> str:
    """E.164, or nothing. An office may be at a toll-free number, which `read_number` refuses for residents."""
    read = read_keyed(raw)
    if isinstance(read, h.FoundNumber):
        return read.number
    return raw if raw.startswith("+") else ""
