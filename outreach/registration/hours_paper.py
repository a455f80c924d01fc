"""The certificate of hours on paper, always in Japanese. It names no resident: of supports only kind and town."""

from datetime import date
from pathlib import Path

from django.utils import translation

from outreach.contact.numbers import show
from outreach.paper import REIWA, CannotPrint, set_paper
from outreach.people.models import Organisation, Person, Supporter
from outreach.registration.hours import day_of, given_in, in_words, items_in

SHEET = Path(__file__).parent / "sheets" / "hours.typ"


def hours_certificate(person: Person, organisation: Organisation, *, year: int, made_on: date) -> bytes:
    """The PDF of a fiscal year. A name that the font cannot print stands in kana. Raises: CannotPrint."""
    with translation.override("ja"):
        return _paper(person, organisation, year, made_on)


def _paper(person: Person, organisation: Organisation, year: int, made_on: date) -> bytes:
    day = day_of(year)
    given = given_in(person, day)
    supporter = getattr(person, "supporter", None)
    facts = {
        "year": f"{year}年度（令和{year - REIWA}年度）",
        "kind": f"サポーター（{Supporter.Kind(supporter.kind).label}）" if supporter else "講師",
        "times": given.times,
        "hours": given.words,
        "items": [
            {"day": _day(one.starts_at.date()), "what": one.what, "where": one.where, "hours": in_words(one.minutes)}
            for one in items_in(person, day)
        ],
        "issued": _day(made_on),
        "organisation": organisation.name,
        "phone": show(organisation.phone) if organisation.phone else "",
        "sample": person.sample,
    }
    try:
        return set_paper(SHEET, {**facts, "name": person.name})
    except CannotPrint:
        return set_paper(SHEET, {**facts, "name": person.kana})


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
