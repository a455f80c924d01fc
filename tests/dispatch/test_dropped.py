"""A visit that leaves the plan: what people were asked, and what they said, stays to be seen and to be heeded."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from outreach.dispatch import services
from outreach.dispatch.models import DispatchRequest, DroppedEvent, DroppedVisit, Offer, Plan, Visit
from outreach.people.models import DayException, Person, Role
from tests import factories
from tests.dispatch import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit() -> Visit:
    """Its only instructor has said no."""
    rows.instructor(name="一番 太郎")
    rows.request()
    rows.published()
    services.decline_offer(offer=Offer.objects.get(), now=timezone.now(), reason="雪の道は不安です")
    return Visit.objects.select_related("plan").get()


def replanned(plan: Plan) -> Plan:
    plan.refresh_from_db()
    services.replan(plan=plan, by=None)
    return plan


def page(client: Client, plan: Plan) -> str:
    return str(client.get(f"/staff/plans/{plan.pk}/").content.decode())


def test_a_visit_that_drops_out_keeps_its_history_on_the_plans_page(desk: Client, visit: Visit) -> None:
    assert "外れた依頼" not in page(desk, visit.plan)
    plan = replanned(visit.plan)
    assert not plan.visits.exists(), "nobody else could go"
    assert not Offer.objects.exists()
    said = page(desk, plan)
    assert "外れた依頼" in said
    assert visit.venue.name in said
    assert "雪の道は不安です" in said
    assert "打診した" in said
    assert [(one.new, one.person.name) for one in DroppedEvent.objects.all()] == [
        ("open", "一番 太郎"),
        ("declined", "一番 太郎"),
    ]


def test_who_said_no_is_not_sent_when_the_visit_comes_back_and_the_page_says_that_it_did(
    desk: Client, visit: Visit
) -> None:
    plan = replanned(visit.plan)
    replanned(plan)
    assert not plan.visits.exists(), "the no is remembered"
    other = rows.instructor(name="二番 花子")
    replanned(plan)
    assert plan.visits.get().lead == other
    assert "また計画に入りました" in page(desk, plan)


def test_a_visit_that_nobody_was_asked_about_leaves_nothing(desk: Client) -> None:
    teacher = rows.instructor()
    request = rows.request()
    plan = rows.plan()
    for n in range(7):
        DayException.objects.create(person=teacher, day=rows.monday() + timedelta(days=n), kind="off")
    replanned(plan)
    assert not plan.visits.exists()
    assert not DroppedVisit.objects.filter(request=request).exists()


def test_the_plans_page_costs_the_same_for_one_and_for_many_dropped_visits(
    desk: Client, visit: Visit, same_queries_at_1_and_30: Callable[..., None]
) -> None:
    plan = replanned(visit.plan)
    first = DroppedVisit.objects.get()

    def one_more() -> None:
        dropped = DroppedVisit.objects.create(
            plan=plan, request=DispatchRequest.objects.get(), venue=first.venue, starts_at=first.starts_at, at=first.at
        )
        person: Person = factories.person()
        by = factories.user(Role.PREFECTURE, prefecture_id="01")
        DroppedEvent.objects.create(dropped=dropped, person=person, new="declined", at=first.at, by=by)

    same_queries_at_1_and_30(one_more, lambda: page(desk, plan))
