"""The dialogue as TwiML: one of its two renderings. Keys only, slow, in Japanese."""

from collections.abc import Callable
from dataclasses import dataclass

from twilio.twiml.voice_response import Gather, Say, VoiceResponse

from outreach.phone.dialogue.saying import Ask, Wants
from outreach.phone.speech import Line

VOICE, LANGUAGE, RATE = "Polly.Kazuha-Neural", "ja-JP", "85%"
ONE_KEY_SECONDS, MANY_KEYS_SECONDS = 8, 6  # old hands look for the key; between digits, a slip of paper is read
NAME_SECONDS, MESSAGE_SECONDS = 15, 120
RING_SECONDS = 25


@dataclass(frozen=True)
class Addresses:
    """Where the provider's next words go. None holds anything of the caller."""

    step: str
    recorded: Callable[[str], str]  # by the kind of recording


def render(lines: list[Line], ask: Ask, addresses: Addresses) -> str:
    """The answer to a webhook. What is pressed, said, or not, comes to `addresses.step`."""
    response = VoiceResponse()
    match ask.wants:
        case Wants.KEYS:
            response.append(_gather(lines, ask, addresses))
            response.redirect(addresses.step, method="POST")
        case Wants.VOICE:
            _say(response, lines)
            _record(response, ask, addresses)
            response.redirect(addresses.step, method="POST")  # an empty recording has no action of its own
        case Wants.PERSON:
            _say(response, lines)
            response.dial(ask.number, action=addresses.step, method="POST", timeout=RING_SECONDS)
        case Wants.NOTHING:
            _say(response, lines)
            response.hangup()
    return str(response)


def _gather(lines: list[Line], ask: Ask, addresses: Addresses) -> Gather:
    gather = Gather(
        input="dtmf",
        language=LANGUAGE,
        num_digits=ask.digits,
        finish_on_key="#" if ask.digits > 1 else "",
        timeout=MANY_KEYS_SECONDS if ask.digits > 1 else ONE_KEY_SECONDS,
        action=addresses.step,
        method="POST",
        action_on_empty_result=True,
    )
    _say(gather, lines)
    return gather


def _record(response: VoiceResponse, ask: Ask, addresses: Addresses) -> None:
    response.record(
        action=addresses.step,
        method="POST",
        max_length=NAME_SECONDS if ask.keep == "name" else MESSAGE_SECONDS,
        timeout=5,
        finish_on_key="0123456789*#",
        play_beep=True,
        trim="trim-silence",
        recording_status_callback=addresses.recorded(ask.keep),
        recording_status_callback_method="POST",
    )


def _say(verb: VoiceResponse | Gather, lines: list[Line]) -> None:
    """One Say with pauses, so that a key pressed at any point of it is heard."""
    if not lines:
        return
    say = Say(voice=VOICE, language=LANGUAGE)
    for line in lines:
        say.prosody(line.spoken, rate=RATE)
        say.break_(time="600ms")
    verb.append(say)
