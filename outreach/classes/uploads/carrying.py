"""Carrying a file out in short steps: who holds it, how far it is, and that a dead process stops nothing for long."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from geo.importing.report import Refusal, Report
from outreach.classes.models import Upload
from outreach.classes.services import SessionError
from outreach.people.models import Organisation, User

LEASE = timedelta(seconds=60)  # each step takes a second or two
Step = Callable[[int], None]  # told how many rows are done; raises OutOfTime when the slice is over


class OutOfTime(Exception):
    """This slice of work is over; what is done stays done."""


@transaction.atomic
def confirm(*, upload: Upload, by: User) -> None:
    """Decide that a file is carried out. Raises: SessionError (done already, no telephone, another one under way)."""
    organisation = Organisation.objects.select_for_update().get(pk=upload.organisation_id)
    if not organisation.phone:
        raise SessionError(_("実施団体の電話番号がありません。住民からの問い合わせ先として登録してください。"))
    if unfinished().filter(organisation=organisation).exclude(pk=upload.pk).exists():
        raise SessionError(_("前のファイルを取り込んでいます。終わってから、もう一度押してください。"))
    asked = Upload.objects.filter(pk=upload.pk, confirmed_at=None, done_at=None)
    if asked.update(confirmed_at=timezone.now(), confirmed_by=by) != 1:
        raise SessionError(_("このファイルは、もう取り込みました。"))
    upload.refresh_from_db()


def unfinished() -> QuerySet[Upload]:
    return Upload.objects.filter(confirmed_at__isnull=False, done_at=None)


def waiting(kind: str) -> list[int]:
    """Files that nobody is working on, as after a process was killed. Oldest first."""
    free = Q(lease_until=None) | Q(lease_until__lt=timezone.now())
    return list(unfinished().filter(free, kind=kind).order_by("confirmed_at").values_list("pk", flat=True))


@contextmanager
def lease(pk: int) -> Iterator[Upload | None]:
    """Hold a confirmed file while working on it; None where it is done or another holds it. Released at the end."""
    now = timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    if unfinished().filter(free, pk=pk).update(lease_until=now + LEASE) != 1:
        yield None
        return
    try:
        yield Upload.objects.select_related("organisation", "confirmed_by").get(pk=pk)
    finally:
        Upload.objects.filter(pk=pk).update(lease_until=None)


def ticking(upload: Upload, seconds: float) -> Step:
    """To be called after each step: keeps the lease and the progress, and ends the slice after `seconds`."""
    end = time.monotonic() + seconds

    def tick(done: int) -> None:
        Upload.objects.filter(pk=upload.pk).update(rows_done=done, lease_until=timezone.now() + LEASE)
        if time.monotonic() >= end:
            raise OutOfTime

    return tick


@contextmanager
def as_file(upload: Upload) -> Iterator[Path]:
    with tempfile.NamedTemporaryFile() as file:
        file.write(bytes(upload.content))
        file.flush()
        yield Path(file.name)


def report_of(upload: Upload, first: Report, *, total: int) -> Report:
    """The report of the whole file, kept from before the first step: after it, the same rows would be unchanged."""
    if upload.report is None:
        Upload.objects.filter(pk=upload.pk).update(report=to_json(first), rows_total=total)
        return first
    return to_report(upload.report)


def keep_report(upload: Upload, report: Report) -> None:
    Upload.objects.filter(pk=upload.pk).update(report=to_json(report))


def finish(upload: Upload, report: Report) -> None:
    """Note, in the transaction that completes it, that the file is carried out. Raises: SessionError, if it was."""
    done = Upload.objects.filter(pk=upload.pk, done_at=None)
    if done.update(done_at=timezone.now(), report=to_json(report), rows_done=F("rows_total")) != 1:
        raise SessionError(_("このファイルは、もう取り込みました。"))


def to_json(report: Report) -> dict[str, Any]:
    counts = {name: getattr(report, name) for name in ("read", "added", "changed", "removed", "unchanged")}
    return {**counts, "refused": [[one.row, one.column, one.reason] for one in report.refused]}


def to_report(kept: dict[str, Any]) -> Report:
    counts = {name: kept.get(name, 0) for name in ("read", "added", "changed", "removed", "unchanged")}
    return Report(**counts, refused=[Refusal(*one) for one in kept.get("refused", [])])
