"""Before anything goes out: how many will be told, by which way, what it says and what it costs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext_lazy

from outreach.classes.queries import Nearby
from outreach.contact import rules, texts
from outreach.contact.models import Channel, Consent, Kind
from outreach.contact.numbers import kind_of
from outreach.contact.queries import words_of
from outreach.registration import notices
from outreach.registration.models import Booking


@dataclass(frozen=True)
class Foreseen:
    """One person to be told: by which way, or by none that is left."""

    booking: Booking
    number: str
    way: rules.Way | None

    @property
    def label(self) -> str:
        return str(WAYS[self.way])

    @property
    def others(self) -> list[Nearby]:
        """What could be offered instead, where it was looked for."""
        return getattr(self.booking, "others", [])


WAYS = {
    rules.Way.SEND: gettext_lazy("SMS"),
    rules.Way.CALL: gettext_lazy("電話"),
    rules.Way.PRINT: gettext_lazy("郵便"),
    None: gettext_lazy("伝える方法がない"),
}


@dataclass
class Outlook:
    """What confirming would do."""

    sms: int = 0
    calls: int = 0
    slips: int = 0
    parts: int = 0  # SMS segments, which are what is billed
    text: str = ""  # of the first SMS, as it would go out
    script: str = ""  # of the first call
    told: list[Foreseen] = field(default_factory=list)  # everyone

    @property
    def people(self) -> int:
        return len(self.told)

    @property
    def untold(self) -> list[Foreseen]:
        """Those whom no way is left to tell."""
        return [one for one in self.told if one.way is None]

    @property
    def yen(self) -> int:
        return self.parts * int(settings.SMS_YEN_PER_SEGMENT)


def outlook(
    bookings: Iterable[Booking],
    kind: Kind,
    words: Mapping[str, str],
    now: datetime,
    *,
    needed_by: datetime | None = None,
) -> Outlook:
    """Foresee what telling `bookings` would come to. 1 statement besides theirs; follows the outbox's own rules.

    `needed_by`: by when they must know (default: when their class starts).
    """
    to_tell = [(booking, *told) for booking in bookings for told in notices.recipients(booking)]
    ledger = _ledger({number for _booking, _subject, _channel, number in to_tell})
    found, parties = Outlook(), set[tuple[int, str]]()
    for booking, _subject, channel, number in to_tell:
        said = ledger.get(number, [])
        said_as = notices.change_told(booking) if kind == Kind.CHANGE else kind
        until = booking.session.starts_at if said_as == Kind.WAITLIST_CHANGE else needed_by
        way = _way(booking, channel, number, said, said_as, now, until or booking.session.starts_at)
        found.told.append(Foreseen(booking, number, way))
        if booking.party_id and (booking.party_id, number) in parties:
            continue  # one message tells of all who came on one form
        parties.add((booking.party_id or 0, number))
        _add_up(found, booking, way, said_as, words)
    return found


def _add_up(found: Outlook, booking: Booking, way: rules.Way | None, kind: Kind, words: Mapping[str, str]) -> None:
    fields, town = {**notices.message_fields(booking), **words}, booking.session.municipality_id
    if way == rules.Way.SEND:
        shown = texts.preview(kind, fields, town=town)
        found.sms, found.parts, found.text = found.sms + 1, found.parts + shown.segments.parts, found.text or shown.text
    elif way == rules.Way.PRINT:
        found.slips += 1
    elif way == rules.Way.CALL:
        found.calls += 1
        found.script = found.script or texts.render("call", kind, texts.clean_fields(kind, fields), town=town)


def _way(
    booking: Booking,
    channel: Channel,
    number: str,
    ledger: list[Consent],
    kind: Kind,
    now: datetime,
    needed_by: datetime,
) -> rules.Way | None:
    chosen = rules.route(
        kind=kind,
        channel=channel,
        number_kind=kind_of(number),
        has_address=bool(booking.resident.address),
        now=now,
        due=now,
        needed_by=needed_by,
        just_done=False,
    )
    way = rules.Way.CALL if chosen.way == rules.Way.SEND and _refused(ledger, Channel.SMS, kind) else chosen.way
    return None if way == rules.Way.CALL and _refused(ledger, Channel.CALL, kind) else way


def _refused(ledger: list[Consent], channel: Channel, kind: Kind) -> bool:
    return rules.is_refused(ledger, channel=channel, purpose=rules.PURPOSES[kind])


def _ledger(numbers: set[str]) -> dict[str, list[Consent]]:
    """What was said about each number, newest first."""
    found: dict[str, list[Consent]] = {}
    for word in words_of(sorted(numbers)):
        found.setdefault(word.number, []).append(word)
    return found
