"""Lists of sessions as the office searches, reads and exports them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from geo.distance import great_circle_km
from geo.rules import search_key
from outreach.classes import rules
from outreach.classes.codes import digits_in
from outreach.classes.models import OPEN, SchemeRule, Session
from outreach.classes.queries import Nearby, gauge_from, rules_by_key, sessions_in, with_staff
from outreach.contact.models import Kind, Message, MessageStatus
from outreach.desk.queries.needs import Moment, Need, needing
from outreach.people.rules import Scope
from outreach.registration.models import Booking

AROUND = ("course", "series", "venue", "municipality__prefecture", "organisation")


@dataclass(frozen=True)
class Row:
    """A session with how it is staffed and until when that must be settled."""

    session: Session
    rule: SchemeRule
    gauge: rules.Gauge

    @property
    def staffing_due(self) -> date:
        return rules.staffing_due(self.session.starts_at, self.rule.staffing_deadline_days)


def rows_of(sessions: Iterable[Session]) -> list[Row]:
    """Rows of sessions annotated by `with_staff`. 1 statement besides those of `sessions`."""
    known = rules_by_key()
    return [_row(session, known[session.programme_year_id, session.scheme, session.kind]) for session in sessions]


def _row(session: Any, rule: SchemeRule) -> Row:
    gauge = gauge_from(session, rule, instructors=session.instructors, helpers=session.helpers)
    return Row(session, rule, gauge)


def search(found: QuerySet[Session], wanted: dict[str, Any], at: Moment) -> QuerySet[Session]:
    """Those of `found` that fit a filled-in `forms.SessionFilter`, with their staff counted."""
    if need := wanted.get("need"):
        found = needing(found, Need(need), at)
    fits = {
        "municipality__prefecture": wanted.get("prefecture"),
        "municipality": wanted.get("municipality"),
        "status": wanted.get("status"),
        "course": wanted.get("course"),
        "course__audience": wanted.get("audience"),
        "scheme": wanted.get("scheme"),
        "starts_at__gte": midnight(wanted.get("since")),
        "starts_at__lt": midnight(wanted.get("until"), after=True),
    }
    found = found.filter(**{name: value for name, value in fits.items() if value})
    for word in (wanted.get("q") or "").split():
        found = found.filter(mentions(word))
    return with_staff(found).select_related(*AROUND).order_by("starts_at", "pk")


def mentions(word: str) -> Q:
    """Digits are a class code; anything else is looked for in kanji, or in kana of either kind and any width."""
    digits = digits_in(word)
    if digits and not any(c.isalpha() for c in word):
        return Q(code__startswith=digits)
    key = search_key(word)
    return (
        Q(municipality__search_key__contains=key)
        | Q(course__name__icontains=word)
        | Q(course__kana__contains=key)
        | Q(venue__name__icontains=word)
        | Q(venue__kana__contains=key)
        | Q(organisation__name__icontains=word)
    )


def midnight(day: date | None, *, after: bool = False) -> datetime | None:
    """The start of a day in Japan, or with `after` its end; None where the calendar itself ends: that is no bound."""
    if day is None or day == (date.max if after else date.min):
        return None
    return datetime.combine(day, time(), tzinfo=rules.JST) + timedelta(days=after)


def near_classes(session: Session, scope: Scope, *, limit: int = 5) -> list[Nearby]:
    """Open classes of the same course that could take this one's people: within 40 km and 3 weeks. 1 statement."""
    apart = timedelta(days=21)
    around = sessions_in(scope).filter(
        status__in=OPEN,
        course=session.course_id,
        starts_at__gt=timezone.now(),
        starts_at__range=(session.starts_at - apart, session.starts_at + apart),
        venue__lat__range=(session.venue.lat - 0.4, session.venue.lat + 0.4),
    )
    rows = [
        Nearby(other, float(great_circle_km(session.venue.lat, session.venue.lon, other.venue.lat, other.venue.lon)))
        for other in around.exclude(pk=session.pk).select_related(*AROUND)
    ]
    near = [row for row in rows if row.km <= 40]
    return sorted(near, key=lambda row: (round(row.km), abs(row.session.starts_at - session.starts_at)))[:limit]


@dataclass(frozen=True)
class ToldOf:
    """How many messages of one kind stand in one state."""

    kind: str
    status: str
    count: int


def told_of(session: Session) -> list[ToldOf]:
    """What was and will be told about a session's bookings, in counts. 2 statements."""
    subjects = [f"booking:{pk}" for pk in Booking.objects.filter(session=session).values_list("pk", flat=True)]
    whose = [f"{subject}{part}" for subject in subjects for part in ("", "/proxy", "/party")]
    mine = Message.objects.filter(subject__in=whose).order_by()
    counts = mine.values_list("kind", "status").annotate(Count("pk"))
    ranked = sorted(counts, key=lambda row: (list(Kind.values).index(row[0]), row[1]))
    return [ToldOf(str(Kind(kind).label), str(MessageStatus(state).label), n) for kind, state, n in ranked]
