"""Texts that staff write."""

from functools import partial

from django.core.cache import cache
from django.db import transaction

from geo.models import Municipality
from outreach.contact import texts
from outreach.contact.models import OwnText
from outreach.people.access import log_access
from outreach.people.models import User


@transaction.atomic
def save_text(*, way: str, kind: str, town: Municipality | None, text: str, by: User) -> None:
    """Use `text` from now on, in `town` or (None) wherever a town has none of its own.

    An empty text, or the one that would be used anyway, takes the own one away. Raises: texts.BadText.
    """
    wanted = "\n".join(line.rstrip() for line in text.strip().splitlines())
    if wanted:
        texts.check_template(kind, wanted, way=way)
    rows = OwnText.objects.filter(way=way, kind=kind)
    for_all = rows.filter(municipality=None).first() if town else None
    rows.filter(municipality=town).delete()
    if wanted and wanted != (for_all.text if for_all else texts.delivered_text(way, kind)):
        OwnText.objects.create(way=way, kind=kind, municipality=town, text=wanted, changed_by=by)
    log_access(by, "write_text", f"text:{way}/{kind}")
    transaction.on_commit(partial(cache.delete, texts.OWN_TEXTS))
