"""Instructors for dispatch: who sees them, bases added and used by the plan."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from outreach.dispatch.building import build_problem
from outreach.dispatch.models import OtherBase
from outreach.dispatch.problem_rules import faults
from outreach.people.models import Role
from tests import factories
from tests.dispatch import rows

pytestmark = pytest.mark.django_db


def office() -> Client:
    client = Client()
    client.force_login(factories.user(Role.ADMINISTRATOR))
    return client


def test_a_base_is_found_by_its_address_and_the_plan_may_start_there() -> None:
    person, client = rows.instructor(), office()
    url = reverse("dispatch:instructor", args=[person.pk])
    assert "住所の場所がわかりません" in client.post(url, {"name": "実家", "address": "どこか"}).content.decode()
    factories.municipality("16204")
    for _press in range(2):
        assert client.post(url, {"name": "実家", "address": "富山県魚津市釈迦堂1-10-1"}).status_code == 302
    base = OtherBase.objects.get()
    assert base.municipality_id == "16204"
    assert "実家" in client.get(url).content.decode()
    rows.request()
    first = rows.monday()
    problem = build_problem(prefecture="01", first=first, last=first + timedelta(days=6))
    assert faults(problem) == []
    assert problem.instructors[0].homes == (f"h{person.pk}", f"b{base.pk}")
    client.post(url, {"remove": str(base.pk)})
    assert not OtherBase.objects.exists()


def test_a_prefecture_sees_its_instructors_but_changes_none() -> None:
    person = rows.instructor()
    client = Client()
    client.force_login(factories.user(Role.PREFECTURE, prefecture=person.municipality.prefecture))
    url = reverse("dispatch:instructor", args=[person.pk])
    assert person.name in client.get(reverse("dispatch:instructors")).content.decode()
    assert client.get(url).status_code == 200
    assert client.post(url, {"name": "実家", "address": "富山県魚津市"}).status_code == 403
    other = Client()
    other.force_login(factories.user(Role.PREFECTURE, prefecture=factories.municipality("16204").prefecture))
    assert other.get(url).status_code == 404
    ministry = Client()
    ministry.force_login(factories.user(Role.MINISTRY))
    assert ministry.get(url).status_code == 403


def test_the_list_costs_the_same_at_1_and_at_30(same_queries_at_1_and_30) -> None:  # type: ignore[no-untyped-def]
    client = office()
    same_queries_at_1_and_30(rows.instructor, lambda: client.get(reverse("dispatch:instructors")))
