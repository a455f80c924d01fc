"""What no longer holds of a planned visit is marked where it stands, said before publishing, mended by replanning."""

from collections.abc import Callable
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page

from outreach.classes.models import VenueHold
from outreach.classes.services import hold_venue
from outreach.dispatch import jobs, services
from outreach.dispatch.asking import vacancies_in
from outreach.dispatch.building import build_problem
from outreach.dispatch.misfits import misfits_of
from outreach.dispatch.models import DispatchRequest, Offer, OtherVenue, Plan, RequestBlackout, RequestWindow, Visit
from outreach.people.models import Instructor, Organisation, Qualification, Role, User
from outreach.people.rules import Scope
from tests import factories
from tests.browser import OpenPage
from tests.dispatch import rows
from tests.journeys.test_coordinator import sign_in as enter

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(db: None) -> Visit:
    rows.instructor(name="一番 太郎"), rows.instructor(name="二番 花子")
    rows.request(crew=2)
    return Visit.objects.select_related("plan", "request").get(plan=rows.plan())


def table(desk: Client, visit: Visit) -> str:
    week = timezone.localdate(visit.starts_at)
    return str(desk.get(f"/staff/plans/{visit.plan_id}/?week={week}").content.decode())


def close_the_venue(visit: Visit) -> None:
    RequestBlackout.objects.create(request=visit.request, day=timezone.localdate(visit.starts_at))


def test_a_qualification_that_ran_out_is_marked_at_its_holder_alone(desk: Client, visit: Visit) -> None:
    assert "plan-mark bad" not in table(desk, visit)
    last = timezone.localdate(visit.starts_at)
    Qualification.objects.filter(person=visit.second).update(valid_to=last)
    assert misfits_of(visit) == [], "the last day counts"
    Qualification.objects.filter(person=visit.second).update(valid_to=last - timedelta(days=1))
    text = table(desk, visit)
    assert text.count('<span class="plan-mark bad">資格切れ</span>') == 1
    assert f'<a href="#row-{visit.second_id}">' in text
    assert "この週に1件あります" in text
    page = str(desk.get(f"/staff/plans/{visit.plan_id}/visits/{visit.request_id}/").content.decode())
    assert f"{visit.second}さんは、その日に要る資格" in page


def test_a_need_binds_the_lead_only(visit: Visit) -> None:
    DispatchRequest.objects.update(needs=["sign"])
    assert [one.person for one in misfits_of(visit)] == [visit.lead_id]


@pytest.mark.parametrize(
    "change",
    [
        close_the_venue,
        lambda visit: RequestWindow.objects.update(opens=time(20), closes=time(21)),
        lambda visit: RequestWindow.objects.filter(weekday=timezone.localtime(visit.starts_at).weekday()).delete(),
        lambda visit: DispatchRequest.objects.update(
            earliest=timezone.localdate(visit.starts_at) + timedelta(days=1), latest=rows.monday() + timedelta(days=9)
        ),
        lambda visit: DispatchRequest.objects.update(venue=factories.venue()),
    ],
)
def test_a_venue_closed_since_is_marked_at_everyone_who_would_go(
    desk: Client, visit: Visit, change: Callable[[Visit], Any]
) -> None:
    change(visit)
    assert table(desk, visit).count('<span class="plan-mark bad">会場が閉まる</span>') == 2
    said = str(desk.get(f"/staff/plans/{visit.plan_id}/publish/").content.decode())
    assert f"会場「{visit.venue.name}」は、その日時には使えなくなりました。" in said


def test_a_room_that_another_class_took_is_marked_and_ones_own_is_not(desk: Client, visit: Visit) -> None:
    hold_venue(venue=visit.venue, starts_at=visit.ends_at, ends_at=visit.ends_at + timedelta(hours=1), subject="x")
    assert "会場がふさがる" not in table(desk, visit), "back to back"
    hold_venue(venue=visit.venue, starts_at=visit.starts_at, ends_at=visit.ends_at, subject="x")
    assert table(desk, visit).count("会場がふさがる</span>") == 2
    VenueHold.objects.all().delete()
    services.publish_plan(plan=visit.plan, by=None)
    for offer in Offer.objects.order_by("pk"):
        services.accept_offer(offer=offer, now=timezone.now())
    assert visit.sessions.exists()
    assert "plan-mark bad" not in table(desk, visit)


