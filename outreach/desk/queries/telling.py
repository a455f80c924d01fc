"""Before anything goes out: how many will be told, by which way, what it says and what it costs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings

from outreach.contact import rules, texts
from outreach.contact.models import Channel, Consent, Kind
from outreach.contact.numbers import kind_of
from outreach.contact.queries import words_of
from outreach.registration import notices
from outreach.registration.models import Booking


@dataclass(frozen=True)
class Untold:
    """Someone whom no way is left to tell."""

    booking: Booking


@dataclass
class Outlook:
    """What confirming would do."""

    sms: int = 0
    calls: int = 0
    slips: int = 0
    parts: int = 0  # SMS segments, which are what is billed
    text: str = ""  # of the first SMS, as it would go out
    script: str = ""  # of the first call
    untold: list[Untold] = field(default_factory=list)

    @property
    def people(self) -> int:
        return self.sms + self.calls + self.slips + len(self.untold)

    @property
    def yen(self) -> int:
        return self.parts * int(settings.SMS_YEN_PER_SEGMENT)


def outlook(bookings: Iterable[Booking], kind: Kind, words: Mapping[str, str], now: datetime) -> Outlook:
    """Foresee what telling `bookings` would come to. 1 statement besides theirs; follows the outbox's own rules."""
    to_tell = [(booking, *told) for booking in bookings for told in notices.recipients(booking)]
    ledger = _ledger({number for _booking, _subject, _channel, number in to_tell})
    found = Outlook()
    for booking, _subject, channel, number in to_tell:
        _foresee(found, booking, channel, number, ledger.get(number, []), kind, words, now)
    return found


def _foresee(
    found: Outlook,
    booking: Booking,
    channel: Channel,
    number: str,
    ledger: list[Consent],
    kind: Kind,
    words: Mapping[str, str],
    now: datetime,
) -> None:
    fields = {**notices.message_fields(booking), **words}
    way = _way(booking, channel, number, ledger, kind, now)
    if way == rules.Way.SEND:
        shown = texts.preview(kind, fields)
        found.sms, found.parts, found.text = found.sms + 1, found.parts + shown.segments.parts, found.text or shown.text
    elif way == rules.Way.PRINT:
        found.slips += 1
    elif way == rules.Way.CALL and not _refused(ledger, Channel.CALL, kind):
        found.calls += 1
        found.script = found.script or texts.render("call", kind, texts.clean_fields(kind, fields))
    else:
        found.untold.append(Untold(booking))


def _way(
    booking: Booking, channel: Channel, number: str, ledger: list[Consent], kind: Kind, now: datetime
) -> rules.Way:
    chosen = rules.route(
        kind=kind,
        channel=channel,
        number_kind=kind_of(number),
        has_address=bool(booking.resident.address),
        now=now,
        due=now,
        needed_by=booking.session.starts_at,
        just_done=False,
    )
    return rules.Way.CALL if chosen.way == rules.Way.SEND and _refused(ledger, Channel.SMS, kind) else chosen.way


def _refused(ledger: list[Consent], channel: Channel, kind: Kind) -> bool:
    return rules.is_refused(ledger, channel=channel, purpose=rules.PURPOSES[kind])


def _ledger(numbers: set[str]) -> dict[str, list[Consent]]:
    """What was said about each number, newest first."""
    found: dict[str, list[Consent]] = {}
    for word in words_of(sorted(numbers)):
        found.setdefault(word.number, []).append(word)
    return found
