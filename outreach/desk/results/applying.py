"""Noting results, five hundred slots to a transaction: each chunk whole or not at all, the file to its end.

A row is noted from whatever the slot's state is then, so a file stopped anywhere and begun again, or sent again,
finds what it noted unchanged.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from geo.importing.report import Report
from outreach.classes.models import OPEN, Session, SessionEvent, SessionReport, SessionStatus, Site, Upload
from outreach.classes.services import SessionError
from outreach.classes.uploads import carrying
from outreach.classes.uploads.applying import A_SLICE, AT_ONCE, FEW
from outreach.classes.uploads.carrying import Lost, OutOfTime, Slice, Step, Stuck
from outreach.classes.uploads.inserting import insert_copies
from outreach.classes.uploads.kept import as_file
from outreach.classes.uploads.planning import chunks
from outreach.desk.results.deciding import Decision, ResultsFile, Slot, decide, read_results
from outreach.desk.results.rows import ResultRow
from outreach.desk.services import cancel_session
from outreach.people.models import User

Pair = tuple[ResultRow, Slot]
Act = Callable[[Sequence[Pair], User, Upload], list[Pair]]  # gives back those that changed meanwhile
S = SessionStatus
REASON = "実績のファイルによる"
STEPS = {S.PUBLISHED: (S.CONFIRMED, S.HELD, S.REPORTED), S.CONFIRMED: (S.HELD, S.REPORTED), S.HELD: (S.REPORTED,)}


def preview(upload: Upload) -> Report:
    """Say what the upload would do, and do nothing. Raises: WrongFile."""
    return decide(_read(upload), organisation=upload.organisation, now=timezone.now()).report


def carry_out(*, upload: Upload, by: User, seconds: float = AT_ONCE) -> Slice:
    """Begin, and go on for `seconds`; asked again, it says again what became of it. Raises: SessionError."""
    carrying.confirm(upload=upload, by=by)
    return go_on(upload.pk, seconds=seconds)


def go_on(pk: int, *, seconds: float = A_SLICE) -> Slice:
    """Work on confirmed results for a while."""
    return carrying.work_on(pk, partial(_carry, seconds=seconds))


def _carry(upload: Upload, *, seconds: float) -> bool:
    file = _read(upload)
    decision = decide(file, organisation=upload.organisation, now=timezone.now())
    report = carrying.report_of(upload, decision.report, total=len(file.rows))
    try:
        _work(file, decision, report, upload, carrying.ticking(upload, seconds))
    except OutOfTime:
        carrying.keep_report(upload, report)
        return False
    carrying.finish(upload, report)
    return True


def _read(upload: Upload) -> ResultsFile:
    with as_file(upload) as path:
        return read_results(path)


def _work(file: ResultsFile, decision: Decision, report: Report, upload: Upload, tick: Step) -> None:
    by = upload.confirmed_by
    assert by is not None  # noqa: S101  (nothing is carried out that nobody confirmed)
    left = len(decision.held) + len(decision.corrected) + len(decision.cancelled)
    done = len(file.rows) - left

    def each(rows: Sequence[Pair], size: int, act: Act) -> None:
        nonlocal done
        for some in chunks(rows, size):
            for row, _slot in _or_one_by_one(act, some, by, upload):
                report.refuse(
                    row.number, file.names["key"], _("いま、ほかの人が変えた回です。もう一度送ってください。")
                )
            done += len(some)
            tick(done)

    each(decision.held, 500, _note_held)
    each(decision.corrected, 500, _correct)
    each(decision.cancelled, FEW, _cancel)


def _or_one_by_one(act: Act, some: Sequence[Pair], by: User, upload: Upload) -> list[Pair]:
    """Raises: Stuck, with the row that is at fault; Lost."""
    try:
        return act(some, by, upload)
    except (Lost, Stuck):
        raise
    except Exception as error:
        if len(some) == 1:
            raise Stuck(some[0][0].number) from error
    return [moved for one in some for moved in _or_one_by_one(act, [one], by, upload)]


@transaction.atomic
def _note_held(some: Sequence[Pair], by: User, upload: Upload) -> list[Pair]:
    """Walk each slot to 報告済み with its event for every step; gives back those that changed meanwhile (law 10)."""
    carrying.hold(upload)
    chosen, moved = _lock(some)
    by_change: dict[tuple[str, int], list[int]] = defaultdict(list)
    for row, slot in chosen:
        by_change[slot.status, row.learners - slot.attended].append(slot.pk)
    for (status, walk_ins), keys in by_change.items():
        Session.objects.filter(pk__in=keys, status=status).update(status=S.REPORTED, walk_ins=walk_ins)
    for status, steps in STEPS.items():
        keys = [slot.pk for _row, slot in chosen if slot.status == status]
        for old, new in zip((status, *steps), steps, strict=False):
            event = SessionEvent(old=old, new=new, by=by, reason=_(REASON))
            insert_copies(event, ("session_id",), ((pk,) for pk in keys))
    insert_copies(
        SessionReport(learners=0, made_by=by),
        ("session_id", "learners", "trouble"),
        ((slot.pk, row.learners, row.reason) for row, slot in chosen),
    )
    _count_sites(slot for _row, slot in chosen if slot.status in OPEN)
    return moved


def _lock(some: Sequence[Pair]) -> tuple[list[Pair], list[Pair]]:
    """Lock the sessions of these rows; those as they were decided upon, and those that are not any more."""
    rows = Session.objects.select_for_update().filter(pk__in=[slot.pk for _row, slot in some]).order_by("pk")
    now = dict(rows.values_list("pk", "status"))
    same = [now.get(slot.pk) == slot.status for _row, slot in some]
    return (
        [one for one, kept in zip(some, same, strict=True) if kept],
        [one for one, kept in zip(some, same, strict=True) if not kept],
    )


def _count_sites(slots: Iterable[Slot]) -> None:
    counts = Counter((slot.year, slot.venue, slot.scheme) for slot in slots)
    for (year, venue, scheme), n in counts.items():
        sites = Site.objects.filter(programme_year=year, venue=venue, scheme=scheme)
        sites.update(held_sessions=F("held_sessions") + n)


@transaction.atomic
def _correct(some: Sequence[Pair], by: User, upload: Upload) -> list[Pair]:
    """Another head count for what was reported: the number changes, and the event says from what."""
    carrying.hold(upload)
    chosen, moved = _lock(some)
    for row, slot in chosen:
        Session.objects.filter(pk=slot.pk).update(walk_ins=row.learners - slot.attended)
        SessionReport.objects.update_or_create(
            session_id=slot.pk, defaults={"learners": row.learners, "trouble": row.reason, "made_by": by}
        )
        said = _("人数の訂正 {old}人→{new}人").format(old=slot.learners or 0, new=row.learners)
        SessionEvent.objects.create(session_id=slot.pk, old=slot.status, new=slot.status, by=by, reason=said)
    return moved


def _cancel(some: Sequence[Pair], by: User, upload: Upload) -> list[Pair]:
    """As the office does it, each in a transaction of its own: room, people and the visit of a plan are freed and told.

    Whoever applies for one meanwhile is left their class, or told that it is cancelled as anyone is.
    """
    moved = []
    for row, slot in some:
        with transaction.atomic():
            carrying.hold(upload)
        session = Session.objects.select_related("municipality", "course", "venue", "organisation").get(pk=slot.pk)
        try:
            if session.seats_taken or session.status != slot.status:
                raise SessionError
            cancel_session(session=session, by=by, reason=row.reason)
        except SessionError:
            moved.append((row, slot))
    return moved
