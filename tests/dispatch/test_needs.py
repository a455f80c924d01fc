"""What a request may ask of an instructor is a skill that every installation has, under one name."""

from importlib import import_module

import pytest
from django.apps import apps

from outreach.classes.programme import load_programme
from outreach.dispatch.building import build_problem
from outreach.dispatch.models import Need
from outreach.people.models import Qualification, Skill
from outreach.people.skills import INSTRUCTOR_SKILLS
from tests import factories
from tests.dispatch import rows

pytestmark = pytest.mark.django_db


def test_every_need_is_a_skill_that_the_programme_brings() -> None:
    assert set(INSTRUCTOR_SKILLS) == set(Need.values)
    load_programme()
    assert {skill.pk: skill.name for skill in Skill.objects.filter(pk__in=Need.values)} == {
        need.value: str(need.label) for need in Need
    }
    names = list(Skill.objects.values_list("name", flat=True))
    assert len(names) == len(set(names)), "an upload finds a skill by its name"


def test_a_need_asks_the_lead_for_its_skill() -> None:
    load_programme()
    rows.request(needs=["sign", "woman"], crew=2)
    able = rows.instructor()
    Qualification.objects.create(person=able, skill_id="sign", issuer="協会", valid_from="2020-01-01")
    problem = build_problem(prefecture="01", first=rows.monday(), last=rows.monday())
    assert problem.visits[0].lead_skills == ("basic", "sign", "woman")
    assert problem.visits[0].second_skills == ("basic",)
    assert problem.instructors[0].holds("sign", 0)


def test_two_skills_of_one_name_become_one() -> None:
    old = Skill.objects.create(code="sign-language", name="手話")
    person = factories.person()
    for day in ("2020-01-01", "2021-01-01"):
        Qualification.objects.create(person=person, skill=old, issuer="協会", valid_from=day)
    Skill.objects.create(code="sign", name="手話")
    Qualification.objects.create(person=person, skill_id="sign", issuer="協会", valid_from="2021-01-01")
    module = import_module("outreach.registration.migrations.0013_one_word_for_sign_language")
    module.merge(apps, None)
    module.merge(apps, None)
    assert not Skill.objects.filter(code="sign-language").exists()
    assert list(person.qualifications.values_list("skill", flat=True)) == ["sign", "sign"]
