"""Partners' proposals as far as a scope reaches, and what their slots came to."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum

from outreach.classes.models import (
    HELD,
    ProgrammeYear,
    Proposal,
    ProposedSlot,
    Scheme,
    SchemeRule,
    SessionKind,
    SessionReport,
)
from outreach.classes.rules import JST, fiscal_year_of, slots_of, unit_cost
from outreach.people.models import Organisation
from outreach.people.rules import Scope


def _towns(scope: Scope) -> Q:
    """Where a scope speaks for the town: by its own reach, or as the town hall's office."""
    halls = Organisation.objects.filter(pk__in=scope.organisations, kind=Organisation.Kind.MUNICIPALITY)
    return Q(municipality__in=scope.municipalities) | Q(municipality__in=halls.values("municipality"))


def proposals_in(scope: Scope) -> QuerySet[Proposal]:
    """One's own, and those put before one's town: a draft is seen by the partner alone. 1 statement."""
    found = Proposal.objects.select_related("organisation", "municipality__prefecture", "made_by")
    if scope.nation:
        return found
    own = Q(organisation__in=scope.organisations)
    return found.filter(own | (_towns(scope) & ~Q(status="draft")))


def decides(scope: Scope, proposal: Proposal) -> bool:
    """May this scope answer for the town?"""
    return scope.nation or Proposal.objects.filter(_towns(scope), pk=proposal.pk).exists()


def writes(scope: Scope, proposal: Proposal) -> bool:
    """May this scope change what is proposed?"""
    return scope.nation or proposal.organisation_id in scope.organisations


def partners_in(scope: Scope) -> QuerySet[Organisation]:
    found = Organisation.objects.filter(kind=Organisation.Kind.PARTNER)
    return found if scope.nation else found.filter(pk__in=scope.organisations)


def with_counts(found: QuerySet[Proposal]) -> QuerySet[Proposal]:
    return found.annotate(sessions=Count("slots"), cost=Sum("slots__cost"))


@dataclass(frozen=True)
class SlotLine:
    """A slot with its session's outcome. `komas`: units of teaching time."""

    slot: ProposedSlot
    komas: int
    held: bool
    learners: int | None


@dataclass(frozen=True)
class Balance:
    """A proposal in yen and コマ, planned and as it came, beside the year's unit cost."""

    komas: int
    cost: int
    unit: int | None
    held_komas: int
    held_cost: int
    held_unit: int | None
    learners: int
    unknown: int  # held slots whose cost is not noted yet
    rule: int | None

    @property
    def over(self) -> bool:
        unit = self.held_unit if self.held_komas and not self.unknown else self.unit
        return bool(self.rule is not None and unit is not None and unit > self.rule)


def lines_of(proposal: Proposal) -> list[SlotLine]:
    """3 statements, however many slots."""
    slots = list(proposal.slots.select_related("venue", "course", "session"))
    minutes = dict(ProgrammeYear.objects.values_list("pk", "slot_minutes"))
    keys = [slot.session_id for slot in slots]
    learners = dict(SessionReport.objects.filter(session__in=keys).values_list("session", "learners"))
    return [
        SlotLine(
            slot,
            slots_of(
                slot.starts_at, slot.ends_at, minutes.get(fiscal_year_of(slot.starts_at.astimezone(JST).date()), 60)
            ),
            bool(slot.session and slot.session.status in HELD),
            learners.get(slot.session_id or 0),
        )
        for slot in slots
    ]


def sum_of(lines: list[SlotLine]) -> Balance:
    """The unit cost counts held slots whose cost is known; what is not known is said, not guessed. 1 statement."""
    held = [line for line in lines if line.held]
    known = [line for line in held if line.slot.actual_cost is not None]
    komas, cost = sum(line.komas for line in lines), sum(line.slot.cost for line in lines)
    held_komas, held_cost = sum(line.komas for line in known), sum(line.slot.actual_cost or 0 for line in known)
    return Balance(
        komas,
        cost,
        unit_cost(cost, komas),
        sum(line.komas for line in held),
        held_cost,
        unit_cost(held_cost, held_komas),
        sum(line.learners or 0 for line in held),
        len(held) - len(known),
        _rule(lines),
    )


def _rule(lines: list[SlotLine]) -> int | None:
    if not lines:
        return None
    found = SchemeRule.objects.filter(
        programme_year=_year(lines[0].slot), scheme=Scheme.PARTNER, kind=SessionKind.CLASS
    )
    return found.values_list("unit_cost", flat=True).first()


def _year(slot: ProposedSlot) -> int:
    return fiscal_year_of(slot.starts_at.astimezone(JST).date())
