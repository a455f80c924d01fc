"""Carrying a file out in short steps: who holds it, how far it is; neither a dead process nor a fault stops others."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from geo.importing.report import Report, WrongFile
from outreach.classes.models import Upload, UploadedSlot
from outreach.classes.services import SessionError
from outreach.classes.uploads.kept import to_json, to_report
from outreach.classes.uploads.making import clear_drafts
from outreach.people.models import Organisation, User

LEASE = timedelta(seconds=60)  # each step takes a second or two
MOST_TRIES = 6  # in a row that got no further: after 1, 2, 4, 8 and 16 minutes
Step = Callable[[int], None]  # told how many rows are done; raises OutOfTime when the slice is over, or Lost
log = logging.getLogger(__name__)


class Slice(Enum):
    """How a piece of work ended. What waits is taken up by the sweep of each minute, when its time has come."""

    DONE = "done"
    GOES_ON = "goes on"
    WAITS = "waits"


class OutOfTime(Exception):
    """This slice of work is over; what is done stays done."""


class Lost(Exception):
    """Someone withdrew the file, or another process took it over: not one step more."""


class Stuck(Exception):
    """A row that can't be carried out, nor refused: what went wrong is its cause."""

    def __init__(self, row: int) -> None:
        super().__init__(row)
        self.row = row


@transaction.atomic
def confirm(*, upload: Upload, by: User) -> None:
    """Decide that a file is carried out, for the first time or after it failed. One decided upon already stays so.

    Raises: SessionError (withdrawn, no telephone, another one under way or carried out since).
    """
    organisation = Organisation.objects.select_for_update().get(pk=upload.organisation_id)
    upload.refresh_from_db()
    if upload.confirmed_at and not (upload.failed_at or upload.withdrawn_at):
        return
    _check_open(upload, organisation)
    Upload.objects.filter(pk=upload.pk).update(
        confirmed_at=timezone.now(), confirmed_by=by, failed_at=None, report=None, rows_done=0, **_no_trouble()
    )
    upload.refresh_from_db()


def _check_open(upload: Upload, organisation: Organisation) -> None:
    if upload.withdrawn_at:
        raise SessionError(_("取り下げたファイルです。もう一度送ってください。"))
    if not upload.content:
        raise SessionError(_("保存の期間が過ぎ、中身を消したファイルです。もう一度送ってください。"))
    if not organisation.phone:
        raise SessionError(_("実施団体の電話番号がありません。住民からの問い合わせ先として登録してください。"))
    others = Upload.objects.filter(organisation=organisation).exclude(pk=upload.pk)
    if others.filter(_unfinished()).exists():
        raise SessionError(_("前のファイルを取り込んでいます。終わってから、もう一度押してください。"))
    if upload.failed_at and others.filter(kind=upload.kind, done_at__gt=upload.confirmed_at).exists():
        raise SessionError(_("このあとに、新しいファイルを取り込みました。要るときは、もう一度送ってください。"))


def _no_trouble() -> dict[str, Any]:
    return {"tries": 0, "next_try_at": None, "fault": "", "fault_row": None, "lease_until": None}


@transaction.atomic
def withdraw(*, upload: Upload) -> None:
    """Stop it for good and empty it; a step under way ends first. Its drafts go with the next sweep.

    What was moved or cancelled stands. Raises: SessionError, where it is carried out already.
    """
    Upload.objects.select_for_update().get(pk=upload.pk)
    Upload.objects.filter(pk=upload.pk, done_at=None, withdrawn_at=None).update(
        withdrawn_at=timezone.now(), content=b"", lease_until=None
    )
    upload.refresh_from_db()
    if upload.done_at:
        raise SessionError(_("このファイルは、もう取り込みました。"))


def _unfinished() -> Q:
    return Q(confirmed_at__isnull=False, done_at=None, failed_at=None, withdrawn_at=None)


def _free(now: datetime) -> Q:
    return Q(lease_until=None) | Q(lease_until__lt=now)


def waiting(kind: str) -> list[int]:
    """Files that nobody is working on, as after a process was killed, and whose time has come. Oldest first.

    Those that got no further too often have failed, and what failed or withdrawn files drafted is taken back.
    """
    now = timezone.now()
    idle = Upload.objects.filter(_unfinished(), _free(now), kind=kind)
    for upload in idle.filter(tries__gte=MOST_TRIES).defer("content", "report"):
        fail(upload, upload.fault or _("取り込みの途中で、機械が何度も止まりました。"), upload.fault_row)
    over = Upload.objects.filter(Q(failed_at__isnull=False) | Q(withdrawn_at__isnull=False))
    clear_drafts(UploadedSlot.objects.filter(upload__in=over.values("pk")))
    due = Q(next_try_at=None) | Q(next_try_at__lte=now)
    return list(idle.filter(due, tries__lt=MOST_TRIES).order_by("confirmed_at").values_list("pk", flat=True))


