"""Carrying out a plan: thousands of new sessions under the same laws, in short steps, seen by residents all at once.

New sessions are drafted five hundred at a time with their rooms; what is to be cancelled or moved follows by the
ordinary services; the last step publishes every draft in one transaction. So no other writer waits for more than a
step, and until the last one no resident sees any of it. Stopped anywhere and begun again, it goes on where it was.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from geo.importing.report import Report
from outreach.classes.models import Session, Upload, UploadedSlot, Venue
from outreach.classes.services import SessionError, cancel_session, move_session
from outreach.classes.uploads import carrying
from outreach.classes.uploads.carrying import Lost, OutOfTime, Slice, Step, Stuck
from outreach.classes.uploads.kept import as_file
from outreach.classes.uploads.making import clear_drafts, draft, publish_drafts
from outreach.classes.uploads.planning import Decision, Known, KnownRow, MadeRow, PlanFile, chunks, decide, read_plan
from outreach.people.models import Organisation, User
from outreach.people.services import PersonBusy

AT_ONCE = 2.0  # seconds of it in the request itself: a small file is done when the page comes back
A_SLICE = 60.0  # seconds in a job, well within its time limit
FEW = 50  # changes to sessions that stand, in one transaction
REASON = "月間計画による"
Row = TypeVar("Row", MadeRow, KnownRow)


def preview(upload: Upload) -> Report:
    """Say what the upload would do, and do nothing. Raises: WrongFile."""
    return decide(_read(upload), organisation=upload.organisation, now=timezone.now()).report


def carry_out(*, upload: Upload, by: User, seconds: float = AT_ONCE) -> Slice:
    """Begin what the upload asks, and go on for `seconds`; where it isn't finished then, a job has to go on.

    Asked again, it says again what became of it. Raises: SessionError (withdrawn, no telephone, another under way).
    """
    carrying.confirm(upload=upload, by=by)
    return go_on(upload.pk, seconds=seconds)


def go_on(pk: int, *, seconds: float = A_SLICE) -> Slice:
    """Work on a confirmed plan for a while."""
    return carrying.work_on(pk, partial(_carry, seconds=seconds))


def _carry(upload: Upload, *, seconds: float) -> bool:
    clear_drafts(UploadedSlot.objects.filter(organisation=upload.organisation).exclude(upload=upload))
    plan = _read(upload)  # before any transaction: on SQLite one keeps every other writer waiting
    decision = decide(plan, organisation=upload.organisation, now=timezone.now())
    report = carrying.report_of(upload, decision.report, total=len(plan.rows))
    try:
        _Work(plan, decision, report, upload.organisation, upload.confirmed_by, upload).run(
            carrying.ticking(upload, seconds), lambda: carrying.finish(upload, report)
        )
    except OutOfTime:
        carrying.keep_report(upload, report)
        return False
    return True


def _read(upload: Upload) -> PlanFile:
    with as_file(upload) as path:
        return read_plan(path)


def apply_plan(*, plan: PlanFile, organisation: Organisation, by: User | None, now: datetime | None = None) -> Report:
    """The same from beginning to end, for a file read elsewhere. Raises: SessionError; nothing is changed then."""
    if not organisation.phone:
        raise SessionError(_("実施団体の電話番号がありません。住民からの問い合わせ先として登録してください。"))
    decision = decide(plan, organisation=organisation, now=now or timezone.now())
    _Work(plan, decision, decision.report, organisation, by).run(lambda _done: None, lambda: None)
    return decision.report


class _Work:
    """One file's steps. Rows that the world refuses meanwhile leave the counts and join the refused."""

    def __init__(
        self,
        plan: PlanFile,
        decision: Decision,
        report: Report,
        organisation: Organisation,
        by: User | None,
        upload: Upload | None = None,
    ) -> None:
        self.plan, self.decision, self.report = plan, decision, report
        self.organisation, self.by, self.upload = organisation, by, upload
        self.done = len(plan.rows) - len(decision.made) - len(decision.moved) - len(decision.cancelled)
        self.refused = {one.row for one in report.refused}
        self.late: list[MadeRow] = []  # their rooms are taken still: perhaps by what is moved or cancelled below

    def run(self, tick: Step, finish: Callable[[], None]) -> None:
        for step in self._steps():
            step()
            tick(self.done)
        with transaction.atomic():
            self._hold()
            publish_drafts(self.organisation, self.by, self.upload)
            finish()

    def _hold(self) -> None:
        """Within a step's transaction: it is still ours to carry out. Raises: Lost."""
        if self.upload:
            carrying.hold(self.upload)

    def _steps(self) -> Iterator[Callable[[], None]]:
        decision = self.decision
        new = {id(venue): venue for _row, venue, *_rest in (*decision.moved, *decision.made) if not venue.pk}
        if new:
            yield partial(self._make_venues, list(new.values()))
        for some in chunks(decision.made):
            yield partial(self._draft, some)
        for gone in chunks(decision.cancelled, FEW):
            yield partial(self._each, gone, self._cancel, "removed")
        for moved in chunks(decision.moved, FEW):
            yield partial(self._each, moved, self._move, "changed")
        for late in chunks(self.late, FEW):  # filled by the steps above, so read only now
            yield partial(self._each, late, self._draft_late, "added")

    def _make_venues(self, new: Sequence[Venue]) -> None:
        """Shops new to us. Raises: OutOfTime where another file made one of them just now: the next slice sees it."""
        try:
            Venue.objects.bulk_create(new, batch_size=500)
        except IntegrityError as error:
            raise OutOfTime from error

    def _draft(self, some: Sequence[MadeRow]) -> None:
        try:
            with transaction.atomic():
                self._hold()
                draft(some, self.organisation, self.by, self.upload)
        except Lost:
            raise
        except Exception:  # one of the rooms is taken, or something is wrong with a row: find out which
            for one in some:
                self._draft_alone(one)
        self.done += len(some)

    def _draft_alone(self, one: MadeRow) -> None:
        try:
            with transaction.atomic():
                self._hold()
                draft([one], self.organisation, self.by, self.upload)
        except IntegrityError:
            self.late.append(one)
            self.done -= 1
        except Lost:
            raise
        except Exception as error:
            raise Stuck(one[0].number) from error

    @transaction.atomic
    def _each(self, rows: Sequence[Row], act: Callable[[Row], None], count: str) -> None:
        """Act on each row in a savepoint of its own; who refuses stays alone. Raises: Stuck, and then none is done."""
        self._hold()
        for one in rows:
            self.done += 1
            if one[0].number in self.refused:
                continue  # said in an earlier slice
            try:
                with transaction.atomic():
                    act(one)
            except (SessionError, PersonBusy, IntegrityError) as error:
                words = str(error) if not isinstance(error, IntegrityError) else _("その時間にほかの予定があります。")
                self.report.refuse(one[0].number, self.plan.names["key"], words)
                setattr(self.report, count, getattr(self.report, count) - 1)
            except Exception as error:
                raise Stuck(one[0].number) from error

    def _draft_late(self, one: MadeRow) -> None:
        draft([one], self.organisation, self.by, self.upload)

    def _cancel(self, one: KnownRow) -> None:
        cancel_session(session=_still_free(one[2]), by=self.by, reason=_(REASON))

    def _move(self, one: KnownRow) -> None:
        row, venue, known = one
        session = _still_free(known)
        if session.capacity != row.capacity:
            session.capacity = row.capacity
            session.save(update_fields=["capacity"])
        if (session.venue_id, session.starts_at) != (venue.pk, row.starts_at):
            move_session(
                session=session,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                venue=venue,
                by=self.by,
                reason=_(REASON),
            )


def _still_free(known: Known) -> Session:
    """Lock the session, and see that nobody would have to be told, learner or staff. Raises: SessionError."""
    session = Session.objects.select_for_update().get(pk=known.pk)
    if session.seats_taken:
        raise SessionError(_("いま申込が入った回があります。もう一度お試しください。"))
    if session.shifts.exists():
        raise SessionError(_("要員の決まった回です。要員に知らせるため、講習会の画面から変えてください。"))
    return session
