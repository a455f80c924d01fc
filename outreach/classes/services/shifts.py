"""A supporter's own way to a shift: sign up, give it back, hand it over, swap, and the hours given.

Each locks the session first, so that never more sign up than helpers are missing; the ledger decides the rest (law 2).
"""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.classes import rules
from outreach.classes.models import HELD, OPEN, Handover, SchemeRule, Session, Shift
from outreach.classes.queries import gauge_of
from outreach.classes.services.sessions import SessionError, assign, unassign
from outreach.people.models import Person, Supporter
from outreach.people.queries import clock_of, own_standings
from outreach.people.services import engage, release
from outreach.people.standing import Wanted, hindrances

H = Handover.Status


@transaction.atomic
def sign_up(*, session: Session, supporter: Supporter) -> Shift:
    """Take a helper's place that is still missing. Raises: SessionError with the reason, people.services.PersonBusy."""
    locked = _lock(session)
    if locked.status not in OPEN or locked.starts_at <= timezone.now():
        raise SessionError(_("この回は、いま募集していません。"))
    if helpers_missing(gauge_of(locked)) <= 0:
        raise SessionError(_("この回の補助者は、もうそろいました。"))
    _check(supporter, locked)
    return assign(session=locked, person=supporter.person, duty=Shift.Duty.HELPER)


def helpers_missing(gauge: rules.Gauge) -> int:
    """How many may still sign up: as many as a full class needs, since learners come later."""
    return max(gauge.helpers_needed, gauge.helpers_needed_when_full) - gauge.helpers


def _lock(session: Session) -> Session:
    # Without a join: PostgreSQL would lose the row if the venue was changed by whoever held the lock before.
    return Session.objects.select_for_update().get(pk=session.pk)


def _check(supporter: Supporter, session: Session, *, ignore: str = "") -> None:
    """Raises: SessionError with every reason why this supporter may not help there."""
    Person.objects.select_for_update().get(pk=supporter.person_id)  # or two at once would pass the month's limit
    wanted = wanted_for(session)
    standing = own_standings(supporter, [(wanted, (session.venue.lat, session.venue.lon))], ignore=ignore)[0]
    reasons = hindrances(standing, wanted, clock=clock_of(wanted))
    if reasons:
        raise SessionError("／".join(reasons))


def wanted_for(session: Session) -> Wanted:
    return Wanted(session.starts_at, session.ends_at, any_hour=True)


@transaction.atomic
def give_back(*, shift: Shift) -> None:
    """Sign off, until the day by which the staff must stand; later someone else must be found. Raises: SessionError."""
    session = _lock(shift.session)
    if timezone.now() >= session.starts_at or timezone.localdate() > give_back_by(session):
        raise SessionError(_("要員の期限を過ぎたので、交代の人をさがすか、お電話ください。"))
    unassign(shift=shift)


def give_back_by(session: Session) -> date:
    """The last day on which a supporter may simply sign off."""
    rule = SchemeRule.objects.get(programme_year=session.programme_year_id, scheme=session.scheme, kind=session.kind)
    return rules.staffing_due(session.starts_at, rule.staffing_deadline_days)


# --- handing over ---------------------------------------------------------------------------------------------------
@transaction.atomic
def ask_handover(*, shift: Shift) -> Handover:
    """Look for someone else; the shift stays with its holder until it is taken. Raises: SessionError."""
    session = _lock(shift.session)
    if session.starts_at <= timezone.now() or session.status not in OPEN:
        raise SessionError(_("始まった回や終わった回の交代は、さがせません。"))
    found, _made = Handover.objects.get_or_create(
        shift=shift, status=H.OPEN, defaults={"giver_id": shift.person_id, "asked_at": timezone.now()}
    )
    return found


@transaction.atomic
def withdraw_handover(*, handover: Handover) -> None:
    _settle(handover, H.WITHDRAWN)


@transaction.atomic
def take_over(*, handover: Handover, supporter: Supporter) -> Shift:
    """Take the shift. Raises: SessionError, people.services.PersonBusy; nothing has changed then."""
    session = _lock(handover.shift.session)
    if session.starts_at <= timezone.now() or session.status not in OPEN:
        raise SessionError(_("この回は、いま募集していません。"))
    _check(supporter, session)
    _settle(handover, H.TAKEN, taker=supporter.person)
    return reassign(shift=handover.shift, person=supporter.person)


