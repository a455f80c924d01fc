"""What `check` says, in names: people, places and visits instead of their ids."""

import re
from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from geo.models import Municipality
from outreach import dates
from outreach.classes.models import Venue
from outreach.dispatch.building import pk_of
from outreach.dispatch.models import DispatchRequest, OtherBase, OtherVenue
from outreach.dispatch.violations import PARTS, WORDS, Violation
from outreach.people.models import Person, Skill

PART = frozenset(PARTS)
DATE = re.compile(r"(\d+)月(\d+)日(\d+:\d\d)?")
LEAP_YEAR = 2024  # has every day; which year it is doesn't show
ID = re.compile(r"(?<![0-9A-Za-z-])[phrvnb]\d+(?![0-9A-Za-z])")
SKILL = re.compile(r"(資格「|certificate “)([^」”]+)")


def sentences(violations: Iterable[Violation]) -> list[str]:
    """What breaks, in the reader's language; still with ids, which `in_names` takes out."""
    if (get_language() or "ja").startswith("ja"):
        return [violation.text for violation in violations]
    return [_sentence(violation) for violation in violations]


def _sentence(violation: Violation) -> str:
    values = {name: _part(value) for name, value in violation.values}
    return DATE.sub(_day, _(WORDS[violation.rule]).format(**values))


def _part(value: object) -> object:
    if isinstance(value, str):
        return _(value) if value in PART else dates.listed(value.split("、"))
    return value


def _day(found: re.Match[str]) -> str:
    month, day, clock = found.groups()
    return " ".join(filter(None, [dates.month_day(date(LEAP_YEAR, int(month), int(day))), clock]))


def in_names(texts: Iterable[str]) -> list[str]:
    """The same sentences with names. At most seven statements, however many sentences."""
    lines = list(texts)
    found = {name for line in lines for name in ID.findall(line)}
    names = names_of(found)
    skills = dict(Skill.objects.values_list("code", "name")) if any(SKILL.search(line) for line in lines) else {}
    return [_line(line, names, skills) for line in lines]


def _line(line: str, names: dict[str, str], skills: dict[str, str]) -> str:
    line = SKILL.sub(lambda found: found[1] + skills.get(found[2], found[2]), line)
    return ID.sub(lambda found: names.get(found[0], found[0]), line)


def people_named(keys: list[int]) -> dict[int, str]:
    """By kana: each by name, instructors who share one also by town. One statement."""
    twins = Person.objects.filter(name=OuterRef("name"), instructor__isnull=False).exclude(pk=OuterRef("pk"))
    rows = Person.objects.filter(pk__in=keys).annotate(twin=Exists(twins)).order_by("kana", "pk")
    return {
        pk: _("%(name)s（%(town)s）") % {"name": name, "town": town} if twin else name
        for pk, name, town, twin in rows.values_list("pk", "name", "municipality__name", "twin")
    }


def names_of(ids: set[str]) -> dict[str, str]:
    """What ids of a problem are called; those that are none are left out. At most five statements.

    A visit is called by its venue, or by its course where it could be at several; of instructors of the same name
    each also by town.
    """
    by_kind = {kind: [pk_of(name) for name in ids if name[0] == kind] for kind in "phrvb"}
    names: dict[str, str] = {}
    people = people_named(by_kind["p"] + by_kind["h"])
    names |= {f"p{pk}": name for pk, name in people.items()}
    names |= {f"h{pk}": _("%(name)sさんの拠点") % {"name": name} for pk, name in people.items()}
    if by_kind["b"]:
        for base in OtherBase.objects.filter(pk__in=by_kind["b"]).select_related("person"):
            names[f"b{base.pk}"] = _("%(name)sさんの拠点") % {"name": base.person.name}
    if by_kind["r"]:
        rows = DispatchRequest.objects.filter(pk__in=by_kind["r"]).select_related("municipality", "venue", "course")
        rows = rows.annotate(several=Exists(OtherVenue.objects.filter(request=OuterRef("pk"))))
        names |= {f"r{row.pk}": f"{row.municipality.name} {_what(row)}" for row in rows}
    if by_kind["v"]:
        names |= {f"v{pk}": name for pk, name in Venue.objects.filter(pk__in=by_kind["v"]).values_list("pk", "name")}
    towns = [name[1:] for name in ids if name[0] == "n"]
    if towns:
        names |= {f"n{pk}": name for pk, name in Municipality.objects.filter(pk__in=towns).values_list("pk", "name")}
    return names


def _what(row: DispatchRequest) -> str:
    return row.course.name if row.several else row.venue.name  # type: ignore[attr-defined]  # `several` is set above
