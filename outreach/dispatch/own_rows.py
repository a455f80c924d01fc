"""Rows of our own list of requests that come back by file: known by their number, never taken in a second time."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import override

from geo.codes import clean_code
from geo.importing.tables import squeeze
from geo.importing.values import find_day
from outreach.dispatch.models import DispatchRequest, Need
from outreach.dispatch.openings import CannotRead, read_days, read_openings
from outreach.dispatch.queries import requests_in
from outreach.dispatch.request_columns import HEADINGS, MARKS, list_of, text_of
from outreach.dispatch.request_files import AROUND, HEAD, line_of, number_of
from outreach.downloads import harmless
from outreach.people.rules import Scope

NUMBER = re.compile(r"[0-9]+-([0-9]{1,18})")
NEEDED = ("municipality__prefecture", "venue", "course", "organisation", "letter")


def own_rows(scope: Scope, keys: Iterable[str]) -> dict[str, DispatchRequest]:
    """The requests of `scope` whose number in our list is among `keys`. A fixed number of statements."""
    pks = {int(match[1]) for key in keys if (match := NUMBER.fullmatch(key))}
    found = requests_in(scope).filter(pk__in=pks).select_related(*NEEDED).prefetch_related(*AROUND)
    return {number_of(one): one for one in found}


def says_the_same(one: DispatchRequest, cells: Mapping[str, str]) -> bool:
    """Whether a row, by field, is what our list says of the request now, however a spreadsheet wrote its dates."""
    with override("ja"):
        ours = {squeeze(str(name)): text_of(str(harmless(cell))) for name, cell in zip(HEAD, line_of(one), strict=True)}
    now = {field: next((ours[name] for name in names if name in ours), "") for field, names in HEADINGS.items()}
    return all(_meaning(field, cells[field]) == _meaning(field, now[field]) for field in cells)


def _meaning(field: str, cell: str) -> Any:
    try:
        if field in {"earliest", "latest"}:
            return find_day(cell)
        if field.endswith("-more"):
            return read_openings(cell)
        if field.endswith("-closed"):
            return read_days(cell, since=date.min)
    except (CannotRead, ValueError):
        return cell
    if field.endswith("-loop"):
        return MARKS.get(cell.lower(), cell)
    if field == "town":
        return clean_code(cell) or cell
    return sorted(map(need_of, list_of(cell))) if field == "needs" else cell


def need_of(word: str) -> str:
    """A need's code by its name in either language; any other word as it is."""
    for language in ("ja", "en"):
        with override(language):
            for need in Need:
                if word in {str(need.label), need.value}:
                    return need.value
    return LOOP if word.lower().startswith(LOOP_WORDS) else word


LOOP = "hearing_loop"
LOOP_WORDS = ("磁気ループ", "補聴", "induction loop")
