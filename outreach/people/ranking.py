"""Who fits best and why: one manner of ranking people for visits, shifts and dispatch. Pure: no database, no clock.

Each caller has a table of `Rule`s and weighs a person by them; what forbids a person is a hindrance, never a low score,
so that an ineligible person cannot be among the ranked whatever the weights.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Rule:
    """One thing that counts, and for how much at most."""

    code: str
    label: str | Promise
    weight: int


@dataclass(frozen=True)
class Reason:
    """What one rule gave one person, and why in words that staff can read out. `points`: 0 … the rule's weight."""

    rule: Rule
    points: int
    words: str


@dataclass(frozen=True)
class Candidate:
    """A person who might be asked. `person` is the key of people.Person; `note` says where from and for whom."""

    person: int
    name: str
    kana: str
    reasons: tuple[Reason, ...] = ()
    hindrances: tuple[str, ...] = ()
    note: str = ""

    @property
    def eligible(self) -> bool:
        return not self.hindrances

    @property
    def points(self) -> int:
        return sum(reason.points for reason in self.reasons)

    @property
    def out_of(self) -> int:
        return sum(reason.rule.weight for reason in self.reasons)


def weigh(rule: Rule, part: float, words: str) -> Reason:
    """Give `part` (0 … 1, cut to that) of the rule's weight, in whole points."""
    return Reason(rule, round(rule.weight * min(1.0, max(0.0, part))), words)


def nearness(rule: Rule, km: float, reach_km: float, words: str) -> Reason:
    """All points at the door, none at the end of the reach or beyond."""
    return weigh(rule, 1 - km / reach_km if reach_km > 0 else 0, words)


def rank(candidates: Iterable[Candidate], *, most: int | None = None) -> list[Candidate]:
    """The eligible ones, the fittest first; equals by kana, then by key, so that the same people give the same list."""
    return sorted((one for one in candidates if one.eligible), key=_order)[:most]


def hindered(candidates: Iterable[Candidate], *, most: int | None = None) -> list[Candidate]:
    """Those who cannot be asked, each with why: those with fewest hindrances first."""
    found = (one for one in candidates if not one.eligible)
    return sorted(found, key=lambda one: (len(one.hindrances), *_order(one)))[:most]


def _order(one: Candidate) -> tuple[int, str, int]:
    return (-one.points, one.kana, one.person)
