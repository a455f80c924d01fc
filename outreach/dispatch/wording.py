"""What `check` says, in names: people, places and visits instead of their ids."""

import re
from collections.abc import Iterable

from geo.models import Municipality
from outreach.classes.models import Venue
from outreach.dispatch.building import pk_of
from outreach.dispatch.models import DispatchRequest
from outreach.people.models import Person, Skill

ID = re.compile(r"(?<![0-9A-Za-z-])[phrvn]\d+(?![0-9A-Za-z])")
SKILL = re.compile(r"資格「([^」]+)」")


def in_names(texts: Iterable[str]) -> list[str]:
    """The same sentences with names. At most five statements, however many sentences."""
    lines = list(texts)
    found = {name for line in lines for name in ID.findall(line)}
    names = _names(found)
    skills = dict(Skill.objects.values_list("code", "name")) if any("資格「" in line for line in lines) else {}
    return [_line(line, names, skills) for line in lines]


def _line(line: str, names: dict[str, str], skills: dict[str, str]) -> str:
    line = SKILL.sub(lambda found: f"資格「{skills.get(found[1], found[1])}」", line)
    return ID.sub(lambda found: names.get(found[0], found[0]), line)


def _names(ids: set[str]) -> dict[str, str]:
    by_kind = {kind: [pk_of(name) for name in ids if name[0] == kind] for kind in "phrv"}
    names: dict[str, str] = {}
    people = dict(Person.objects.filter(pk__in=by_kind["p"] + by_kind["h"]).values_list("pk", "name"))
    names |= {f"p{pk}": name for pk, name in people.items()}
    names |= {f"h{pk}": f"{name}さんの拠点" for pk, name in people.items()}
    if by_kind["r"]:
        rows = DispatchRequest.objects.filter(pk__in=by_kind["r"]).select_related("municipality", "venue")
        names |= {f"r{row.pk}": f"{row.municipality.name} {row.venue.name}" for row in rows}
    if by_kind["v"]:
        names |= {f"v{pk}": name for pk, name in Venue.objects.filter(pk__in=by_kind["v"]).values_list("pk", "name")}
    towns = [name[1:] for name in ids if name[0] == "n"]
    if towns:
        names |= {f"n{pk}": name for pk, name in Municipality.objects.filter(pk__in=towns).values_list("pk", "name")}
    return names