@transaction.atomic
def offer_swap(*, handover: Handover, own: Shift) -> None:
    """Offer one's own shift for it; whoever asked decides. Raises: SessionError."""
    first, second = handover.shift, own
    if own.person_id == first.person_id or first.session_id == second.session_id:
        raise SessionError(_("この担当とは、取りかえられません。"))
    if own.session.starts_at <= timezone.now() or own.duty != Shift.Duty.HELPER:
        raise SessionError(_("この担当とは、取りかえられません。"))
    rows = Handover.objects.filter(pk=handover.pk, status=H.OPEN, in_return__isnull=True)
    if not rows.update(taker=own.person, in_return=own):
        raise SessionError(_("この交代は、もう決まったか、ほかの人が申し出ています。"))


@transaction.atomic
def answer_swap(*, handover: Handover, agreed: bool) -> None:
    """Agree, and both change places at once; or refuse, and it is open again. Raises: SessionError, PersonBusy."""
    if not agreed:
        Handover.objects.filter(pk=handover.pk, status=H.OPEN).update(taker=None, in_return=None)
        return
    mine, other = handover.shift, handover.in_return
    if other is None:
        raise SessionError(_("この申し出は、もうありません。"))
    sessions = {one.pk: _lock(one) for one in sorted((mine.session, other.session), key=lambda s: s.pk)}
    giver, taker = handover.giver, handover.taker
    still = Handover.objects.filter(pk=handover.pk, status=H.OPEN, in_return=other, taker=taker)
    still = still.filter(shift__person=giver, in_return__person=taker)
    if taker is None or not still.exists():
        raise SessionError(_("この申し出は、もうありません。"))
    for person, goes_to, leaves in ((taker, mine, other), (giver, other, mine)):
        session = sessions[goes_to.session_id]
        if session.status not in OPEN or session.starts_at <= timezone.now():
            raise SessionError(_("この回は、いま募集していません。"))
        _check(person.supporter, session, ignore=leaves.session.subject)
    _settle(handover, H.TAKEN, taker=taker)
    for shift in (mine, other):
        release(subject=shift.session.subject, person=shift.person)
    for shift, person in ((mine, taker), (other, giver)):
        _put(shift, person, sessions[shift.session_id])


@transaction.atomic
def reassign(*, shift: Shift, person: Person) -> Shift:
    """Give the shift to someone else, with the time it takes. Raises: SessionError, people.services.PersonBusy."""
    session = _lock(shift.session)
    if session.shifts.filter(person=person).exists():
        raise SessionError(_("%(person)sさんは、すでにこの回に入っています。") % {"person": person})
    if Shift.objects.filter(pk=shift.pk, person=shift.person_id).count() != 1:
        raise SessionError(_("ほかの人が先に変更しました。画面を開き直してください。"))
    release(subject=session.subject, person=shift.person)
    Handover.objects.filter(shift=shift, status=H.OPEN).update(status=H.TAKEN, taker=person, settled_at=timezone.now())
    _put(shift, person, session)
    return shift


def _put(shift: Shift, person: Person, session: Session) -> None:
    engage(
        person=person,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        subject=session.subject,
        place=(session.venue.lat, session.venue.lon),
    )
    Shift.objects.filter(pk=shift.pk).update(person=person, arrived_at=None, minutes=None)
    shift.person = person


def _settle(handover: Handover, to: str, *, taker: Person | None = None) -> None:
    """By compare-and-set (law 10). Raises: SessionError where it is settled already."""
    rows = Handover.objects.filter(pk=handover.pk, status=H.OPEN)
    if rows.update(status=to, taker=taker or handover.taker, settled_at=timezone.now()) != 1:
        raise SessionError(_("この交代は、もう決まっています。"))


# --- the day itself -------------------------------------------------------------------------------------------------
@transaction.atomic
def check_in(*, shift: Shift, now: datetime) -> None:
    """Note that they came; the hours count only then. Noted twice, the first stands. Raises: SessionError."""
    session = shift.session
    if now < session.starts_at - rules.DOORS_OPEN or session.status not in OPEN | HELD:
        raise SessionError(_("来た記録は、始まる2時間前からつけられます。"))
    Shift.objects.filter(pk=shift.pk, arrived_at__isnull=True).update(arrived_at=now)
    shift.refresh_from_db()


@transaction.atomic
def count_minutes(*, shift: Shift, minutes: int, now: datetime) -> None:
    """Write the time given, 0 where they did not come after all. Raises: SessionError before the class has begun."""
    if now < shift.session.starts_at:
        raise SessionError(_("まだ始まっていない回の時間は、つけられません。"))
    if minutes and shift.arrived_at is None:
        check_in(shift=shift, now=now)
    Shift.objects.filter(pk=shift.pk).update(minutes=minutes or None, arrived_at=shift.arrived_at if minutes else None)
    shift.refresh_from_db()
