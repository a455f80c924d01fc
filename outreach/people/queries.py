"""Reads of people and scope shared by more than one caller."""

from outreach.people.models import Membership, Role, User
from outreach.people.rules import ALLOWED, Action, Scope


def scope_of(user: User, action: Action) -> Scope:
    """How far `user` may do `action`, over all roles held; an empty scope where none permits it."""
    memberships = [m for m in user.memberships.all() if action in ALLOWED[m.role]]
    nationwide = {Role.MINISTRY, Role.ADMINISTRATOR}
    own = {Role.INSTRUCTOR, Role.SUPPORTER}
    person = getattr(user, "person", None) if any(m.role in own for m in memberships) else None
    return Scope(
        nation=any(m.role in nationwide for m in memberships),
        prefectures=frozenset(m.prefecture_id for m in memberships if m.role == Role.PREFECTURE and m.prefecture_id),
        municipalities=frozenset(m.municipality_id for m in coordinating(memberships) if m.municipality_id),
        organisations=frozenset(m.organisation_id for m in coordinating(memberships) if m.organisation_id),
        person=person.pk if person else None,
    )


def coordinating(memberships: list[Membership]) -> list[Membership]:
    return [m for m in memberships if m.role == Role.COORDINATOR]
