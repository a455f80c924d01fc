"""The provider's webhooks: signed, and harmless when repeated, late or out of order."""

import re
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from outreach.contact.gateways.twilio import is_signed_by_twilio
from outreach.contact.numbers import NumberRefused, read_number
from outreach.people.access import open_to_all
from outreach.phone import recordings, services
from outreach.phone.dialogue.facts import Keep
from outreach.phone.dialogue.heard import DialEnded, Heard, Keys, Silence, Spoken
from outreach.phone.models import Call
from outreach.phone.services import Answer
from outreach.phone.speech import lines_of
from outreach.phone.twiml import Addresses, render

CALL_SID = re.compile(r"CA[0-9a-f]{32}")
RECORDING_SID = re.compile(r"RE[0-9a-f]{32}")
KEYS = re.compile(r"[0-9*#]{1,40}")
E164 = re.compile(r"\+[0-9]{6,15}")
OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})


def hook(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Only the provider comes through. Forged: 403. About no call: 400. Spoken Japanese, whatever a cookie says."""

    @open_to_all
    @csrf_exempt
    @require_POST
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not is_signed_by_twilio(request):
            return HttpResponse(status=403)
        sid = request.POST.get("CallSid", "")
        if not CALL_SID.fullmatch(sid):
            return HttpResponse(status=400)
        with translation.override("ja"):
            return view(request, sid, *args, **kwargs)

    return guarded


@hook
def ring(request: HttpRequest, sid: str) -> HttpResponse:
    """A call comes in; also the number's fallback address, which says again what was asked last."""
    return _spoken(_ring(request, sid))


@hook
def step(request: HttpRequest, sid: str, step_number: int) -> HttpResponse:
    """What was pressed or said after an answer. A call that we don't know begins anew."""
    answer = services.take_step(sid=sid, step_number=step_number, heard=heard_in(request))
    return _spoken(answer or _ring(request, sid))


@hook
def ended(request: HttpRequest, sid: str) -> HttpResponse:
    """The call's status callback."""
    if request.POST.get("CallStatus") in OVER:
        services.hang_up(sid=sid)
    return HttpResponse(status=200)


@hook
def recorded(request: HttpRequest, sid: str, kind: Keep) -> HttpResponse:
    """A recording is ready; told also of one whose call was hung up in the middle of it."""
    recording = request.POST.get("RecordingSid", "")
    call = Call.objects.filter(sid=sid).first()
    if call and RECORDING_SID.fullmatch(recording) and request.POST.get("RecordingStatus", "completed") == "completed":
        recordings.keep(sid=recording, kind=kind, call=call)
    return HttpResponse(status=200)


def heard_in(request: HttpRequest) -> Heard:
    """What the provider's fields say that the caller did."""
    fields = request.POST
    recording, keys = fields.get("RecordingSid", ""), fields.get("Digits", "")
    if "DialCallStatus" in fields:
        return DialEnded(answered=fields["DialCallStatus"] in {"completed", "answered"})
    if RECORDING_SID.fullmatch(recording):
        return Spoken(recording, keys)
    return Keys(keys) if KEYS.fullmatch(keys) else Silence()


def _ring(request: HttpRequest, sid: str) -> Answer:
    line = request.POST.get("To", "")
    return services.ring(
        sid=sid, number=_caller(request.POST.get("From", "")), line=line if E164.fullmatch(line) else ""
    )


def _caller(raw: str) -> str:
    """E.164, or nothing where the number is withheld or none that we could ring back."""
    try:
        return read_number(raw, samples=settings.SAMPLE_MODE).e164
    except NumberRefused:
        return ""


def _spoken(answer: Answer) -> HttpResponse:
    addresses = Addresses(
        step=settings.PUBLIC_URL + reverse("phone:step", args=[answer.step]),
        recorded=lambda kind: settings.PUBLIC_URL + reverse("phone:recorded", args=[Keep(kind)]),
    )
    return HttpResponse(render(lines_of(answer.say), answer.ask, addresses), content_type="text/xml; charset=utf-8")
