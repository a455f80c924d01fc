"""Limits that the office let someone pass knowingly, as the class's and the person's record say it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db.models import QuerySet

from outreach.classes.models import Session, Waiver
from outreach.dispatch.overwork import Excess, said
from outreach.dispatch.violations import Rule
from outreach.people.models import Person, User


@dataclass(frozen=True)
class Passed:
    """What one act let one person pass: `words` say which limits and by how much."""

    session: Session
    person: Person
    words: str
    reason: str
    by: User
    at: datetime


def passed_at(session: Session) -> list[Passed]:
    """Of a class, the latest first. 1 statement."""
    return _together(session.waivers.all())


def passed_by(person: Person, most: int) -> list[Passed]:
    """Of a person, the latest first. 1 statement."""
    return _together(person.waivers.all())[:most]


def _together(rows: QuerySet[Waiver]) -> list[Passed]:
    around = ("session__venue", "session__municipality", "session__course", "person", "by")
    ordered = rows.select_related(*around).order_by("-at", "session", "person", "pk")
    return [_passed(found) for _key, found in groupby(ordered, lambda one: (one.at, one.session_id, one.person_id))]


def _passed(rows: Iterable[Waiver]) -> Passed:
    found = list(rows)
    words = said(Excess(one.person_id, Rule(one.limit), one.day, one.got, one.most) for one in found)
    one = found[0]
    return Passed(one.session, one.person, words, one.reason, one.by, one.at)
