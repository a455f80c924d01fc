"""A partner's proposal: written, sent, sent back with words or approved, and then its sessions in one step."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from geo.models import Municipality
from outreach.classes.models import Course, Scheme, Session, Venue
from outreach.classes.models.proposals import WRITABLE, Proposal, ProposalEvent, ProposalStatus, ProposedSlot
from outreach.classes.rules import JST
from outreach.classes.services.sessions import SessionError, create_session, publish_session
from outreach.people.models import Organisation, User

S = ProposalStatus


def propose(*, organisation: Organisation, municipality: Municipality, title: str, words: str, by: User) -> Proposal:
    return Proposal.objects.create(
        organisation=organisation, municipality=municipality, title=title, words=words, made_by=by
    )


@transaction.atomic
def add_slot(
    *,
    proposal: Proposal,
    venue: Venue,
    course: Course,
    starts_at: datetime,
    ends_at: datetime,
    capacity: int,
    cost: int,
) -> ProposedSlot:
    """Raises: SessionError where the proposal lies with the town, or the same hall and time stand in it."""
    _lock(proposal, WRITABLE)
    if venue.municipality_id != proposal.municipality_id:
        raise SessionError(_("提案する市区町村の会場を選んでください。"))
    if ends_at <= starts_at:
        raise SessionError(_("終わりの時刻は、始まりより後にしてください。"))
    try:
        with transaction.atomic():
            return ProposedSlot.objects.create(
                proposal=proposal,
                venue=venue,
                course=course,
                starts_at=starts_at,
                ends_at=ends_at,
                capacity=capacity,
                cost=cost,
            )
    except IntegrityError as error:
        raise SessionError(_("同じ会場と時刻の回が、もうあります。")) from error


@transaction.atomic
def remove_slot(*, slot: ProposedSlot) -> None:
    _lock(slot.proposal, WRITABLE)
    slot.delete()


@transaction.atomic
def send_proposal(*, proposal: Proposal, by: User) -> None:
    """Put it before the town. Raises: SessionError where there is nothing in it, or nobody could be rung about it."""
    _lock(proposal, WRITABLE)
    if not proposal.slots.exists():
        raise SessionError(_("回を1つ以上入れてから、送ってください。"))
    if not proposal.organisation.phone:
        raise SessionError(_("実施団体の電話番号がありません。住民からの問い合わせ先として登録してください。"))
    _move(proposal, S.SENT, by, "")


@transaction.atomic
def withdraw_proposal(*, proposal: Proposal, by: User) -> None:
    _lock(proposal, WRITABLE | {S.SENT})
    _move(proposal, S.WITHDRAWN, by, "")


@transaction.atomic
def send_back(*, proposal: Proposal, by: User, words: str) -> None:
    """The town wants something else, and says what. Raises: SessionError."""
    _lock(proposal, {S.SENT})
    if not words.strip():
        raise SessionError(_("直してほしいことを書いてください。"))
    _move(proposal, S.RETURNED, by, words.strip()[:300])


@transaction.atomic
def approve_proposal(*, proposal: Proposal, by: User) -> list[Session]:
    """Every slot becomes a published session, or none does. Raises: SessionError, with the slot that cannot be."""
    _lock(proposal, {S.SENT})
    if proposal.made_by_id == by.pk:
        raise SessionError(_("提案した人とは別の人が承認してください。"))
    made = []
    for slot in proposal.slots.select_related("venue", "course"):
        try:
            made.append(_make(proposal, slot, by))
        except SessionError as error:
            raise SessionError(f"{slot.starts_at.astimezone(JST):%m/%d %H:%M} {slot.venue}：{error}") from error
    _move(proposal, S.APPROVED, by, "")
    return made


def _make(proposal: Proposal, slot: ProposedSlot, by: User) -> Session:
    session = create_session(
        course=slot.course,
        venue=slot.venue,
        organisation=proposal.organisation,
        scheme=Scheme.PARTNER,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        capacity=slot.capacity,
        by=by,
        sample=proposal.sample,
    )
    publish_session(session=session, by=by)
    slot.session = session
    slot.save(update_fields=["session"])
    return session


@transaction.atomic
def note_costs(*, proposal: Proposal, costs: dict[int, int | None]) -> None:
    """What the slots cost in the end, in yen by slot key; None: not known. Raises: SessionError before approval."""
    _lock(proposal, {S.APPROVED})
    for slot in proposal.slots.filter(pk__in=costs):
        slot.actual_cost = costs[slot.pk]
        slot.save(update_fields=["actual_cost"])


def _lock(proposal: Proposal, wanted: frozenset[ProposalStatus] | set[ProposalStatus]) -> None:
    proposal.status = Proposal.objects.select_for_update().get(pk=proposal.pk).status
    if proposal.status not in wanted:
        raise SessionError(
            _("この提案は「%(status)s」です。画面を開き直してください。") % {"status": proposal.get_status_display()}
        )


def _move(proposal: Proposal, to: ProposalStatus, by: User, words: str) -> None:
    old = proposal.status
    if Proposal.objects.filter(pk=proposal.pk, status=old).update(status=to) != 1:
        raise SessionError(_("ほかの人が先に変更しました。画面を開き直してください。"))
    proposal.status = to
    ProposalEvent.objects.create(proposal=proposal, old=old, new=to, by=by, words=words)
