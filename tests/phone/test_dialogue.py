"""The whole dialogue as a table: every place by every key, silence, junk and hang-up, and every effect's results."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest

from outreach.phone.dialogue import Place, State, Turn, start, step
from outreach.phone.dialogue import effects as e
from outreach.phone.dialogue import heard as h
from outreach.phone.dialogue.facts import Keep
from outreach.phone.dialogue.moves import MOST_PROMPTS
from outreach.phone.dialogue.saying import Wants, Word
from tests.phone.world import CODE, RECORDING, REFERENCE, results

ONE_KEY: list[h.Heard] = [h.Keys(key) for key in "0123456789*#"]
OTHER_KEYS = ("0986200", "0312345678", "09012345678", "00000000000", "99", "1*")
LONGER: list[h.Heard] = [h.Keys(keys) for keys in (CODE, REFERENCE, *OTHER_KEYS)]
OTHER: list[h.Heard] = [
    h.Silence(),
    h.Spoken(RECORDING),
    h.Spoken(RECORDING, "0"),
    h.Spoken(RECORDING, "hangup"),
    h.Spoken(),
    h.HungUp(),
    h.DialEnded(answered=True),
    h.DialEnded(answered=False),
]
INPUTS: list[h.Heard] = [*ONE_KEY, *LONGER, *OTHER]
RINGS = [h.Ring(), h.Ring("+819000000001"), h.Ring("+819000000001", known=1), h.Ring("+819000000001", known=2)]


def settle(turn: Turn, done: tuple[e.Effect, ...] = ()) -> Iterator[tuple[Turn, tuple[e.Effect, ...]]]:
    """Every way in which a turn can end up asking something, with the effects on the way."""
    if turn.do is None:
        yield turn, done
        return
    assert turn.ask is None, "a turn either asks or does"
    assert len(done) < 4, "effects without end"
    for result in results(turn.do):
        yield from settle(step(turn.state, result), (*done, turn.do))


def plain(state: State) -> State:
    """Without the count of prompts, which changes nothing below its limit."""
    return replace(state, prompts=0)


@cache
def reachable() -> frozenset[State]:
    found: set[State] = set()
    todo = [plain(start(ring).state) for ring in RINGS]
    while todo:
        state = todo.pop()
        if state not in found:
            found.add(state)
            todo += [plain(turn.state) for heard in INPUTS for turn, _done in settle(step(state, heard))]
    return frozenset(found)


def test_every_place_is_reached() -> None:
    assert {state.at for state in reachable()} == set(Place)


@pytest.mark.parametrize("at", Place)
def test_every_place_answers_every_key_silence_junk_and_hang_up(at: Place) -> None:
    for state in (s for s in reachable() if s.at == at):
        for heard in INPUTS:
            for turn, _done in settle(step(state, heard)):
                assert turn.ask, (state, heard)
                assert (turn.ask.wants == Wants.NOTHING) == (turn.state.at == Place.ENDED), (state, heard)
                assert turn.say or turn.state.at == Place.ENDED, "silence on the line"


@pytest.mark.parametrize("at", [at for at in Place if at not in {Place.CONNECT, Place.MESSAGE, Place.ENDED}])
def test_0_reaches_a_person_from_everywhere(at: Place) -> None:
    for state in (s for s in reachable() if s.at == at):
        ways = [turn.ask for turn, done in settle(step(state, h.Keys("0"))) if e.Reach() in done]
        assert {ask.wants for ask in ways if ask} == {Wants.PERSON, Wants.VOICE}  # in hours, and outside them


@pytest.mark.parametrize("at", Place)
def test_no_dead_end_whoever_says_nothing_comes_to_an_end(at: Place) -> None:
    for state in (s for s in reachable() if s.at == at):
        now = {state}
        for _silence in range(5):
            now = {plain(turn.state) for s in now for turn, _done in settle(step(s, h.Silence()))}
        assert {s.at for s in now} == {Place.ENDED}


@pytest.mark.parametrize("at", Place)
def test_a_hang_up_ends_the_call_and_does_nothing(at: Place) -> None:
    for state in (s for s in reachable() if s.at == at):
        turn = step(state, h.HungUp())
        assert (turn.state.at, turn.do) == (Place.ENDED, None)


def test_after_two_misunderstandings_a_person_is_rung() -> None:
    for state in (s for s in reachable() if s.misses == 1 and s.at == Place.CODE):
        assert step(state, h.Keys("99")).do == e.Reach()
        assert step(state, h.Silence()).do == e.Reach()
    assert max(state.misses for state in reachable()) == 2


def test_nobody_is_led_in_circles_for_ever() -> None:
    state = start(h.Ring("+819000000001")).state
    for _again in range(MOST_PROMPTS):
        turn = step(state, h.Keys("*"))
        state = turn.state
    assert turn.do == e.Reach()


# --- bookings -------------------------------------------------------------------------------------------------------
def test_only_the_confirming_key_books_and_only_what_was_read_back() -> None:
    for state in reachable():
        for heard in INPUTS:
            book = step(state, heard).do
            if isinstance(book, e.Book):
                assert state.at in {Place.READ_BACK, Place.WHO, Place.TWICE}
                assert heard in {h.Keys("1"), h.Keys("2")}
                assert state.session
                assert book.session == state.session.pk
                assert state.number, "there must be a number to ring"


def test_only_a_found_booking_is_cancelled_moved_or_accepted_and_by_a_key_after_the_question() -> None:
    asked = {e.Cancel: Place.CANCEL_SURE, e.Move: Place.MOVE_SURE, e.Accept: Place.OWN}
    for state in reachable():
        for heard in INPUTS:
            act = step(state, heard).do
            if isinstance(act, e.Cancel | e.Move | e.Accept):
                assert state.at == asked[type(act)]
                assert heard == h.Keys("1")
                assert state.booking
                assert act.booking == state.booking.pk


def test_the_calling_number_alone_says_no_name() -> None:
    """A name is said of a booking only, and a booking is found by its reference, or made in this call."""
    for ring in RINGS:
        assert {s.word for s in start(ring).say} == {Word.GREETING, Word.MENU}
    for state in reachable():
        if state.at == Place.OWN:
            assert state.reference, "found without a reference"


def test_messages_are_stopped_for_the_calling_number_only() -> None:
    for state in reachable():
        if state.at in {Place.QUIET, Place.QUIET_SURE}:
            assert state.number
            assert not state.keyed


def test_no_way_to_a_booking_has_more_than_nine_prompts() -> None:
    """From the greeting to the reference, a misunderstanding and the last seat lost on the way included.

    Going back, asking again and correcting are the caller's own choice and are not counted.
    """
    longest = max((ways_to_a_reference(start(ring), 1, frozenset()) for ring in RINGS), default=0)
    assert 5 < longest <= 9


@cache
def ways_to_a_reference(turn: Turn, prompts: int, been: frozenset[Place]) -> int:
    """The most prompts on any way from here to hearing a reference; 0 where there is none."""
    state = turn.state
    if state.at == Place.REFERENCE:
        return prompts
    best = 0
    for heard in INPUTS:
        if heard == h.Keys("*"):
            continue
        for after, done in settle(step(state, heard)):
            missed = after.state.at == state.at and after.state.misses > state.misses
            full = any(isinstance(act, e.Book) for act in done) and after.state.at == Place.READ_BACK
            if missed or full or after.state.at not in been | {state.at}:
                best = max(best, ways_to_a_reference(after, prompts + 1, been | {state.at}))
    return best


# --- single ways ----------------------------------------------------------------------------------------------------
def walk(ring: h.Ring, *heard: h.Heard) -> Turn:
    turn = start(ring)
    for one in heard:
        turn = step(turn.state, one)
    return turn


def test_the_shortest_way_is_one_the_code_and_one() -> None:
    turn = walk(h.Ring("+819000000001"), h.Keys("1"), h.Keys(CODE), results(e.FindClass(CODE))[0], h.Keys("1"))
    assert turn.do == e.Book(1, same=False, sure=False, queue=False)


def test_a_withheld_number_is_asked_for_and_read_back() -> None:
    keyed = [h.Keys("1"), h.Keys(CODE), results(e.FindClass(CODE))[0], h.Keys("09000000001")]
    turn = walk(h.Ring(), *keyed, h.FoundNumber("+819000000001"))
    assert turn.state.at == Place.READ_BACK
    assert Word.READ_NUMBER in {saying.word for saying in turn.say}
    assert step(turn.state, h.Keys("1")).do == e.Book(1, same=False, sure=True, queue=False)


def test_a_full_class_is_offered_as_a_waitlist() -> None:
    turn = walk(h.Ring("+819000000001"), h.Keys("1"), h.Keys(CODE), results(e.FindClass(CODE))[1])
    assert Word.CONFIRM_QUEUE in {saying.word for saying in turn.say}
    assert step(turn.state, h.Keys("1")).do == e.Book(1, same=False, sure=False, queue=True)


def test_a_name_not_said_still_leads_to_the_reference() -> None:
    for state in (s for s in reachable() if s.at == Place.NAME):
        assert step(state, h.Silence()).state.at == Place.REFERENCE
        assert step(state, h.Spoken(RECORDING)).do == e.KeepRecording(Keep.NAME, RECORDING)
