"""Letters: taken in once, accepted or declined by staff, amended until planned, withdrawn by whoever sent them."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.classes import codes
from outreach.classes.models import Course, Venue
from outreach.dispatch.asked import Asked, Candidate
from outreach.dispatch.models import (
    AMENDABLE,
    ENDED,
    DispatchRequest,
    LetterEvent,
    LetterStatus,
    OtherVenue,
    RequestLetter,
    RequestStatus,
)
from outreach.dispatch.services.requests import (
    RequestError,
    amend_request,
    create_request,
    has_classes,
    withdraw_request,
)
from outreach.people.models import Organisation, User

USUAL_CAPACITY = 20  # a cautious meeting room, until the office knows better
NEXT = {
    LetterStatus.WAITING: {LetterStatus.ACCEPTED, LetterStatus.DECLINED, LetterStatus.WITHDRAWN},
    LetterStatus.ACCEPTED: {LetterStatus.WITHDRAWN},
    LetterStatus.DECLINED: {LetterStatus.WAITING},
    LetterStatus.WITHDRAWN: set[LetterStatus](),
}


def receive_letter(
    *,
    key: str,
    asked: Asked,
    written: dict[str, list[str]],
    channel: str,
    received_on: date | None = None,
    sample: bool = False,
) -> tuple[RequestLetter, bool]:
    """Keep a letter, waiting. The same `key` again gives the first one. Returns it and whether it is new."""
    for _attempt in range(50):
        known = RequestLetter.objects.filter(key=key).first()
        if known:
            return known, False
        try:
            with transaction.atomic():
                letter = RequestLetter.objects.create(
                    reference=codes.new_code(codes.REFERENCE_DIGITS),
                    key=key,
                    channel=channel,
                    received_on=received_on or timezone.localdate(),
                    sample=sample,
                    **_facts(asked, written),
                )
                LetterEvent.objects.create(letter=letter, new=letter.status)
                return letter, True
        except IntegrityError:  # the number is taken, or the same letter came this very moment
            continue
    raise RequestError(_("受付番号を作れませんでした。もう一度お試しください。"))


def _facts(asked: Asked, written: dict[str, list[str]]) -> dict[str, Any]:
    return {
        "municipality_id": asked.municipality,
        "asked_by": asked.asked_by,
        "contact_name": asked.contact_name,
        "contact_phone": asked.contact_phone,
        "written": written,
    }


@transaction.atomic
def accept_letter(
    *, letter: RequestLetter, asked: Asked, organisation: Organisation, by: User | None
) -> list[DispatchRequest]:
    """Make a request of each course; pressed again, they are given back. Raises: RequestError.

    `asked`: what the letter's form holds, as it was read.
    """
    standing = RequestLetter.objects.select_for_update().get(pk=letter.pk)
    if standing.status == LetterStatus.ACCEPTED and standing.organisation_id == organisation.pk:
        return list(letter.requests.all())
    if standing.written != letter.written:
        raise RequestError(_("依頼した方が、いま内容を直しました。もう一度確かめてください。"))
    RequestLetter.objects.filter(pk=letter.pk).update(organisation=organisation)
    letter.organisation = organisation
    _move(letter, LetterStatus.ACCEPTED, by)
    venues = [(_venue(one, asked.municipality, letter.sample), one) for one in asked.venues]
    return [_make(letter, asked, course, venues, by) for course in asked.courses]


def _is(letter: RequestLetter, status: LetterStatus) -> bool:
    """Locks the letter. Whether it was moved so already, by the press before this one."""
    return RequestLetter.objects.select_for_update().get(pk=letter.pk).status == status


def _move(letter: RequestLetter, to: LetterStatus, by: User | None, reason: str = "") -> None:
    """By compare-and-set, with the event (law 10). Raises: RequestError."""
    old = LetterStatus(letter.status)
    if to not in NEXT[old]:
        raise RequestError(_("「%(old)s」から「%(new)s」にはできません。") % {"old": old.label, "new": to.label})
    if RequestLetter.objects.filter(pk=letter.pk, status=old).update(status=to) != 1:
        raise RequestError(_("ほかの人が先に変更しました。画面を開き直してください。"))
    letter.status = to
    LetterEvent.objects.create(letter=letter, old=old, new=to, by=by, reason=reason)


def _venue(one: Candidate, municipality: str, sample: bool) -> Venue:
    """The venue of that name and address; of one unknown to us, a new row.

    A hearing loop that the office knows of stays, whatever a letter leaves out.
    """
    found, made = Venue.objects.get_or_create(
        municipality_id=municipality,
        name=one.name,
        address=one.address,
        defaults={
            "lat": one.lat,
            "lon": one.lon,
            "capacity": USUAL_CAPACITY,
            "induction_loop": one.loop,
            "sample": sample,
        },
    )
    if one.loop and not (made or found.induction_loop):
        found.induction_loop = True
        found.save(update_fields=["induction_loop"])
    return found


Placed = list[tuple[Venue, Candidate]]


def _make(letter: RequestLetter, asked: Asked, course: str, venues: Placed, by: User | None) -> DispatchRequest:
    venue, first = venues[0]
    request = create_request(
        fields={
            **_fields(letter, asked, course),
            "venue": venue,
            "letter": letter,
            "channel": letter.channel,
            "received_on": letter.received_on,
            "sample": letter.sample,
        },
        openings=first.openings,
        blackouts=first.blackouts,
        by=by,
    )
    _write_others(request, venues)
    return request


def _fields(letter: RequestLetter, asked: Asked, course: str) -> dict[str, Any]:
    return {
        "organisation": letter.organisation,
        "course": Course.objects.get(pk=course),
        "sessions": asked.sessions,
        "heads": asked.heads,
        "learners_65": asked.learners_65,
        "crew": asked.crew,
        "needs": list(asked.needs),
        "hearing_loop": asked.hearing_loop,
        "loan_phones": asked.loan_phones,
        "earliest": asked.earliest,
        "latest": asked.latest,
        "contact_name": asked.contact_name,
        "contact_phone": asked.contact_phone,
        "note": asked.note,
    }


def _write_others(request: DispatchRequest, venues: Placed) -> None:
    request.other_venues.all().delete()
    others = {venue.pk: (venue, one) for venue, one in venues[1:] if venue.pk != venues[0][0].pk}
    OtherVenue.objects.bulk_create(
        OtherVenue(
            request=request,
            rank=rank,
            venue=venue,
            openings=[[day, f"{opens:%H:%M}", f"{closes:%H:%M}"] for day, opens, closes in one.openings],
            blackouts=[day.isoformat() for day in one.blackouts],
        )
        for rank, (venue, one) in enumerate(others.values(), 2)
    )


@transaction.atomic
def amend_letter(*, letter: RequestLetter, asked: Asked, written: dict[str, list[str]], by: User | None) -> None:
    """Write the letter anew, and its requests with it: courses may come and go. Raises: RequestError once planned."""
    locked = RequestLetter.objects.select_for_update().get(pk=letter.pk)
    if locked.status not in {LetterStatus.WAITING, LetterStatus.ACCEPTED}:
        raise RequestError(_("この依頼は終わっているので、直せません。"))
    if locked.status == LetterStatus.ACCEPTED:
        _amend_requests(locked, asked, by)
    RequestLetter.objects.filter(pk=letter.pk).update(**_facts(asked, written))
    letter.refresh_from_db()
    status = LetterStatus(locked.status)
    LetterEvent.objects.create(letter=letter, old=status, new=status, by=by, reason=_("内容の変更"))


def _amend_requests(letter: RequestLetter, asked: Asked, by: User | None) -> None:
    """Those that ended stay ended, though their course is still written; one that was taken out and is asked for
    again is a new one.
    """
    rows = list(letter.requests.all())
    live = [request for request in rows if request.status not in ENDED]
    if not live:
        raise RequestError(_("この依頼は終わっているので、直せません。"))
    if any(request.status not in AMENDABLE for request in live):
        raise RequestError(_("計画に入った依頼は直せません。お電話ください。"))
    venues = [(_venue(one, asked.municipality, letter.sample), one) for one in asked.venues]
    known = {request.course_id: request for request in live}
    over = {request.course_id for request in rows if _is_over(request, letter)} - set(known)
    for course in asked.courses:
        request = known.pop(course, None)
        if request is None:
            if course not in over:
                _make(letter, asked, course, venues, by)
            continue
        venue, first = venues[0]
        fields = {**_fields(letter, asked, course), "venue": venue}
        amend_request(request=request, fields=fields, openings=first.openings, blackouts=first.blackouts, by=by)
        _write_others(request, venues)
    for request in known.values():
        withdraw_request(request=request, by=by, reason=_("内容の変更"))


def _is_over(request: DispatchRequest, letter: RequestLetter) -> bool:
    """Agreed, or withdrawn by itself while the letter went on naming its course."""
    named = request.course_id in letter.written.get("courses", ())
    return request.status == RequestStatus.AGREED or (request.status in ENDED and named)


@transaction.atomic
def decline_letter(*, letter: RequestLetter, by: User | None, reason: str) -> None:
    """Say no to what waits; it can be taken up again. Raises: RequestError."""
    if _is(letter, LetterStatus.DECLINED):
        return
    _move(letter, LetterStatus.DECLINED, by, reason)


@transaction.atomic
def reopen_letter(*, letter: RequestLetter, by: User | None) -> None:
    """Undo a refusal. Raises: RequestError."""
    if _is(letter, LetterStatus.WAITING):
        return
    _move(letter, LetterStatus.WAITING, by)


@transaction.atomic
def withdraw_letter(*, letter: RequestLetter, by: User | None, reason: str) -> None:
    """End a letter and every request of it that isn't agreed. Raises: RequestError where one is: then people meet."""
    if _is(letter, LetterStatus.WITHDRAWN):
        return
    requests = list(letter.requests.all())
    agreed = any(request.status == RequestStatus.AGREED for request in requests)
    if agreed or has_classes([request.pk for request in requests]):
        raise RequestError(_("もう講師が決まっています。取りやめるときは、お電話ください。"))
    _move(letter, LetterStatus.WITHDRAWN, by, reason)
    for request in requests:
        if request.status not in ENDED:
            withdraw_request(request=request, by=by, reason=reason)


@transaction.atomic
def choose_venue(*, request: DispatchRequest, other: OtherVenue, by: User | None) -> None:
    """Wish most for another candidate; the first takes the other's rank. Raises: RequestError once planned.

    The change is an amendment: what the next plan is made from.
    """
    old_venue, openings = request.venue, [(w.weekday, w.opens, w.closes) for w in request.windows.all()]
    blackouts = [row.day for row in request.blackouts.all()]
    amend_request(
        request=request,
        fields={"venue": other.venue},
        openings=other.times,
        blackouts=other.closed,
        by=by,
    )
    other.venue = old_venue
    other.openings = [[day, f"{opens:%H:%M}", f"{closes:%H:%M}"] for day, opens, closes in openings]
    other.blackouts = [day.isoformat() for day in blackouts]
    other.save()
    request.refresh_from_db()