def test_a_visit_is_not_offered_a_day_on_which_its_venue_has_closed(desk: Client, visit: Visit) -> None:
    at, day = f"/staff/plans/{visit.plan_id}/visits/{visit.request_id}/", timezone.localdate(visit.starts_at)
    assert day in {one.day for one in desk.get(at).context["choices"].days}
    close_the_venue(visit)
    days = [one.day for one in desk.get(at).context["choices"].days]
    assert day not in days
    assert days
    cell: dict[str, Any] = {"person": visit.lead_id, "day": day.isoformat(), "part": 1}
    assert "この日には入れられません" in desk.get(at, cell).content.decode()
    assert f":{day}" not in str(desk.get(f"{at}options/").json())


def test_the_office_notes_that_a_venue_cannot_be_used_and_can_after_all(desk: Client, visit: Visit) -> None:
    at = f"/staff/plans/{visit.plan_id}/visits/{visit.request_id}/"
    for _press in range(2):
        answer = desk.post(f"{at}venue/", {"closed": "1"}, follow=True).content.decode()
    assert "動かす先を選んでください" in answer
    assert "会場が閉まる" in table(desk, visit)
    assert visit.request.events.filter(reason__contains="使えない").count() == 1, "a second press changes nothing"
    assert "会場が使えると記録しました" in desk.post(f"{at}venue/", {"closed": "0"}, follow=True).content.decode()
    assert misfits_of(visit) == []
    DispatchRequest.objects.update(status="agreed")
    desk.post(f"{at}venue/", {"closed": "1"})
    assert misfits_of(visit) == [], "its class is moved or cancelled instead"
    stranger = Client()
    stranger.force_login(factories.user(Role.INSTRUCTOR))
    assert stranger.post(f"{at}venue/", {"closed": "1"}).status_code == 403


def test_a_later_wish_has_closed_days_of_its_own(visit: Visit) -> None:
    other, day = factories.venue(), timezone.localdate(visit.starts_at)
    row = OtherVenue.objects.create(request=visit.request, rank=2, venue=other, openings=[], blackouts=[])
    services.close_venue(request=visit.request, venue=other, day=day, by=None)
    row.refresh_from_db()
    assert (row.closed, misfits_of(visit)) == ([day], [])
    with pytest.raises(services.RequestError):
        services.close_venue(request=visit.request, venue=factories.venue(), day=day, by=None)


def test_a_withdrawn_request_is_marked_and_needs_nobody_in_anyones_place(desk: Client, visit: Visit) -> None:
    services.publish_plan(plan=visit.plan, by=None)
    services.decline_offer(offer=visit.offers.get(person=visit.lead), now=timezone.now(), reason="都合がつかない")
    everyone = Scope(nation=True)
    assert vacancies_in(everyone, timezone.now()).get() == visit
    services.withdraw_request(request=DispatchRequest.objects.get(), by=None, reason="中止")
    assert not vacancies_in(everyone, timezone.now()).exists()
    text = table(desk, visit)
    assert text.count('<span class="plan-mark bad">取り下げ</span>') == 2
    assert "講師なし" not in text
    assert "代わりの講師が要る訪問" not in text


def test_what_is_over_is_marked_no_more(visit: Visit) -> None:
    close_the_venue(visit)
    assert misfits_of(visit)
    Visit.objects.update(starts_at=timezone.now() - timedelta(hours=2), ends_at=timezone.now() - timedelta(hours=1))
    assert misfits_of(visit) == []


