"""Supporters' shifts with everyone told, reminders, thanks, and leaving: acts that cross rooms."""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.classes import services as classes
from outreach.classes.models import OPEN, Handover, Session, SessionStatus, Shift
from outreach.classes.rules import JST
from outreach.contact.models import Channel, ConsentSource, Kind, Purpose
from outreach.contact.services import record_consent, work_note
from outreach.desk.queries.sessions import AROUND
from outreach.desk.services.limits import Consent, own_limits, within_limits
from outreach.desk.services.sessions import tell_staff
from outreach.people import services as people
from outreach.people.models import Person, Supporter, SupporterApplication, TrainingAttendance
from outreach.registration import services as registration
from outreach.registration.notices import spoken_time

REMIND_AT = time(10)  # the day before, when an office is there to take a call


@transaction.atomic
def apply_to_help(*, application: SupporterApplication, by_sms: bool) -> None:
    """Keep an application, and in the ledger whether they take texts about their work. Sent twice, it is one."""
    kept, new = people.apply_to_help(application=application)
    if by_sms and new:
        agree_to_texts(number=kept.phone, given=True, sample=kept.sample)


def agree_to_texts(*, number: str, given: bool, sample: bool = False) -> None:
    """What someone who works here says of texts about their work."""
    record_consent(
        number=number,
        given=given,
        at=timezone.now(),
        source=ConsentSource.WEB,
        channel=Channel.SMS,
        purpose=Purpose.WORK,
        sample=sample,
    )


def sign_up(*, session: Session, supporter: Supporter) -> Shift:
    """Take a helper's place; who teaches too, within their limits. Raises: SessionError, PersonBusy."""
    with own_limits([session], [supporter.person]):
        return classes.sign_up(session=session, supporter=supporter)


@transaction.atomic
def take_over(*, handover: Handover, supporter: Supporter) -> Shift:
    """Take someone's shift; whoever gave it is told. Raises: classes.services.SessionError, PersonBusy."""
    giver = handover.giver
    with own_limits([handover.shift.session], [supporter.person]):
        shift = classes.take_over(handover=handover, supporter=supporter)
    _tell_handed_over(handover, giver, supporter.person)
    return shift


@transaction.atomic
def answer_swap(*, handover: Handover, agreed: bool) -> None:
    """Agree to a swap or refuse it; the other is told. Raises: classes.services.SessionError, PersonBusy."""
    taker, own = handover.taker, handover.in_return
    if agreed and taker and own:
        with own_limits([handover.shift.session, own.session], [handover.giver, taker]):
            classes.answer_swap(handover=handover, agreed=True)
    else:
        classes.answer_swap(handover=handover, agreed=agreed)
    if taker and own:
        words = (
            _("取りかえました。%(new)sをお願いします。")
            if agreed
            else _("取りかえられませんでした。%(own)sをお願いします。")
        )
        text = words % {"new": spoken_time(handover.shift.session), "own": spoken_time(own.session)}
        work_note(person=taker, subject=f"handover:{handover.pk}/swap:{own.pk}", title=_("担当の交代"), text=text)


@transaction.atomic
def substitute(*, shift: Shift, person: Person, consent: Consent | None = None) -> Shift:
    """The office gives a shift to someone else: both are told.

    Raises: classes.services.SessionError, PersonBusy, NeedsReason.
    """
    giver, session = shift.person, shift.session
    if session.starts_at <= timezone.now() or session.status not in {*OPEN, SessionStatus.DRAFT}:
        raise classes.SessionError(_("終わった回や中止した回の要員は、変えられません。"))
    if shift.duty == Shift.Duty.HELPER and classes.training_expired(person, session):
        raise classes.SessionError(_("%(person)sさんの研修の有効期限が、その日には切れています。") % {"person": person})
    classes.lock_session(session)
    with within_limits([session], [person], consent=consent):
        classes.reassign(shift=shift, person=person)
    when = spoken_time(session)
    stamp = f"{timezone.now():%m%d%H%M%S}"
    for one, text in (
        (giver, _("%(when)sの担当は、ほかの人に代わりました。") % {"when": when}),
        (person, _("%(when)s、%(venue)sの担当をお願いします。") % {"when": when, "venue": session.venue.name}),
    ):
        work_note(person=one, subject=f"{session.subject}/sub:{one.pk}:{stamp}", title=_("担当の交代"), text=text)
    return shift


def _tell_handed_over(handover: Handover, giver: Person, taker: Person) -> None:
    text = _("%(when)sの担当は、代わりの人が見つかりました。") % {"when": spoken_time(handover.shift.session)}
    work_note(person=giver, subject=f"handover:{handover.pk}", title=_("担当の交代"), text=text)


@transaction.atomic
def count_and_thank(*, shift: Shift, minutes: int, now: datetime) -> None:
    """Write the time given; the first time, thank them. Raises: classes.services.SessionError."""
    classes.count_minutes(shift=shift, minutes=minutes, now=now)
    if minutes and shift.duty == Shift.Duty.HELPER and not shift.session.sample:
        text = _("%(when)sの活動、ありがとうございました。活動の時間に加えました。") % {
            "when": spoken_time(shift.session)
        }
        subject = f"{shift.session.subject}/thanks:{shift.person_id}"
        work_note(person=shift.person, subject=subject, title=_("ありがとうございました"), text=text)


def remind_staff(*, now: datetime) -> int:
    """Tell everyone on duty tomorrow, from ten in the morning on, once a revision; returns how many shifts."""
    local = now.astimezone(JST)
    if local.time() < REMIND_AT:
        return 0
    first = datetime.combine(local.date() + timedelta(days=1), time(), tzinfo=JST)
    around = [f"session__{name}" for name in AROUND]
    shifts = Shift.objects.filter(
        session__status__in=OPEN, session__starts_at__gte=first, session__starts_at__lt=first + timedelta(days=1)
    ).select_related("person", *around)
    for shift in shifts:
        tell_staff(shift.person, shift.session, Kind.REMINDER_DAY_BEFORE, {})
    return len(shifts)


@transaction.atomic
def leave(*, supporter: Supporter) -> int:
    """Stop helping from today: shifts, visits and places to come are given back, and show as missing at the office.

    Returns how many duties came free.
    """
    now, person = timezone.now(), supporter.person
    Person.objects.select_for_update().get(pk=person.pk)
    freed = 0
    for shift in Shift.objects.filter(person=person, session__starts_at__gt=now).select_related("session", "person"):
        classes.unassign(shift=shift)
        freed += 1
    freed += registration.give_back_supports(person=person, now=now)
    places = TrainingAttendance.objects.filter(person=person, meeting__starts_at__gt=now)
    for place in places.select_related("meeting", "person"):
        people.give_up(attendance=place)
    people.leave(supporter=supporter, on=timezone.localdate())
    return freed
