"""Writes to sessions: each change with its event, its room, its people and its site, in one transaction."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from outreach.classes import codes, rules
from outreach.classes.models import (
    PLANNED,
    Course,
    Entry,
    ProgrammeYear,
    SchemeRule,
    Series,
    Session,
    SessionEvent,
    SessionKind,
    SessionStatus,
    Shift,
    Site,
    Venue,
    VenueHold,
)
from outreach.classes.queries import gauge_of
from outreach.people.models import Organisation, Person, Supporter, User
from outreach.people.services import engage, release
from outreach.people.standing import valid_on


class SessionError(Exception):
    """A session cannot become so. `str()` is for staff to read."""


@transaction.atomic
def create_session(
    *,
    course: Course,
    venue: Venue,
    organisation: Organisation,
    scheme: str,
    starts_at: datetime,
    ends_at: datetime,
    by: User | None,
    kind: str = SessionKind.CLASS,
    capacity: int | None = None,
    note: str = "",
    series: Series | None = None,
    entry: str = Entry.BOOKING,
    sample: bool = False,
) -> Session:
    """Draft a session and take its room. `capacity` defaults to the year's for the scheme, within the venue's.

    Raises: SessionError where the year or scheme has no rules, the room is taken, or the seats don't fit.
    """
    rule = find_rule(starts_at=starts_at, scheme=scheme, kind=kind)
    seats = capacity or min(rule.default_capacity, venue.capacity)
    _check_fit(starts_at, ends_at, seats, venue)
    session = Session(
        programme_year_id=rule.programme_year_id,
        scheme=scheme,
        kind=kind,
        course=course,
        organisation=organisation,
        venue=venue,
        municipality_id=venue.municipality_id,
        starts_at=starts_at,
        ends_at=ends_at,
        capacity=seats,
        note=note,
        series=series,
        entry=entry,
        sample=sample,
    )
    _save_with_new_code(session)
    hold_venue(venue=venue, starts_at=starts_at, ends_at=ends_at, subject=session.subject)
    SessionEvent.objects.create(session=session, new=SessionStatus.DRAFT, by=by)
    return session


def find_rule(*, starts_at: datetime, scheme: str, kind: str) -> SchemeRule:
    """The rules of the fiscal year in which the session starts. Raises: SessionError."""
    year = rules.fiscal_year_of(starts_at.astimezone(rules.JST).date())
    rule = SchemeRule.objects.filter(programme_year=year, scheme=scheme, kind=kind).first()
    if rule is None:
        raise SessionError(_("%(year)s年度のこの事業類型の決まりが登録されていません。") % {"year": year})
    return rule


def _check_fit(starts_at: datetime, ends_at: datetime, seats: int, venue: Venue) -> None:
    if ends_at <= starts_at:
        raise SessionError(_("終わりの時刻は、始まりより後にしてください。"))
    if seats > venue.capacity:
        raise SessionError(
            _("定員%(seats)s人は、会場の収容人数%(room)s人を超えています。") % {"seats": seats, "room": venue.capacity}
        )


def _save_with_new_code(session: Session) -> None:
    for _attempt in range(20):
        session.code = codes.new_code(codes.SESSION_DIGITS)
        if not Session.objects.filter(code=session.code).exists():
            session.save(force_insert=True)
            return
    raise SessionError(_("講習会番号を作れませんでした。もう一度お試しください。"))


@transaction.atomic
def hold_venue(*, venue: Venue, starts_at: datetime, ends_at: datetime, subject: str) -> None:
    """Take the room for [starts_at, ends_at). Raises: SessionError where it is taken."""
    Venue.objects.select_for_update().get(pk=venue.pk)
    clash = VenueHold.objects.filter(venue=venue, starts_at__lt=ends_at, ends_at__gt=starts_at).exclude(subject=subject)
    try:
        if clash.exists():
            raise IntegrityError
        with transaction.atomic():
            VenueHold.objects.update_or_create(
                subject=subject, defaults={"venue": venue, "starts_at": starts_at, "ends_at": ends_at}
            )
    except IntegrityError as error:
        raise SessionError(_("会場「%(venue)s」は、その時間にほかの予定があります。") % {"venue": venue}) from error


def lock_session(session: Session) -> None:
    """Lock the session, and bring `session` up to what stands: what was read before the lock may have been moved since.

    Whoever books people or rooms by a session's times takes this lock first, before that of a room or a person.
    """
    # Without a join: PostgreSQL would lose the row if the venue was changed by whoever held the lock before.
    locked = Session.objects.select_for_update().get(pk=session.pk)
    for field in ("status", "starts_at", "ends_at", "venue_id", "municipality_id", "programme_year_id", "capacity"):
        setattr(session, field, getattr(locked, field))
    session.revision = locked.revision


@transaction.atomic
def change_status(*, session: Session, to: SessionStatus, by: User | None, reason: str = "") -> None:
    """Move by compare-and-set, write the event, and count the site (laws 9, 10). Updates `session` in place.

    Raises: SessionError where the step is not allowed or someone else was quicker.
    """
    old = SessionStatus(session.status)
    if not rules.may_follow(old, to):
        raise SessionError(_("「%(old)s」から「%(new)s」にはできません。") % {"old": old.label, "new": to.label})
    if Session.objects.filter(pk=session.pk, status=old).update(status=to) != 1:
        raise SessionError(_("ほかの人が先に変更しました。画面を開き直してください。"))
    session.status = to
    SessionEvent.objects.create(session=session, old=old, new=to, by=by, reason=reason)
    _count_site(session, *rules.site_change(old, to))


def _count_site(session: Session, planned: int, held: int) -> None:
    if not (planned or held):
        return
    site, _made = Site.objects.get_or_create(
        programme_year_id=session.programme_year_id,
        venue_id=session.venue_id,
        scheme=session.scheme,
        defaults={"municipality_id": session.municipality_id},
    )
    Site.objects.filter(pk=site.pk).update(
        planned_sessions=F("planned_sessions") + planned, held_sessions=F("held_sessions") + held
    )


@transaction.atomic
def publish_session(*, session: Session, by: User | None) -> None:
    """Open for bookings. Raises: SessionError where the organisation cannot be reached by telephone."""
    if not session.organisation.phone:
        raise SessionError(_("実施団体の電話番号がありません。住民からの問い合わせ先として登録してください。"))
    change_status(session=session, to=SessionStatus.PUBLISHED, by=by)


@transaction.atomic
def confirm_session(*, session: Session, by: User | None) -> None:
    """開催決定. Raises: SessionError where the staff is short and no second person approved going ahead (law 3)."""
    locked = Session.objects.select_for_update().get(pk=session.pk)
    gauge = gauge_of(locked)
    if not gauge.met and locked.exception_approved_by_id is None:
        raise SessionError(
            _("要員が足りません（講師 あと%(instructors)s人、補助者 あと%(helpers)s人）。")
            % {"instructors": gauge.instructors_missing, "helpers": gauge.helpers_missing}
        )
    change_status(session=session, to=SessionStatus.CONFIRMED, by=by, reason=locked.exception_reason)


@transaction.atomic
def ask_exception(*, session: Session, by: User, reason: str) -> None:
    """Ask to go ahead with fewer staff; a second person must approve."""
    if not reason.strip():
        raise SessionError(_("理由を書いてください。"))
    Session.objects.filter(pk=session.pk).update(
        exception_reason=reason.strip(), exception_asked_by=by, exception_approved_by=None
    )
    session.refresh_from_db()


@transaction.atomic
def approve_exception(*, session: Session, by: User) -> None:
    asked = Session.objects.filter(pk=session.pk, exception_asked_by__isnull=False).exclude(exception_asked_by=by)
    if asked.update(exception_approved_by=by) != 1:
        raise SessionError(_("申請した人とは別の人が承認してください。"))
    session.refresh_from_db()


@transaction.atomic
def assign(*, session: Session, person: Person, duty: str) -> Shift:
    """Put a person on the session and book their time.

    Raises: SessionError (not certified on that day, already there), people.services.PersonBusy (elsewhere then).
    """
    lock_session(session)
    if session.status == SessionStatus.CANCELLED:
        raise SessionError(_("中止になった回です。"))
    if duty == Shift.Duty.INSTRUCTOR and not _certified(person, session):
        raise SessionError(_("%(person)sさんには、この講座を教える有効な資格がありません。") % {"person": person})
    if duty == Shift.Duty.HELPER and training_expired(person, session):
        raise SessionError(_("%(person)sさんの研修の有効期限が、その日には切れています。") % {"person": person})
    engage(
        person=person,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        subject=session.subject,
        place=(session.venue.lat, session.venue.lon),
    )
    return Shift.objects.create(session=session, person=person, duty=duty)


def _certified(person: Person, session: Session) -> bool:
    day = session.starts_at.astimezone(rules.JST).date()
    valid = person.qualifications.filter(skill=session.course.skill_id, valid_from__lte=day)
    return valid.exclude(valid_to__lt=day).exists()


def training_expired(person: Person, session: Session) -> bool:
    """Whether a supporter was trained once, and no longer is on that day. Staff may still ask one never trained."""
    supporter = Supporter.objects.filter(person=person).first()
    if supporter is None:
        return False
    day = session.starts_at.astimezone(rules.JST).date()
    spans = list(person.qualifications.filter(skill=supporter.skill_needed).values_list("valid_from", "valid_to"))
    return bool(spans) and not any(valid_on(day, *span) for span in spans)


@transaction.atomic
def unassign(*, shift: Shift) -> None:
    lock_session(shift.session)
    release(subject=shift.session.subject, person=shift.person)
    shift.delete()


@transaction.atomic
def cancel_session(*, session: Session, by: User | None, reason: str) -> None:
    """Cancel, and free the room and the people. Telling residents is `desk.services.cancel_session`."""
    change_status(session=session, to=SessionStatus.CANCELLED, by=by, reason=reason)
    VenueHold.objects.filter(subject=session.subject).delete()
    release(subject=session.subject)
    session.shifts.all().delete()


@transaction.atomic
def move_session(
    *,
    session: Session,
    starts_at: datetime,
    ends_at: datetime,
    venue: Venue | None = None,
    by: User | None,
    reason: str,
) -> None:
    """Move in time or place: room, people's time and site follow, and the revision rises, so that all are told anew.

    Raises: SessionError, people.services.PersonBusy (an assigned person can't be there: unassign first).
    """
    lock_session(session)
    place = venue or session.venue
    if session.status not in {SessionStatus.DRAFT, SessionStatus.PUBLISHED, SessionStatus.CONFIRMED}:
        raise SessionError(_("終わった回や中止した回は、動かせません。"))
    _check_fit(starts_at, ends_at, session.capacity, place)
    rule = find_rule(starts_at=starts_at, scheme=session.scheme, kind=session.kind)
    hold_venue(venue=place, starts_at=starts_at, ends_at=ends_at, subject=session.subject)
    planned = int(session.status in PLANNED)
    _count_site(session, -planned, 0)
    session.venue, session.municipality_id = place, place.municipality_id
    session.starts_at, session.ends_at = starts_at, ends_at
    session.programme_year_id = rule.programme_year_id
    session.revision += 1
    session.save(update_fields=["venue", "municipality", "starts_at", "ends_at", "programme_year", "revision"])
    _count_site(session, planned, 0)
    _rebook_people(session)
    SessionEvent.objects.create(session=session, old=session.status, new=session.status, by=by, reason=reason)


def _rebook_people(session: Session) -> None:
    release(subject=session.subject)
    for shift in session.shifts.select_related("person"):
        engage(
            person=shift.person,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            subject=session.subject,
            place=(session.venue.lat, session.venue.lon),
        )


@transaction.atomic
def recount_sites(*, programme_year: ProgrammeYear) -> int:
    """Count every site of the year from its sessions; after bulk loads. Returns the number of sites."""
    counts: dict[tuple[Any, ...], list[int]] = {}
    rows = Session.objects.filter(programme_year=programme_year, status__in=PLANNED)
    for venue, scheme, municipality, status in rows.values_list("venue_id", "scheme", "municipality_id", "status"):
        planned, held = rules.site_change(SessionStatus.DRAFT, status)
        count = counts.setdefault((venue, scheme, municipality), [0, 0])
        count[0] += planned
        count[1] += held
    Site.objects.filter(programme_year=programme_year).delete()
    Site.objects.bulk_create(
        [
            Site(
                programme_year=programme_year,
                venue_id=v,
                scheme=s,
                municipality_id=m,
                planned_sessions=p,
                held_sessions=h,
            )
            for (v, s, m), (p, h) in counts.items()
        ],
        batch_size=1000,
    )
    return len(counts)
