"""Carrying out a plan: thousands of new sessions at once under the same laws, changes by the ordinary services."""

import tempfile
from collections import Counter
from datetime import datetime
from pathlib import Path

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from geo.importing.report import Report
from outreach.classes import codes
from outreach.classes.models import (
    Scheme,
    Session,
    SessionEvent,
    SessionStatus,
    Site,
    Upload,
    UploadedSlot,
    Venue,
    VenueHold,
)
from outreach.classes.services import SessionError, cancel_session, move_session
from outreach.classes.uploads.plan_rows import PlanRow
from outreach.classes.uploads.planning import Decision, Known, PlanFile, chunks, decide, read_plan
from outreach.people.models import Organisation, User
from outreach.people.services import PersonBusy


def preview(upload: Upload) -> Report:
    """Say what the upload would do, and do nothing. Raises: WrongFile."""
    return decide(_read(upload), organisation=upload.organisation, now=timezone.now()).report


def carry_out(*, upload: Upload, by: User) -> Report:
    """Do what the upload asks, once. Rows refused stay out; what others did since the preview is seen again.

    The file is read before the transaction, since on SQLite a transaction keeps every other writer waiting.
    Raises: WrongFile, SessionError (done already, no telephone, or a room taken this very moment: try again).
    """
    plan = _read(upload)
    with transaction.atomic():
        if Upload.objects.filter(pk=upload.pk, done_at=None).update(done_at=timezone.now()) != 1:
            raise SessionError(_("この計画は、もう取り込みました。"))
        return apply_plan(plan=plan, organisation=upload.organisation, by=by)


def _read(upload: Upload) -> PlanFile:
    with tempfile.NamedTemporaryFile() as file:
        file.write(bytes(upload.content))
        file.flush()
        return read_plan(Path(file.name))


@transaction.atomic
def apply_plan(*, plan: PlanFile, organisation: Organisation, by: User | None, now: datetime | None = None) -> Report:
    """Cancel, move, then make, under the organisation's lock. Raises: SessionError; nothing is changed then."""
    locked = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if not locked.phone:
        raise SessionError(_("実施団体の電話番号がありません。住民からの問い合わせ先として登録してください。"))
    decision = decide(plan, organisation=locked, now=now or timezone.now())
    reason = _("月間計画による")
    for known in decision.cancelled:
        cancel_session(session=_still_free(known), by=by, reason=reason)
    venues = {id(venue): venue for _row, venue, *_rest in (*decision.moved, *decision.made) if not venue.pk}
    Venue.objects.bulk_create(venues.values(), batch_size=500)
    for row, venue, known in decision.moved:
        try:
            _move(row, venue, known, by, reason)
        except (SessionError, PersonBusy) as error:  # an assigned person can't be there: this row alone stays
            decision.report.changed -= 1
            decision.report.refuse(row.number, plan.names["key"], str(error))
    _make(decision, locked, by)
    return decision.report


def _still_free(known: Known) -> Session:
    """Lock the session, and see that nobody took a seat since. Raises: SessionError."""
    session = Session.objects.select_for_update().get(pk=known.pk)
    if session.seats_taken:
        raise SessionError(_("いま申込が入った回があります。もう一度お試しください。"))
    return session


@transaction.atomic
def _move(row: PlanRow, venue: Venue, known: Known, by: User | None, reason: str) -> None:
    session = _still_free(known)
    if session.capacity != row.capacity:
        session.capacity = row.capacity
        session.save(update_fields=["capacity"])
    if (session.venue_id, session.starts_at) != (venue.pk, row.starts_at):
        move_session(session=session, starts_at=row.starts_at, ends_at=row.ends_at, venue=venue, by=by, reason=reason)


def _make(decision: Decision, organisation: Organisation, by: User | None) -> None:
    """Make and publish the new sessions: rows, rooms, events, numbers and sites, a chunk at a time."""
    for places in chunks(sorted({venue.pk for _row, venue, _year in decision.made})):
        list(Venue.objects.select_for_update().filter(pk__in=places).order_by("pk").values_list("pk"))
    sites: Counter[tuple[int, int, str]] = Counter()
    for some in chunks(decision.made):
        drawn = _new_codes(len(some))
        sessions = [_session(*one, code, organisation) for one, code in zip(some, drawn, strict=True)]
        Session.objects.bulk_create(sessions)
        _hold(sessions)
        _note(sessions, by)
        UploadedSlot.objects.bulk_create(
            UploadedSlot(organisation=organisation, key=row.key, session=session)
            for (row, _venue, _year), session in zip(some, sessions, strict=True)
        )
        sites.update((one.programme_year_id, one.venue_id, one.municipality_id) for one in sessions)
    _count_sites(sites)


def _session(row: PlanRow, venue: Venue, year: int, code: str, organisation: Organisation) -> Session:
    return Session(
        code=code,
        programme_year_id=year,
        scheme=Scheme.NATIONWIDE,
        course_id=row.course,
        organisation=organisation,
        venue=venue,
        municipality_id=venue.municipality_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        capacity=row.capacity,
        status=SessionStatus.PUBLISHED,
    )


def _new_codes(wanted: int) -> list[str]:
    """Numbers that no session bears yet."""
    found: set[str] = set()
    for _attempt in range(100):
        drawn = {codes.new_code(codes.SESSION_DIGITS) for _n in range(wanted - len(found))} - found
        found |= drawn - set(Session.objects.filter(code__in=drawn).values_list("code", flat=True))
        if len(found) == wanted:
            return sorted(found)
    raise SessionError(_("講習会番号を作れませんでした。もう一度お試しください。"))


def _hold(sessions: list[Session]) -> None:
    holds = [
        VenueHold(venue_id=one.venue_id, starts_at=one.starts_at, ends_at=one.ends_at, subject=one.subject)
        for one in sessions
    ]
    try:
        with transaction.atomic():
            VenueHold.objects.bulk_create(holds)
    except IntegrityError as error:
        raise SessionError(_("いま、ほかの予定が入った会場があります。もう一度お試しください。")) from error


def _note(sessions: list[Session], by: User | None) -> None:
    steps = (("", SessionStatus.DRAFT), (SessionStatus.DRAFT, SessionStatus.PUBLISHED))
    SessionEvent.objects.bulk_create(
        SessionEvent(session=one, old=old, new=new, by=by) for one in sessions for old, new in steps
    )


def _count_sites(sites: Counter[tuple[int, int, str]]) -> None:
    """Add the planned sessions to each venue's site; venues with equally many share a statement."""
    Site.objects.bulk_create(
        (
            Site(programme_year_id=year, venue_id=venue, scheme=Scheme.NATIONWIDE, municipality_id=town)
            for year, venue, town in sites
        ),
        batch_size=500,
        ignore_conflicts=True,
    )
    equal: dict[tuple[int, int], list[int]] = {}
    for (year, venue, _town), count in sites.items():
        equal.setdefault((year, count), []).append(venue)
    for (year, count), venues in equal.items():
        for some in chunks(venues):
            rows = Site.objects.filter(programme_year=year, scheme=Scheme.NATIONWIDE, venue__in=some)
            rows.update(planned_sessions=F("planned_sessions") + count)
