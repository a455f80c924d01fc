"""The whole search for what would serve a request: made by the worker, followed on a page, kept while all stays so."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_q.models import OrmQ

from outreach.dispatch import explaining, jobs, services
from outreach.dispatch.building import build_problem
from outreach.dispatch.findings import Finding
from outreach.dispatch.models import DayLock, DispatchRequest, Plan, RequestStatus, Search, SearchStatus
from outreach.dispatch.services import PlanRefused
from outreach.dispatch.services.searches import MOST_WAITING
from outreach.people.models import Role
from tests import factories
from tests.dispatch import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan() -> Plan:
    """One visit, and one request that wants a skill which nobody has."""
    rows.instructor()
    rows.request()
    rows.request(needs=["sign"])
    return rows.plan()


def unserved() -> DispatchRequest:
    return DispatchRequest.objects.get(status=RequestStatus.RECEIVED)


def at(plan: Plan, name: str = "explain-request") -> str:
    return reverse(f"dispatch:{name}", args=[plan.pk, unserved().pk])


def body(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.content.decode())


def never(*_args: object, **_fields: object) -> None:
    raise AssertionError("searched in the request")


def silent(search: Search) -> None:
    """As if its worker had been killed two minutes ago."""
    Search.objects.filter(pk=search.pk).update(seen_at=timezone.now() - timedelta(minutes=2))


def test_a_search_is_followed_and_what_it_found_is_there_at_once(
    desk: Client, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = body(desk.post(at(plan, "search"), follow=True))
    assert "順番を待っています" in said
    assert 'http-equiv="refresh"' in said
    assert desk.get(at(plan, "search-progress")).json() == {"running": True, "stage": "順番を待っています"}
    jobs.run_search(Search.objects.get().pk)
    assert not desk.get(at(plan, "search-progress")).json()["running"]
    monkeypatch.setattr("outreach.dispatch.views.explaining.first_look", never)
    said = body(desk.get(at(plan)))
    assert "資格を取ってもらう" in said
    assert "に調べました" in said
    desk.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"  # it was found by a worker that speaks Japanese
    assert "資格を取ってもらう" not in body(desk.get(at(plan)))


def test_a_job_is_queued_with_the_search_and_once(desk: Client, plan: Plan) -> None:
    OrmQ.objects.all().delete()
    for _press in range(3):
        desk.post(at(plan, "search"))
    assert [job.task["args"] for job in OrmQ.objects.all()] == [(Search.objects.get().pk,)]


def test_a_venue_that_is_never_open_is_looked_into_by_the_worker_alone_which_locks_nothing(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows.instructor()
    request = rows.request(openings=[(6, time(9), time(9, 30))])  # too short for a class
    plan = rows.plan()
    monkeypatch.setattr(explaining, "build_problem", never)
    assert "時間をかけて、全部調べる" in body(desk.get(at(plan)))

    def outside_transactions(**fields: Any) -> Any:
        assert len(connection.savepoint_ids) == depth, "nothing is locked while it computes"
        return build_problem(**fields)

    depth = len(connection.savepoint_ids)
    monkeypatch.setattr(explaining, "build_problem", outside_transactions)
    desk.post(at(plan, "search"))
    before = list(request.windows.values_list("weekday", "opens", "closes")), request.venue_id
    jobs.run_search(Search.objects.get().pk)
    request.refresh_from_db()
    assert (list(request.windows.values_list("weekday", "opens", "closes")), request.venue_id) == before
    assert "にも使えるようにする" in body(desk.get(at(plan)))


@pytest.mark.parametrize("what", ["version", "day lock", "opening", "blackout"])
def test_what_was_found_is_dropped_when_the_plan_or_the_request_changes(desk: Client, plan: Plan, what: str) -> None:
    search = services.start_search(plan=plan, request=unserved(), by=None)
    jobs.run_search(search.pk)
    assert services.search_of(plan, unserved())
    visit = plan.visits.get()
    if what == "version":
        services.replan(plan=plan, by=None)
        assert not Search.objects.exists()
    elif what == "day lock":
        DayLock.objects.create(plan=plan, person=visit.lead, day=plan.first)
    elif what == "opening":
        unserved().windows.filter(weekday=0).delete()
    else:
        unserved().blackouts.create(day=plan.first)
    assert services.search_of(plan, unserved()) is None
    assert "に調べました" not in body(desk.get(at(plan)))


def test_a_search_is_begun_by_one_worker_and_taken_up_when_it_dies_then_given_up(desk: Client, plan: Plan) -> None:
    pk = services.start_search(plan=plan, request=unserved(), by=None).pk
    first = services.begin_search(pk)
    assert first
    assert services.begin_search(pk) is None
    assert services.sweep_searches(now=timezone.now()) == 0
    silent(first)
    assert jobs.sweep_runs() == 1
    assert Search.objects.get().status == SearchStatus.QUEUED
    assert not services.end_search(first, Finding()), "what was given up for dead is not heard"
    second = services.begin_search(pk)
    assert second
    silent(second)
    assert jobs.sweep_runs() == 1
    said = body(desk.get(at(plan)))
    assert "調べられませんでした" in said
    assert "時間をかけて、全部調べる" in said


def test_a_search_that_nobody_waits_for_any_more_stops(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outreach.dispatch.services.searches.PULSE", 0)
    services.start_search(plan=plan, request=unserved(), by=None)
    search = services.begin_search(Search.objects.get().pk)
    assert search
    told = services.still_wanted(search)
    assert not told()
    services.replan(plan=plan, by=None)
    assert told()


def test_what_breaks_a_search_is_said_and_it_may_be_asked_again(
    desk: Client, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = services.start_search(plan=plan, request=unserved(), by=None)
    with monkeypatch.context() as broken:
        broken.setattr(jobs, "whole_search", never)
        with pytest.raises(AssertionError):
            jobs.run_search(search.pk)
    assert "調べられませんでした" in body(desk.get(at(plan)))
    jobs.run_search(services.start_search(plan=plan, request=unserved(), by=None).pk)
    assert "に調べました" in body(desk.get(at(plan)))


def test_only_some_of_a_plan_are_searched_at_a_time(desk: Client, plan: Plan) -> None:
    others = [rows.request(needs=["sign"]) for _ in range(MOST_WAITING + 1)]
    for request in others[:MOST_WAITING]:
        services.start_search(plan=plan, request=request, by=None)
    with pytest.raises(PlanRefused):
        services.start_search(plan=plan, request=others[-1], by=None)
    assert services.start_search(plan=plan, request=others[0], by=None), "the one under way is given back"
    there = reverse("dispatch:search", args=[plan.pk, others[-1].pk])
    assert "ほかの依頼をもう調べています" in body(desk.post(there, follow=True))
    Search.objects.update(asked_at=timezone.now() - timedelta(hours=2))  # no worker ever came
    assert services.start_search(plan=plan, request=others[-1], by=None)


def test_a_search_that_no_worker_came_for_may_be_asked_for_again(desk: Client, plan: Plan) -> None:
    OrmQ.objects.all().delete()
    search = services.start_search(plan=plan, request=unserved(), by=None)
    assert "data-follow" in body(desk.get(at(plan)))
    Search.objects.update(asked_at=timezone.now() - timedelta(hours=2))
    assert "data-follow" not in body(desk.get(at(plan)))
    again = services.start_search(plan=plan, request=unserved(), by=None)
    assert again == search
    assert [job.task["args"] for job in OrmQ.objects.all()] == [(search.pk,)] * 2  # whichever comes first runs it, once


def test_a_search_whose_worker_is_dead_is_said_to_be_lost_by_itself_and_may_be_asked_again(
    desk: Client, plan: Plan
) -> None:
    pk = services.start_search(plan=plan, request=unserved(), by=None).pk
    given_up = services.begin_search(pk)
    assert given_up
    assert desk.get(at(plan, "search-progress")).json()["running"]
    silent(given_up)
    assert desk.get(at(plan, "search-progress")).json()["running"], "a worker that lives takes it up within a minute"
    Search.objects.update(seen_at=timezone.now() - timedelta(minutes=3))  # none does: the whole worker is gone
    assert desk.get(at(plan, "search-progress")).json() == {"running": False, "stage": ""}
    said = body(desk.get(at(plan)))
    assert "調べものが止まりました" in said
    assert "data-follow" not in said
    assert "data-follow" in body(desk.post(at(plan, "search"), follow=True))
    assert not services.end_search(given_up, Finding()), "should it live after all, nobody waits for it any more"
    assert services.begin_search(pk)


def test_strangers_neither_start_nor_follow_a_search(client: Client, plan: Plan) -> None:
    factories.municipality("16204")
    for user in (
        factories.user(Role.PREFECTURE, prefecture_id="16"),
        factories.user(Role.COORDINATOR, municipality=factories.municipality()),
    ):
        client.force_login(user)
        assert client.post(at(plan, "search")).status_code == 404
        assert not client.get(at(plan, "search-progress")).json()["running"]
    client.force_login(factories.user(Role.MINISTRY))
    assert client.post(at(plan, "search")).status_code == 403
    assert not Search.objects.exists()


def test_asking_for_a_search_changes_nothing_by_a_link(desk: Client, plan: Plan) -> None:
    assert desk.get(at(plan, "search")).status_code == 405
    assert not Search.objects.exists()


def test_what_was_found_costs_the_same_statements_for_few_and_many_people(
    desk: Client, plan: Plan, query_count: Callable[[Callable[[], Any]], int]
) -> None:
    def cost() -> int:
        jobs.run_search(services.start_search(plan=plan, request=unserved(), by=None).pk)
        desk.get(at(plan))
        return query_count(lambda: desk.get(at(plan)))

    one = cost()
    for _ in range(9):
        rows.instructor()
    plan.refresh_from_db()
    services.replan(plan=plan, by=None)
    assert cost() == one


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_queue_one_search(plan: Plan) -> None:
    OrmQ.objects.all().delete()
    request, barrier = unserved(), Barrier(2)

    def press(_n: int) -> int:
        barrier.wait()
        try:
            return services.start_search(plan=plan, request=request, by=None).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(press, range(2)))) == 1
    assert OrmQ.objects.count() == 1
