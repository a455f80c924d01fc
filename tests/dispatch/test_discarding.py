"""A draft that nobody was asked about is thrown away; what people know of stays."""

import pytest
from django.test import Client
from django.urls import reverse

from outreach.dispatch import services
from outreach.dispatch.models import DispatchRequest, Plan, PlanStatus, PlanVersion
from outreach.people.models import Role
from tests import factories
from tests.dispatch import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(db: None) -> Plan:
    rows.instructor()
    rows.request()
    return rows.plan()


def press(desk: Client, plan: Plan, version: int | None = None) -> str:
    url, sent = reverse("dispatch:plan-discard", args=[plan.pk]), version or plan.version_id or ""
    return desk.post(url, {"version": sent}, follow=True).content.decode()


def test_what_only_it_held_waits_again(desk: Client, plan: Plan) -> None:
    assert "この案を捨てる" in desk.get(f"/staff/plans/{plan.pk}/").content.decode()
    assert "案を捨てました" in press(desk, plan)
    assert not PlanVersion.objects.exists()
    request = DispatchRequest.objects.get()
    assert (request.status, request.events.latest("pk").reason) == ("received", "計画の案を捨てた")
    assert rows.plan().visits.exists(), "planned again"


def test_a_request_in_another_draft_stays_planned(desk: Client, plan: Plan) -> None:
    rows.plan()
    press(desk, plan)
    assert DispatchRequest.objects.get().status == "planned"


def test_what_people_were_asked_or_is_being_made_stays(desk: Client, plan: Plan) -> None:
    Plan.objects.update(status=PlanStatus.RUNNING)
    assert "捨てられません" in press(desk, plan)
    Plan.objects.update(status=PlanStatus.READY, replanning=True)
    assert "捨てられません" in press(desk, plan)
    Plan.objects.update(replanning=False)
    assert "そのあいだに案が変わりました" in press(desk, plan, version=10**6)
    services.publish_plan(plan=plan, by=None)
    assert "捨てられません" in press(desk, plan)
    assert "この案を捨てる" not in desk.get(f"/staff/plans/{plan.pk}/").content.decode()
    assert Plan.objects.exists()


def test_one_that_failed_goes_too_and_a_stranger_throws_nothing_away(desk: Client, plan: Plan) -> None:
    failed = Plan.objects.create(prefecture=plan.prefecture, first=plan.first, last=plan.last, status="failed")
    assert "この案を捨てる" in desk.get(f"/staff/plans/{failed.pk}/").content.decode()
    press(desk, failed)
    assert not Plan.objects.filter(pk=failed.pk).exists()
    stranger = Client()
    stranger.force_login(factories.user(Role.PREFECTURE, prefecture=factories.municipality("16204").prefecture))
    assert stranger.post(reverse("dispatch:plan-discard", args=[plan.pk])).status_code == 404
