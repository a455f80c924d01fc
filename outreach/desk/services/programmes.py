"""A programme begun from a template: organisation, rules, courses, series, lectures, texts. Twice is once."""

from django.db import transaction
from django.utils import timezone

from geo.models import Municipality
from outreach.classes.models import Course, Programme, Series
from outreach.classes.programme import SKILLS, load_programme, load_year
from outreach.classes.rules import fiscal_year_of
from outreach.contact.models import OwnText
from outreach.contact.services import save_text
from outreach.desk.blueprints import Blueprint
from outreach.desk.services.series import make_series
from outreach.people.models import Organisation, Skill, User
from outreach.people.skills import load_skills
from outreach.registration.models import LectureMenu


@transaction.atomic
def start_programme(
    *, blueprint: Blueprint, town: Municipality, organisation: Organisation | None, name: str, phone: str, by: User
) -> Programme:
    """Write what the template says and nothing that stands already. Without an organisation, one of `name` is made."""
    runs = organisation or _organisation(blueprint, town, name, phone)
    _year(blueprint)
    courses = {one.code: _course(one.code, blueprint, position) for position, one in enumerate(blueprint.courses)}
    for series in blueprint.series:
        if not Series.objects.filter(organisation=runs, name=series.name).exists():
            lessons = [courses[code] for code in series.lessons]
            make_series(
                name=series.name, organisation=runs, courses=lessons, about=series.about, subsidy=series.subsidy
            )
    for code in blueprint.lectures:
        LectureMenu.objects.get_or_create(organisation=runs, course=courses[code], defaults={"sample": runs.sample})
    _texts(blueprint, town, by)
    programme, _made = Programme.objects.get_or_create(
        key=blueprint.key,
        organisation=runs,
        defaults={"name": blueprint.name, "municipality": town, "started_by": by, "sample": runs.sample},
    )
    return programme


def _organisation(blueprint: Blueprint, town: Municipality, name: str, phone: str) -> Organisation:
    fields = {"kind": blueprint.organisation_kind, "phone": phone}
    return Organisation.objects.get_or_create(name=name, municipality=town, defaults=fields)[0]


def _year(blueprint: Blueprint) -> None:
    """This year's rules, so that a class can be planned at all; its target is for the ministry to set."""
    year = fiscal_year_of(timezone.localdate())
    load_year(fiscal_year=year, target_sites=0, source=blueprint.name)
    if blueprint.national and not Course.objects.filter(code="power").exists():
        load_programme()
    load_skills()
    for code, name in SKILLS.items():
        Skill.objects.get_or_create(code=code, defaults={"name": name})


def _course(code: str, blueprint: Blueprint, position: int) -> Course:
    data = next(one for one in blueprint.courses if one.code == code)
    fields = {
        "name": data.name,
        "kana": data.kana,
        "level": data.level,
        "audience": data.audience,
        "minutes": data.minutes,
        "skill_id": data.level,
        "description": data.description,
        "bring": data.bring,
        "position": 100 + blueprint.position * 20 + position,
        "dispatched": False,
    }
    return Course.objects.get_or_create(code=code, defaults=fields)[0]


def _texts(blueprint: Blueprint, town: Municipality, by: User) -> None:
    """The template's words, where the town has written none of its own."""
    for one in blueprint.texts:
        if not OwnText.objects.filter(way=one.way, kind=one.kind, municipality=town).exists():
            save_text(way=one.way, kind=one.kind, town=town, text=one.text, by=by)


def tick(*, programme: Programme, step: str, done: bool) -> None:
    """Note a step as done by hand, or not done."""
    with transaction.atomic():
        locked = Programme.objects.select_for_update().get(pk=programme.pk)
        others = [one for one in locked.ticked if one != step]
        Programme.objects.filter(pk=programme.pk).update(ticked=[*others, step] if done else others)
    programme.refresh_from_db()