def work_on(pk: int, work: Callable[[Upload], bool]) -> Slice:
    """Hold a confirmed file and `work` on it for a while; a fault is kept, told to the office, and tried again later.

    `work` says whether nothing is left. Never raises.
    """
    with _lease(pk) as upload:
        if upload is None:
            return Slice.DONE if Upload.objects.filter(pk=pk, done_at__isnull=False).exists() else Slice.WAITS
        try:
            return Slice.DONE if work(upload) else Slice.GOES_ON
        except Lost:
            return Slice.WAITS
        except Exception as error:
            log.exception("file %d can't be carried out", pk)
            _note_fault(upload, error)
            return Slice.WAITS


@contextmanager
def _lease(pk: int) -> Iterator[Upload | None]:
    """Hold it while working; None where it is over, another holds it, or its time has not come. Released at the end."""
    now = timezone.now()
    due = Q(next_try_at=None) | Q(next_try_at__lte=now)
    mine = Upload.objects.filter(_unfinished(), _free(now), due, pk=pk, tries__lt=MOST_TRIES)
    if mine.update(lease_until=now + LEASE, tries=F("tries") + 1) != 1:
        yield None
        return
    upload = Upload.objects.select_related("organisation", "confirmed_by").get(pk=pk)
    try:
        yield upload
    finally:
        _held(upload).update(lease_until=None)


def _held(upload: Upload) -> QuerySet[Upload]:
    """It, as long as it is still ours: the time until when is the token."""
    return Upload.objects.filter(_unfinished(), pk=upload.pk, lease_until=upload.lease_until)


def hold(upload: Upload) -> None:
    """Within a step's transaction: keep it from being taken over or withdrawn until that ends. Raises: Lost."""
    if not list(_held(upload).select_for_update().values_list("pk")):
        raise Lost


def ticking(upload: Upload, seconds: float) -> Step:
    """To be called after each step: keeps the lease and the progress, and ends the slice after `seconds`."""
    end, furthest = time.monotonic() + seconds, upload.rows_done

    def tick(done: int) -> None:
        nonlocal furthest
        further = {"tries": 1, "fault": "", "fault_row": None} if done > furthest else {}
        furthest = max(done, furthest)
        until = timezone.now() + LEASE
        if _held(upload).update(rows_done=furthest, lease_until=until, **further) != 1:
            raise Lost
        upload.lease_until = until
        if time.monotonic() >= end:
            raise OutOfTime

    return tick


def _note_fault(upload: Upload, error: Exception) -> None:
    cause = error.__cause__ if isinstance(error, Stuck) and error.__cause__ else error
    words, row = _in_words(cause), error.row if isinstance(error, Stuck) else None
    tries = Upload.objects.values_list("tries", flat=True).get(pk=upload.pk)
    if tries >= MOST_TRIES or isinstance(error, WrongFile):
        fail(upload, words, row)
        return
    later = timezone.now() + timedelta(minutes=2 ** (tries - 1))
    _held(upload).update(fault=words, fault_row=row, next_try_at=later)


def _in_words(error: BaseException) -> str:
    if isinstance(error, SessionError | WrongFile) and str(error):
        return str(error)[:300]
    words = _("思いがけない誤りです（{kind}）。保守の担当に、この画面を見せてください。")
    return words.format(kind=type(error).__name__)


def fail(upload: Upload, words: str, row: int | None = None) -> None:
    """Give it up: the next file may go, and what this one drafted is taken back."""
    over = {"failed_at": timezone.now(), "fault": words[:300], "fault_row": row, "lease_until": None}
    if Upload.objects.filter(_unfinished(), pk=upload.pk).update(**over):
        clear_drafts(UploadedSlot.objects.filter(upload=upload))


def forget(*, before: datetime) -> int:
    """Empty what was sent in before then and is over; what was never confirmed goes whole. Returns how many.

    One that nobody worked on for as long is over too. What came of a file stays: its report holds rows and reasons.
    """
    for upload in Upload.objects.filter(_unfinished(), _free(timezone.now()), confirmed_at__lt=before).defer("content"):
        fail(upload, upload.fault or _("保存の期間のうちに、取り込みが終わりませんでした。"), upload.fault_row)
    over = Q(done_at__lt=before) | Q(failed_at__isnull=False, confirmed_at__lt=before) | Q(withdrawn_at__lt=before)
    emptied = Upload.objects.filter(over).exclude(content=b"").update(content=b"")
    gone, _each = Upload.objects.filter(confirmed_at=None, made_at__lt=before).delete()
    return emptied + gone


def report_of(upload: Upload, first: Report, *, total: int) -> Report:
    """The report of the whole file, kept from before the first step: after it, the same rows would be unchanged."""
    if upload.report is None:
        Upload.objects.filter(pk=upload.pk).update(report=to_json(first), rows_total=total)
        return first
    return to_report(upload.report)


def keep_report(upload: Upload, report: Report) -> None:
    Upload.objects.filter(pk=upload.pk).update(report=to_json(report))


def finish(upload: Upload, report: Report) -> None:
    """Note, in the transaction that completes it, that the file is carried out. Raises: Lost."""
    over = {"done_at": timezone.now(), "report": to_json(report), "rows_done": F("rows_total"), **_no_trouble()}
    if _held(upload).update(**over) != 1:
        raise Lost
