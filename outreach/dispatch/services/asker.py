"""Whoever asked for instructors: rung when the day stands, when it is another, and when it is off.

What waits to be said and is no longer true is taken back; the same thing is said once (law 4). As it is told, so
always in Japanese. All within the transaction that makes it true.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from outreach.classes import codes
from outreach.classes.models import PLANNED, Session, SessionStatus
from outreach.contact.models import CallStatus, CallTask, Channel, Kind, Message
from outreach.contact.numbers import NumberRefused
from outreach.contact.services import queue_message, withdraw_messages
from outreach.dispatch.models import DispatchRequest
from outreach.dispatch.services.telling import spoken

DECIDED = "講師派遣の決定", "{course}の講師が決まりました。{when}、会場は{venue}です。"
MOVED = "講師派遣の変更", "{course}の日時か会場が変わりました。{when}、会場は{venue}です。"
FEWER = "講師派遣の変更", "{course}の{off}の回は、中止になりました。{when}の回は、そのままです。"
OFF = "講師派遣の中止", "{course}の{off}の回は、中止になりました。日程を決め直します。"


def tell_decided(request: DispatchRequest) -> None:
    """Its classes stand, with their whole crew."""
    _tell(request, DECIDED)


def tell_moved(session: Session) -> None:
    """A class was moved by the office."""
    for request in _asked_for(session):
        _tell(request, MOVED)


def tell_cancelled(session: Session) -> None:
    """A class was cancelled. Who was never rung about it hears nothing."""
    for request in _asked_for(session):
        take_back(request)
        if _calls(request).exists():
            stands = request.classes.filter(status__in=PLANNED).exists()
            _tell(request, FEWER if stands else OFF)


def take_back(request: DispatchRequest) -> None:
    """What waits to be said is no longer true."""
    withdraw_messages(subject=_subject(request))


def _subject(request: DispatchRequest) -> str:
    return f"request:{request.pk}"


def _asked_for(session: Session) -> Iterable[DispatchRequest]:
    return session.dispatch_requests.select_related("letter", "course", "organisation").order_by("pk")


def _calls(request: DispatchRequest) -> QuerySet[CallTask]:
    return CallTask.objects.filter(subject=_subject(request)).exclude(status=CallStatus.WITHDRAWN)


def _tell(request: DispatchRequest, words: tuple[str, str]) -> None:
    if request.letter is None:
        return
    coming = request.classes.filter(starts_at__gt=timezone.now()).select_related("venue").order_by("starts_at", "pk")
    stand = [one for one in coming if one.status in PLANNED]
    off = [one for one in coming if one.status == SessionStatus.CANCELLED]
    if not stand and not off:
        return
    said = words[1].format(
        course=request.course.name,
        when=_times(stand),
        off=_times(off),
        venue="、".join(dict.fromkeys(one.venue.name for one in stand)),
    )
    _ring(request, words[0], f"{said}受付番号 {codes.show_code(request.letter.reference)}", coming[0].starts_at)


def _times(sessions: Iterable[Session]) -> str:
    return "、".join(spoken(one.starts_at) for one in sessions)


def _ring(request: DispatchRequest, title: str, text: str, needed_by: datetime) -> None:
    last = _calls(request).order_by("-revision").first()
    if last and last.fields["text"] == text:
        return
    take_back(request)
    before = Message.objects.filter(subject=_subject(request)).order_by("-revision").first()
    with suppress(NumberRefused):
        queue_message(
            subject=_subject(request),
            revision=before.revision + 1 if before else 1,
            kind=Kind.WORK_NOTE,
            channel=Channel.CALL,
            to=request.contact_phone,
            fields={
                "town": request.organisation.name,
                "callback": settings.CALLBACK_NUMBER,
                "name": request.contact_name,
                "title": title,
                "text": text,
            },
            needed_by=needed_by,
            municipality=request.municipality_id,
            organisation=request.organisation_id,
            sample=request.sample,
        )
