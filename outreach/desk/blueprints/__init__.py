"""制度ひな形: programmes that towns really run, as data that a new town picks and adjusts. One JSON file each."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class CourseData:
    code: str
    name: str
    kana: str
    level: str
    audience: str
    minutes: int
    description: str
    bring: str


@dataclass(frozen=True)
class SeriesData:
    name: str
    about: str
    subsidy: str
    lessons: tuple[str, ...]  # codes of courses, in order


@dataclass(frozen=True)
class TextData:
    way: str
    kind: str
    text: str


@dataclass(frozen=True)
class Blueprint:
    """A template. `organisation` holds `{town}` where the town's name goes; `national`: with the national courses."""

    key: str
    position: int
    name: str
    summary: str
    organisation_kind: str
    organisation_name: str
    scheme: str
    kind: str
    entry: str
    capacity: int
    national: bool
    courses: tuple[CourseData, ...]
    series: tuple[SeriesData, ...]
    lectures: tuple[str, ...]
    texts: tuple[TextData, ...]
    steps: tuple[str, ...]
    notes: tuple[str, ...]


@cache
def blueprints() -> dict[str, Blueprint]:
    """All of them by key, in the order in which they are shown."""
    found = [_read(json.loads(path.read_text())) for path in sorted(DATA.glob("*.json"))]
    return {one.key: one for one in sorted(found, key=lambda one: one.position)}


def _read(raw: dict[str, Any]) -> Blueprint:
    organisation = raw.pop("organisation")
    return Blueprint(
        **{
            **raw,
            "organisation_kind": organisation["kind"],
            "organisation_name": organisation["name"],
            "courses": tuple(CourseData(**one) for one in raw["courses"]),
            "series": tuple(SeriesData(**{**one, "lessons": tuple(one["lessons"])}) for one in raw["series"]),
            "texts": tuple(TextData(**one) for one in raw["texts"]),
            **{name: tuple(raw[name]) for name in ("lectures", "steps", "notes")},
        }
    )
