"""The steps that every part of the conversation is made of."""

from dataclasses import replace

from outreach.phone.dialogue.effects import Effect, Reach
from outreach.phone.dialogue.prompts import PROMPTS
from outreach.phone.dialogue.saying import Ask, Saying, Wants, Word
from outreach.phone.dialogue.state import Place, State, Turn

MOST_MISSES = 2  # then a person
MOST_PROMPTS = 40  # then a person: nobody is led in circles for ever


def ask(state: State, at: Place, *say: Saying) -> Turn:
    """Say, and ask what is asked at `at`."""
    if state.prompts >= MOST_PROMPTS and at not in {Place.MESSAGE, Place.ENDED}:
        return to_person(state, *say)
    there = replace(state, at=at, prompts=state.prompts + 1)
    asked, wants = PROMPTS[at](there)
    return Turn(there, (*say, *asked), wants)


def do(state: State, effect: Effect, *say: Saying) -> Turn:
    return Turn(state, say, do=effect)


def to_menu(state: State, *say: Saying) -> Turn:
    """Back to the beginning, with nothing left of what was spoken of."""
    fresh = replace(state, session=None, near=(), same=None, reference="", booking=None, wish=None)
    return ask(fresh, Place.MENU, *say)


def miss(state: State, why: Word = Word.NOT_UNDERSTOOD, at: Place | None = None) -> Turn:
    """Not understood: ask again, and after the second time in a call get a person."""
    state = replace(state, misses=state.misses + 1)
    if state.misses >= MOST_MISSES:
        return to_person(state, Saying(why), Saying(Word.SORRY))
    return ask(state, at or state.at, Saying(why))


def to_person(state: State, *say: Saying) -> Turn:
    return do(replace(state, at=Place.CONNECT), Reach(), *say)


def connect(state: State, number: str) -> Turn:
    """Ring a person and put the caller through."""
    return Turn(state, (Saying(Word.CONNECTING),), Ask(Wants.PERSON, number=number))


def end(state: State, *say: Saying) -> Turn:
    return ask(state, Place.ENDED, *say, Saying(Word.GOODBYE))