def test_replanning_leaves_a_closed_venue_but_not_against_a_lock(visit: Visit) -> None:
    close_the_venue(visit)
    was = visit.starts_at
    services.lock_visit(visit=visit, locked=True)
    services.replan(plan=visit.plan, by=None, seconds=5)
    assert Visit.objects.get().starts_at == was
    services.lock_visit(visit=visit, locked=False)
    visit.plan.refresh_from_db()
    services.replan(plan=visit.plan, by=None, seconds=5)
    moved = Visit.objects.get()
    assert timezone.localdate(moved.starts_at) != timezone.localdate(was)
    assert misfits_of(moved) == []


def test_replanning_leaves_a_room_that_someone_else_took(visit: Visit) -> None:
    hold_venue(venue=visit.venue, starts_at=visit.starts_at, ends_at=visit.ends_at, subject="x")
    services.replan(plan=visit.plan, by=None, seconds=5)
    moved = Visit.objects.get()
    assert moved.starts_at != visit.starts_at
    assert misfits_of(moved) == []


@pytest.mark.django_db(transaction=True)
def test_as_the_coordinator_sees_it(
    open_page: OpenPage,
    centre: Organisation,
    visit: Visit,
    axe: Callable[[Page], None],
    fits_width: Callable[[Page], None],
    shot: Callable[[Page, str], Path],
) -> None:
    close_the_venue(visit)
    Qualification.objects.filter(person=visit.lead).update(valid_to=timezone.localdate())
    page = open_page("phone")
    enter(page, factories.user(Role.COORDINATOR, organisation=centre))
    page.goto(f"/staff/plans/{visit.plan_id}/?week={timezone.localdate(visit.starts_at)}")
    assert page.locator(".plan-mark.bad").count() == 3
    fits_width(page)
    axe(page)
    shot(page, "misfits-phone")


def test_the_table_says_who_had_the_rest_planned_anew(desk: Client, visit: Visit) -> None:
    desk.post(f"/staff/plans/{visit.plan_id}/replan/")
    jobs.run_replan(visit.plan_id)
    (first, again) = Plan.objects.get().versions.order_by("pk")
    assert (first.by, again.by) == (None, User.objects.get())


def test_what_another_plan_asks_for_is_marked_here_and_stays_there(desk: Client, visit: Visit) -> None:
    first, draft = visit, Visit.objects.get(plan=rows.plan())
    services.publish_plan(plan=first.plan, by=None)
    assert table(desk, draft).count("ほかの計画で打診</span>") == 2
    said = desk.get(f"/staff/plans/{draft.plan_id}/publish/").content.decode()
    assert "ほかの計画で打診している依頼（この計画からは打診しません）：" in said
    assert "取り下げられたか" not in said
    services.start_replan(plan=draft.plan, by=None)
    jobs.run_replan(draft.plan_id)
    assert not Visit.objects.filter(plan=draft.plan_id).exists()
    assert DispatchRequest.objects.get().status == "offered", "it left a draft, not the plan that asks for it"


def test_a_request_that_leaves_one_draft_stays_planned_for_another_and_goes_out_with_it(
    desk: Client, visit: Visit
) -> None:
    draft = rows.plan()
    Instructor.objects.update(active=False)
    services.start_replan(plan=draft, by=None)
    jobs.run_replan(draft.pk)
    assert not draft.visits.exists()
    assert DispatchRequest.objects.get().status == "planned", "else its town could amend what the other draft has"
    assert "行けない依頼 1件" in desk.get(f"/staff/plans/{draft.pk}/").content.decode(), "it is in none of this one"
    DispatchRequest.objects.update(status="received")  # as it was set before
    assert services.publish_plan(plan=visit.plan, by=None) == 2
    assert DispatchRequest.objects.get().status == "offered"


def test_a_draft_that_goes_out_later_takes_nothing_from_the_plan_that_asked(desk: Client, visit: Visit) -> None:
    first, draft = visit, Visit.objects.get(plan=rows.plan())
    services.publish_plan(plan=first.plan, by=None)
    assert services.publish_plan(plan=draft.plan, by=None) == 0
    assert "ほかの計画で打診" not in table(desk, first)
    known = build_problem(prefecture="01", first=first.plan.first, last=first.plan.last, plan=first.plan)
    assert [one.id for one in known.visits] == [f"r{first.request_id}"], "planned anew, it is kept"
