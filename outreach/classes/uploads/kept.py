"""What is kept of a file: whose it is, its bytes as they came, and the report of what came of it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from geo.importing.report import Refusal, Report
from outreach.classes.models import Upload
from outreach.people.models import Organisation
from outreach.people.rules import Scope


def organisations_in(scope: Scope) -> QuerySet[Organisation]:
    """For whom a plan may be sent in: one's own organisations; the nation's office for any carrier."""
    if scope.nation:
        return Organisation.objects.filter(kind=Organisation.Kind.CARRIER)
    return Organisation.objects.filter(pk__in=scope.organisations)


def uploads_in(scope: Scope) -> QuerySet[Upload]:
    return Upload.objects.filter(organisation__in=organisations_in(scope))


def failed_in(scope: Scope) -> QuerySet[Upload]:
    """Files that the office thought on their way, and that came to nothing; until someone withdraws or resends them."""
    return uploads_in(scope).filter(failed_at__isnull=False, withdrawn_at=None).exclude(content=b"").order_by("pk")


@contextmanager
def as_file(upload: Upload) -> Iterator[Path]:
    with tempfile.NamedTemporaryFile() as file:
        file.write(bytes(upload.content))
        file.flush()
        yield Path(file.name)


def to_json(report: Report) -> dict[str, Any]:
    counts = {name: getattr(report, name) for name in ("read", "added", "changed", "removed", "unchanged")}
    return {**counts, "refused": [[one.row, one.column, one.reason] for one in report.refused]}


def to_report(kept: dict[str, Any]) -> Report:
    counts = {name: kept.get(name, 0) for name in ("read", "added", "changed", "removed", "unchanged")}
    return Report(**counts, refused=[Refusal(*one) for one in kept.get("refused", [])])
