"""The on-screen phone: the real dialogue on real seats of sample data, shown instead of spoken. Sample mode only."""

import secrets
from dataclasses import asdict, dataclass, field

from django.conf import settings
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from outreach.classes.models import Entry
from outreach.classes.queries import open_sessions
from outreach.people.access import open_to_all
from outreach.phone import services
from outreach.phone.dialogue.heard import DialEnded, Heard, Keys, Silence, Spoken
from outreach.phone.dialogue.saying import Ask, Wants
from outreach.phone.services import Answer
from outreach.phone.speech import lines_of

SESSION = "on-screen-phone"
KEYPAD = "123456789*0#"
LINE = "+81300000100"
CALLERS = {  # numbers that nobody has
    "landline": ("+81300000188", gettext_lazy("固定電話 03-0000-0188")),
    "mobile": ("+819000000188", gettext_lazy("携帯電話 090-0000-0188")),
    "withheld": ("", gettext_lazy("非通知")),
}
MOST_LINES = 400


@dataclass
class Handset:
    """What the browser's session keeps of a call on the screen."""

    sid: str = ""
    step: int = 0
    pressed: str = ""
    wants: str = Wants.NOTHING
    digits: int = 1
    lines: list[dict[str, str]] = field(default_factory=list)

    @property
    def live(self) -> bool:
        return self.wants != Wants.NOTHING

    def say(self, who: str, text: str, spoken: str = "") -> None:
        line = {"who": who, "text": text, "spoken": spoken if spoken != text else ""}
        self.lines = [*self.lines, line][-MOST_LINES:]


@open_to_all
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: HttpRequest) -> HttpResponse:
    """Each key is a form of its own, so that it rings without JavaScript too."""
    if not settings.SAMPLE_MODE:
        raise Http404
    handset = Handset(**request.session.get(SESSION, {}))
    if request.method == "POST":
        with translation.override("ja"):
            handset = _do(handset, request.POST.get("do", ""), request.POST.get("caller", ""))
        request.session[SESSION] = asdict(handset)
        return redirect(f"{reverse('phone:demo')}#heard")
    context = {
        "handset": handset,
        "keypad": KEYPAD,
        "callers": CALLERS.items(),
        "status": _status(handset),
        "example": open_sessions().filter(entry=Entry.BOOKING, seats_taken__lt=F("capacity")).first(),
    }
    return render(request, "phone/demo.html", context)


def _do(handset: Handset, act: str, caller: str) -> Handset:
    if act == "call":
        return _dial(CALLERS.get(caller, CALLERS["landline"])[0])
    if act == "hang-up" and handset.live:
        services.hang_up(sid=handset.sid)
        handset.say("caller", _("（電話を切りました）"))
        handset.wants = Wants.NOTHING
    elif handset.live:
        _act(handset, act)
    return handset


def _dial(number: str) -> Handset:
    handset = Handset(sid=f"demo-{secrets.token_hex(16)}")
    _show(handset, services.ring(sid=handset.sid, number=number, line=LINE, sample=True))
    return handset


def _act(handset: Handset, act: str) -> None:
    """One key, or what a real telephone does by itself. A longer number is sent when it is whole, by # or a pause."""
    if handset.wants == Wants.KEYS and len(act) == 1 and act in KEYPAD:
        return _press(handset, act)
    if act == "wait":
        waited = Keys(handset.pressed) if handset.pressed else Silence()
        return _hear(handset, waited, handset.pressed or _("（だまっています）"))
    if handset.wants == Wants.VOICE and act == "speak":
        return _hear(handset, Spoken(), _("（音のあとに、話しました。見本なので、録音していません）"))
    if handset.wants == Wants.VOICE and act == "0":
        return _hear(handset, Keys(act), act)
    if handset.wants == Wants.PERSON and act in {"answered", "unanswered"}:
        said = _("（係の者が出て、話しました）") if act == "answered" else _("（呼び出しましたが、出ません）")
        return _hear(handset, DialEnded(act == "answered"), said)
    return None


def _press(handset: Handset, key: str) -> None:
    if handset.digits == 1:
        return _hear(handset, Keys(key), key)
    pressed = handset.pressed if key == "#" else handset.pressed + key
    if key != "#" and len(pressed) < handset.digits:
        handset.pressed = pressed
        return None
    return _hear(handset, Keys(pressed) if pressed else Silence(), pressed or key)


def _hear(handset: Handset, heard: Heard, said: str) -> None:
    handset.say("caller", said)
    answer = services.take_step(sid=handset.sid, step_number=handset.step, heard=heard)
    _show(handset, answer or services.OVER)


def _show(handset: Handset, answer: Answer) -> None:
    handset.step, handset.pressed = answer.step, ""
    handset.wants, handset.digits = answer.ask.wants, answer.ask.digits
    for line in lines_of(answer.say):
        handset.say("line", line.text, line.spoken)
    if answer.ask.wants == Wants.NOTHING:
        handset.say("line", _("（電話が切れました）"))


def _status(handset: Handset) -> str:
    """What the handset's display says."""
    asks = Ask(Wants(handset.wants), handset.digits)
    if asks.wants == Wants.KEYS and asks.digits > 1:
        return _("番号を押してください（%(count)s桁まで）") % {"count": asks.digits}
    words = {
        Wants.KEYS: _("番号を押してください"),
        Wants.VOICE: _("ピーという音が鳴りました。話してください"),
        Wants.PERSON: _("係の者を呼び出しています"),
        Wants.NOTHING: _("電話は切れています"),
    }
    return words[asks.wants]
