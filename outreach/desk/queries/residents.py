"""Finding a caller from what they say: a number, a name in kana or kanji, a reference. Never by an address line."""

import unicodedata
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Replace
from django.utils import timezone

from outreach.classes import codes
from outreach.classes.models import OPEN, Entry, Session
from outreach.classes.queries import sessions_in
from outreach.contact.numbers import NumberRefused, read_number
from outreach.desk.queries.sessions import mentions
from outreach.people.rules import Scope
from outreach.registration.models import Booking, BookingStatus, Resident
from outreach.registration.queries import bookings_in
from outreach.registration.rules import clean_kana, clean_name

MOST = 20
CHOICES = 9  # one key each


def residents_in(scope: Scope) -> QuerySet[Resident]:
    """Those who have, or had, a booking in the sessions that the scope reaches (law 7)."""
    return Resident.objects.all() if scope.nation else Resident.objects.filter(pk__in=_booked(scope))


def _booked(scope: Scope) -> QuerySet[Booking, int]:
    return bookings_in(scope).order_by().values_list("resident", flat=True)


@dataclass(frozen=True)
class Found:
    """What some words may mean; at most one of session and booking."""

    residents: list[Resident]
    classes: tuple[Session, ...] = ()  # open ones that the words name by town, course or hall
    session: Session | None = None
    booking: Booking | None = None
    number: str = ""  # E.164, where the words are a telephone number
    kana: str = ""


def find(words: str, scope: Scope) -> Found:
    """Read a class code, a reference, a number, or a name; a name may also be a town's. At most 2 statements."""
    digits = codes.digits_in(words)
    only_digits = bool(digits) and not any(c.isalpha() for c in words)
    if only_digits and (code := codes.clean_code(words, codes.SESSION_DIGITS)):
        session = sessions_in(scope).select_related("course", "venue", "municipality").filter(code=code).first()
        if session:
            return Found([], session=session)
    if only_digits and (reference := codes.clean_code(words, codes.REFERENCE_DIGITS)):
        booking = bookings_in(scope).filter(reference=reference).first()
        if booking:
            return Found([], booking=booking)
    return _by_number(words, digits, scope) if only_digits else _by_name(words, scope)


def _by_number(words: str, digits: str, scope: Scope) -> Found:
    """A whole number, or its last digits (four or more), of the resident or of whoever applied for them."""
    number = ""
    try:
        number = read_number(words, samples=settings.SAMPLE_MODE).e164
        matches = Q(phone=number) | Q(bookings__proxy_phone=number)
    except NumberRefused:
        if len(digits) < 4:
            return Found([])
        tail = digits.removeprefix("0")
        matches = Q(phone__endswith=tail) | Q(bookings__proxy_phone__endswith=tail)
    people = residents_in(scope).filter(matches).distinct()
    return Found(list(people[:MOST]), number=number)


def _by_name(words: str, scope: Scope) -> Found:
    """Kana of either kind and any width, with or without the space; kanji as written."""
    kana = clean_kana(words)
    people = residents_in(scope)
    if kana:
        plain = kana.replace(" ", "").replace("・", "")
        people = people.annotate(plain=Replace("kana", Value(" "), Value(""))).filter(plain__startswith=plain)
    else:
        name = clean_name(unicodedata.normalize("NFKC", words)).replace(" ", "")
        people = people.annotate(plain=Replace("name", Value(" "), Value(""))).filter(plain__contains=name)
        people = people if name else people.none()
    return Found(list(people[:MOST]), _open_classes(words, scope), kana=kana or "")


def _open_classes(words: str, scope: Scope) -> tuple[Session, ...]:
    found = sessions_in(scope).filter(status__in=OPEN, entry=Entry.BOOKING, starts_at__gt=timezone.now())
    for word in words.split():
        found = found.filter(mentions(word))
    return tuple(found.select_related("course", "venue", "municipality").order_by("starts_at")[:CHOICES])


def household(resident: Resident, scope: Scope) -> list[Resident]:
    """Others at the same number. 1 statement."""
    return list(residents_in(scope).filter(phone=resident.phone).exclude(pk=resident.pk)[:MOST])


def bookings_of(resident: Resident, scope: Scope) -> list[Booking]:
    """The bookings within reach: those to come, the soonest first, then the past, the latest first. 1 statement."""
    mine = bookings_in(scope).filter(resident=resident).select_related("session__municipality", "session__organisation")
    now = timezone.now()
    rows = sorted(mine, key=lambda booking: booking.session.starts_at)
    to_come = [booking for booking in rows if booking.session.starts_at > now]
    return [*to_come, *reversed(rows[: len(rows) - len(to_come)])]


def offered_classes(scope: Scope, near: Session | None, resident: Resident, *, limit: int = CHOICES) -> list[Session]:
    """Open classes that a caller is not in yet: of the town where they were last, then of its prefecture.

    Without a last town, the soonest anywhere. 2 statements.
    """
    booked = Booking.objects.filter(resident=resident).exclude(status=BookingStatus.CANCELLED).values("session")
    bookable = sessions_in(scope).filter(status__in=OPEN, entry=Entry.BOOKING, starts_at__gt=timezone.now())
    free = bookable.exclude(pk__in=booked)
    free = free.select_related("course", "venue", "municipality").order_by("starts_at")
    local = list(free.filter(municipality=near.municipality_id)[:limit]) if near else []
    rest = free.exclude(pk__in=[session.pk for session in local])
    if near:
        rest = rest.filter(municipality__prefecture=near.municipality.prefecture_id)
    return [*local, *rest[: limit - len(local)]]


def near_duplicates(kana: str, number: str, scope: Scope) -> list[Resident]:
    """Known people whom a new caller may be: the same number, or the same kana up to its space. 1 statement."""
    plain = kana.replace(" ", "")
    known = residents_in(scope).annotate(plain=Replace("kana", Value(" "), Value("")))
    alike = known.filter(Q(phone=number) | Q(plain=plain)).exclude(phone=number, kana=kana)
    return list(alike[:MOST])
