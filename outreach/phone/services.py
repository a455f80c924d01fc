"""A call, step by step: each step of the dialogue with its effects is one transaction, done once however often told."""

from dataclasses import dataclass

from django.db import transaction
from pydantic import TypeAdapter

from geo.models import Municipality
from outreach.classes.models import Session
from outreach.contact.models import SenderNumber
from outreach.phone.acts import act
from outreach.phone.dialogue import Place, State, Turn, start, step
from outreach.phone.dialogue.heard import Heard, HungUp, Ring
from outreach.phone.dialogue.saying import Ask, Saying, Wants
from outreach.phone.models import Call
from outreach.registration.models import Booking, Resident

MOST_EFFECTS = 10  # one step does two at most; a dialogue in circles stops here


@dataclass(frozen=True)
class Answer:
    """Where the call stands, what to say and what to wait for. `step` is the number that the next input bears."""

    step: int
    state: State
    say: tuple[Saying, ...]
    ask: Ask


ANSWERS = TypeAdapter(Answer)
OVER = Answer(0, State(at=Place.ENDED), (), Ask(Wants.NOTHING))


@transaction.atomic
def ring(*, sid: str, number: str, line: str, sample: bool = False) -> Answer:
    """Take a call: greet, and give the menu. Told again, it says what it said last.

    `number`: E.164 of the caller, empty where withheld. `line`: the number that was rung.
    """
    town = _town_of_line(line)
    call, made = Call.objects.get_or_create(
        sid=sid,
        defaults={
            "number": number,
            "line": line,
            "municipality": town or _town_of_caller(number),
            "sample": sample,
        },
    )
    if not made:
        return answer_of(call)
    known = Resident.objects.filter(phone=number).count() if number else 0
    return _go_on(call, start(Ring(number, known, town.name if town else "", town.kana if town else "")))


@transaction.atomic
def take_step(*, sid: str, step_number: int, heard: Heard) -> Answer | None:
    """Hear what was pressed or said after the answer `step_number`; None for a call that we don't know.

    Repeated, late, or early: nothing changes, and the answer is the last one. An effect that fails undoes the step.
    """
    call = Call.objects.select_for_update(of=("self",)).filter(sid=sid).first()
    if call is None:
        return None
    if call.ended or step_number != call.step:
        return answer_of(call)
    return _go_on(call, step(answer_of(call).state, heard))


@transaction.atomic
def hang_up(*, sid: str) -> None:
    """The call is over: what it remembered of the caller is emptied."""
    call = Call.objects.select_for_update(of=("self",)).filter(sid=sid, ended=False).first()
    if call:
        _go_on(call, step(answer_of(call).state, HungUp()))


def answer_of(call: Call) -> Answer:
    return ANSWERS.validate_python(call.answer) if call.answer else OVER


def _go_on(call: Call, turn: Turn) -> Answer:
    """Do what the turn wants done and hear the result, until something is to be asked; then remember the answer."""
    say = turn.say
    for _effect in range(MOST_EFFECTS):
        if turn.do is None:
            break
        turn = step(turn.state, act(call, turn.state, turn.do))
        say += turn.say
    return _remember(call, turn.state, say, turn.ask or Ask(Wants.NOTHING))


def _remember(call: Call, state: State, say: tuple[Saying, ...], ask: Ask) -> Answer:
    call.number = state.number or call.number
    call.ended = state.at == Place.ENDED
    call.step += 1
    if state.session and not call.municipality_id:
        call.municipality_id = Session.objects.values_list("municipality_id", flat=True).get(pk=state.session.pk)
    answer = Answer(call.step, State(at=Place.ENDED) if call.ended else state, say, ask)
    call.answer = ANSWERS.dump_python(answer, mode="json")
    call.save()
    return answer


def _town_of_line(line: str) -> Municipality | None:
    """A town may have a line of its own: then it is greeted by name, and its staff ring back."""
    rows = SenderNumber.objects.filter(number=line, use=SenderNumber.Use.LINE, active=True)
    found = rows.select_related("municipality").first() if line else None
    return found.municipality if found else None


def _town_of_caller(number: str) -> Municipality | None:
    """Where the caller's number was booked last: whose staff ring back. Never said aloud."""
    rows = Booking.objects.filter(resident__phone=number).select_related("session__municipality")
    last = rows.order_by("-applied_at").first() if number else None
    return last.session.municipality if last else None
