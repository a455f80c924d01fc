"""A request names several venues: planning takes the first where it can, else the next, and everything says which."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outreach.classes.models import PLANNED, Session, Venue, VenueHold
from outreach.contact.models import CallTask
from outreach.dispatch import jobs, services
from outreach.dispatch.building import LATER_WISH, build_problem, minute_of
from outreach.dispatch.forms import lines
from outreach.dispatch.models import DispatchRequest, Offer, OfferStatus, OtherVenue, Plan, Search, Visit
from outreach.dispatch.openings import REST
from outreach.dispatch.problem import MAX_STARTS, Problem
from outreach.dispatch.problem_rules import faults
from outreach.dispatch.rules import share_starts, spread
from outreach.dispatch.services.plans import current
from outreach.dispatch.wishes import offered_starts, stands, wishes
from outreach.people.models import CalendarFeed
from tests import factories
from tests.dispatch import letters, rows

SECOND = {"v2__name": "公民館", "v2__address": "鬼志別 2", "v2__more": "月-金 9-17"}


# --- which starts ---------------------------------------------------------------------------------------------------
def bits(number: int) -> list[int]:
    return [n for n in range(number.bit_length()) if number >> n & 1]


HALF = st.integers(0, 2**40 - 1)  # half of forty starts
FEW = st.integers(0, 39).map(lambda n: 1 << n)


@settings(suppress_health_check=[HealthCheck.too_slow])  # how fast lists are drawn is the machine's affair
@given(st.lists(st.one_of(HALF, FEW, st.just(0)).map(bits), min_size=1, max_size=3))
def test_every_start_is_of_the_first_venue_open_then_unless_that_is_full_and_no_open_venue_is_left_out(
    open_at: list[list[int]],
) -> None:
    chosen = share_starts(open_at)
    assert list(chosen) == sorted(chosen)
    assert len(chosen) <= MAX_STARTS
    assert all(start in open_at[venue] for start, venue in chosen.items())
    for venue, starts in enumerate(open_at):
        own = {start for start, of in chosen.items() if of == venue}
        before = {start for earlier in open_at[:venue] for start in earlier}
        assert own or not set(starts) - before, "what no venue before it could take is taken here"
        if own & before:  # beside an earlier one only once all its own times are in
            assert set(starts) - before <= own
    assert len(chosen) >= min(MAX_STARTS - 4, len({start for starts in open_at for start in starts}))


def test_one_venue_has_a_dozen_starts_spread_over_the_whole() -> None:
    assert list(share_starts([range(0, 240, 3)])) == spread(range(0, 240, 3))


def test_the_second_comes_in_where_the_first_is_closed_and_is_left_a_few_where_it_never_is() -> None:
    assert share_starts([[], [1, 2]]) == {1: 1, 2: 1}
    assert share_starts([[1, 2], [2, 3]]) == {1: 0, 2: 0, 3: 1}
    both = share_starts([range(80), range(80)])
    assert sorted(both.values()) == [0] * 10 + [1] * 2


# --- the problem ----------------------------------------------------------------------------------------------------
def asked(**changes: Any) -> DispatchRequest:
    """With a second venue open on weekdays, unless said otherwise."""
    return letters.accepted(**SECOND | changes)[1][0]


def closed_all_week(**changes: Any) -> DispatchRequest:
    week = [rows.monday() + timedelta(days=n) for n in range(7)]
    return asked(v1__closed=f"{week[0].isoformat()}〜{week[-1].isoformat()}", **changes)


def built(plan: Plan | None = None) -> Problem:
    first = rows.monday()
    return build_problem(prefecture="01", first=first, last=first + timedelta(days=6), plan=plan)


def second_of(request: DispatchRequest) -> Venue:
    return request.other_venues.get().venue


@pytest.mark.django_db
class TestTheProblem:
    def test_a_closed_first_venue_leaves_the_second_at_its_price(self) -> None:
        rows.instructor()
        request = closed_all_week()
        problem = built()
        (visit,) = problem.visits
        assert faults(problem) == []
        assert visit.place == f"v{request.venue_id}"
        assert {one.start for one in visit.elsewhere} == set(visit.starts)
        assert {(one.place, one.cost) for one in visit.elsewhere} == {(f"v{second_of(request).pk}", LATER_WISH)}

    def test_one_venue_alone_says_nothing_of_others(self) -> None:
        rows.instructor()
        rows.request()
        assert built().visits[0].elsewhere == ()

    def test_a_venue_without_hours_keeps_office_hours_and_its_own_days_off(self) -> None:
        rows.instructor()
        first = rows.monday()
        closed_all_week(v2__more="", v2__closed=first.isoformat())
        days = {one.start // 1440 for one in built().visits[0].elsewhere}
        assert days
        assert days <= {1, 2, 3, 4}

    def test_what_is_planned_keeps_its_venue_though_another_is_wished_for_more_by_now(self) -> None:
        rows.instructor()
        request = closed_all_week()
        plan = rows.plan()
        visit = plan.visits.get()
        request.blackouts.all().delete()
        OtherVenue.objects.update(blackouts=[str(visit.starts_at.date())], openings=[[5, "09:00", "17:00"]])
        problem = built(plan)
        at = minute_of(visit.starts_at, plan.first)
        assert problem.visits[0].cost_at(at) == LATER_WISH
        assert problem.visits[0].place_at(at) == f"v{second_of(request).pk}"
        assert any(problem.visits[0].place_at(start) == f"v{request.venue_id}" for start in problem.visits[0].starts)
        services.replan(plan=plan, by=None)
        assert plan.visits.get().venue == request.venue  # nobody was told yet: the first wish is worth a change


def far(venue: Venue) -> None:
    """Moved so far away that nobody comes and goes within a day."""
    Venue.objects.filter(pk=venue.pk).update(lat=42.0, lon=140.1)


@pytest.mark.django_db
class TestAtTheSameHours:
    def test_the_second_is_offered_though_the_first_takes_up_all_its_hours(self) -> None:
        request = asked(v1__weekdays=["0"], v1__opens="09:00", v1__closes="12:00", v2__more="月 9-12")
        (visit,) = built().visits
        places = {visit.place_at(start) for start in visit.starts}
        assert places == {f"v{request.venue_id}", f"v{second_of(request).pk}"}
        assert len(visit.starts) == len({*visit.starts}) <= MAX_STARTS
        assert all(9 * 60 + 15 <= start <= 12 * 60 - 15 - visit.duration for start in visit.starts)

    def test_the_second_is_taken_where_nobody_reaches_the_first(self) -> None:
        rows.instructor()
        request = asked(v1__weekdays=["0"], v1__opens="13:00", v1__closes="16:00", v2__more="月 13-16")
        far(request.venue)
        visit = rows.plan().visits.get()
        assert visit.venue == second_of(request)


EVENING, NEVER = "19:30-21:30", "日 9:00-9:15"


@pytest.mark.django_db
class TestWhichVenueIsToOpenLonger:
    @pytest.mark.parametrize("best", [1, 2])
    @pytest.mark.parametrize(
        ("first", "second"),
        [
            (f"月 {EVENING}", f"火 {EVENING}"),  # both stand in the problem, at times when nobody works
            (f"月 {EVENING}", NEVER),  # one of them doesn't
            (NEVER, f"月 {EVENING}"),
            (NEVER, NEVER),  # nor does the request
        ],
    )
    def test_each_venue_is_tried_and_the_cheapest_named(self, desk: Client, first: str, second: str, best: int) -> None:
        rows.instructor()
        free = {"v1__weekdays": [], "v1__opens": "", "v1__closes": ""}
        request = asked(**free, v1__more=first, v2__more=second)
        other = second_of(request)
        far(other if best == 1 else request.venue)
        plan = rows.plan()
        assert not plan.visits.exists()
        search = services.start_search(plan=plan, request=request, by=None)
        jobs.run_search(search.pk)
        name = ("交流センター", "公民館")[best - 1]
        text = said(desk, reverse("dispatch:explain-request", args=[plan.pk, request.pk]))
        assert f"会場「{name}」を、" in text
        assert text.count("にも使えるようにする") == 1
        found = next(one for one in services.finding_of(Search.objects.get()).changes if one.change.kind == "opening")
        assert found.change.place == f"v{(request.venue, other)[best - 1].pk}"
        self.and_so_it_is(plan, request, best, found.start)

    def and_so_it_is(self, plan: Plan, request: DispatchRequest, best: int, start: int) -> None:
        """Done as the page says, the next plan serves it there."""
        day, minute = divmod(start, 24 * 60)
        opens, shuts = time((minute - 15) // 60, (minute - 15) % 60), time(21, 30)
        weekday = (plan.first + timedelta(days=day)).weekday()
        if best == 1:
            request.windows.create(weekday=weekday, opens=opens, closes=shuts)
        else:
            OtherVenue.objects.update(openings=[[weekday, f"{opens:%H:%M}", f"{shuts:%H:%M}"]])
        visit = rows.plan().visits.get(request=request)
        assert visit.venue == (request.venue if best == 1 else second_of(request))


# --- from the plan to the class ---------------------------------------------------------------------------------------
def said(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", answer.content.decode()))


@pytest.mark.django_db
class TestFromThePlanToTheClass:
    def test_a_request_whose_first_venue_is_closed_all_month_is_taught_at_the_second(self, desk: Client) -> None:
        teacher = rows.instructor()
        CalendarFeed.objects.create(person=teacher)
        request = closed_all_week()
        second = second_of(request)
        Venue.objects.filter(pk=second.pk).update(key_holder="鍵は公民館の窓口", lat=45.25, lon=142.2)
        plan = rows.plan()
        visit = plan.visits.get()
        assert (visit.venue, visit.wish) == (second, 2)
        self.every_page_says_the_second(desk, plan, request, visit)
        services.publish_plan(plan=plan, by=None)
        letter = said(Client(), reverse("dispatch:offer-letter", args=[teacher.offer_letters.get().token]))
        assert "公民館" in letter
        assert "鍵は公民館の窓口" in letter
        assert "交流センター" not in letter
        services.accept_offer(offer=Offer.objects.get(), now=rows.now())
        session = Session.objects.get(status__in=PLANNED)
        assert (session.venue, session.starts_at) == (second, visit.starts_at)
        assert VenueHold.objects.get().venue == second
        assert "会場は公民館です" in CallTask.objects.get(number=request.contact_phone).fields["text"]
        feed = desk.get(reverse("desk:calendar-feed", args=[CalendarFeed.objects.get().token])).content.decode()
        assert "LOCATION:公民館" in feed

    def every_page_says_the_second(self, desk: Client, plan: Plan, request: DispatchRequest, visit: Visit) -> None:
        day = visit.starts_at.date().isoformat()
        table = said(desk, f"/staff/plans/{plan.pk}/?week={day}")
        assert "公民館 第2希望" in table
        assert "交流センター" not in table
        assert "公民館 第2希望" in said(desk, f"/staff/plans/{plan.pk}/visits/{request.pk}/")
        assert "公民館 第2希望" in said(desk, f"/staff/plans/{plan.pk}/map/?day={day}")
        points = desk.get(f"/staff/plans/{plan.pk}/map/{day}/points/").json()
        assert any("公民館（第2希望）" in name for name in points["names"])
        assert "公民館 第2希望" in said(desk, reverse("dispatch:explain-visit", args=[plan.pk, request.pk]))
        assert "公民館 第2希望" in said(desk, reverse("dispatch:request", args=[request.pk]))
        csv = desk.get(f"/staff/plans/{plan.pk}/?format=csv").content.decode("utf-8-sig")
        assert "公民館" in csv
        assert "交流センター" not in csv

    def test_the_first_is_taken_where_it_is_open(self) -> None:
        rows.instructor()
        request = asked()
        visit = rows.plan().visits.get()
        assert (visit.venue, visit.wish) == (request.venue, 1)

    def test_it_is_moved_by_hand_to_the_other_venue_and_the_page_of_changes_says_so(self, desk: Client) -> None:
        teacher = rows.instructor()
        request = asked(v1__weekdays=["0", "1"], v2__more="木・金 9-17")
        plan = rows.plan()
        at = f"/staff/plans/{plan.pk}/visits/{request.pk}/"
        page = said(desk, at)
        assert "公民館（第2希望）" in page
        assert "交流センター" in page
        problem, _answer = current(plan)
        start = problem.visits[0].elsewhere[-1].start
        form = {"start": start, "lead": teacher.pk, "version": plan.version_id, "action": "save"}
        assert desk.post(at, form).status_code == 302
        assert plan.visits.get().venue == second_of(request)
        changes = said(desk, f"/staff/plans/{plan.pk}/changes/")
        assert "交流センター" in changes
        assert "公民館" in changes
        services.undo_version(plan=Plan.objects.get(pk=plan.pk))
        assert plan.visits.get().venue == request.venue

    def test_an_open_offer_is_taken_back_when_the_venue_changes_with_the_time(self) -> None:
        teacher = rows.instructor()
        request = asked(v1__weekdays=["0", "1"], v2__more="木・金 9-17")
        plan = rows.plan()
        services.publish_plan(plan=plan, by=None)
        start = current(plan)[0].visits[0].elsewhere[-1].start
        services.move_visit(
            plan=Plan.objects.get(pk=plan.pk), request=request.pk, start=start, crew=(teacher.pk,), by=None
        )
        assert Offer.objects.get().status == OfferStatus.WITHDRAWN

    def test_why_nobody_comes_is_told_of_all_its_venues(self, desk: Client) -> None:
        rows.instructor()
        request = closed_all_week(v2__closed="、".join(str(rows.monday() + timedelta(days=n)) for n in range(7)))
        text = said(desk, reverse("dispatch:explain-request", args=[rows.plan().pk, request.pk]))
        assert "どの会場も、この期間のどの候補の日時にも開いていません" in text

    def test_a_table_of_later_wishes_takes_no_more_statements(
        self, desk: Client, same_queries_at_1_and_30: Callable[..., None]
    ) -> None:
        teacher = rows.instructor()
        closed_all_week()
        plan = rows.plan()
        visit = plan.visits.get()

        def add() -> None:
            request = rows.request()
            other = factories.venue()
            OtherVenue.objects.create(request=request, rank=2, venue=other)
            Visit.objects.create(
                plan=plan, request=request, venue=other, starts_at=visit.starts_at, ends_at=visit.ends_at, lead=teacher
            )

        same_queries_at_1_and_30(add, lambda: desk.get(f"/staff/plans/{plan.pk}/?week={visit.starts_at.date()}"))


@pytest.mark.django_db
def test_a_room_that_is_held_for_a_class_is_not_planned_at() -> None:
    wanted = rows.request(openings=[(0, time(9), time(17))])
    first = rows.monday()
    noon = timezone.make_aware(datetime.combine(first, time(12)))
    VenueHold.objects.create(venue=wanted.venue, starts_at=noon, ends_at=noon + timedelta(hours=2), subject="session:1")
    (visit,) = build_problem(prefecture="01", first=first, last=first).visits
    assert all(start + visit.duration <= 720 or start >= 840 for start in visit.starts)
    assert any(start >= 840 for start in visit.starts)


@pytest.mark.django_db
def test_where_a_hearing_loop_is_asked_for_the_venue_that_has_one_is_taken() -> None:
    loop = factories.venue(name="磁気ループのある会館", induction_loop=True)
    wanted = rows.request(hearing_loop=True)
    OtherVenue.objects.create(request=wanted, rank=2, venue=loop)
    first = rows.monday()

    def places() -> set[str]:
        (visit,) = build_problem(prefecture="01", first=first, last=first + timedelta(days=4)).visits
        return {visit.place_at(start) for start in visit.starts}

    assert places() == {f"v{loop.pk}"}
    DispatchRequest.objects.update(hearing_loop=False)
    assert f"v{wanted.venue_id}" in places()
    DispatchRequest.objects.update(hearing_loop=True)
    Venue.objects.update(induction_loop=False)  # known of neither: it is for the instructor to ask
    assert f"v{wanted.venue_id}" in places()
    assert "補聴の磁気ループ" in wanted.need_labels


@pytest.mark.django_db
def test_a_venue_that_is_said_to_have_a_loop_is_planned_at_and_what_the_office_knows_is_not_forgotten(
    desk: Client,
) -> None:
    two = {"v2__name": "第2集会所", "v2__address": "鬼志別西町 2"}
    _letter, (plain,) = letters.accepted(hearing_loop="on", **two)
    page = reverse("dispatch:request", args=[plain.pk])
    unknown = "磁気ループのある会場が、わかっていません"
    assert unknown in desk.get(page).content.decode()
    letter, (said,) = letters.accepted(hearing_loop="on", v2__loop="on", **two)
    (second,) = Venue.objects.filter(induction_loop=True)
    for request in (plain, said):
        assert [wish.venue for wish in wishes(DispatchRequest.objects.get(pk=request.pk))] == [second]
    text = desk.get(page).content.decode()
    assert unknown not in text
    assert text.count("補聴の磁気ループあり") == 1
    assert (
        "会場（第2希望）",
        "第2集会所\n鬼志別西町 2\n使える時間：平日 9:00-17:00（祝日・年末年始をのぞく）\n補聴の磁気ループあり",
    ) in [*lines(letter.written, since=timezone.localdate())]
    form = letters.form(hearing_loop="on", **two)
    assert form.is_valid()
    services.amend_letter(letter=letter, asked=form.asked(), written=form.written(), by=None)
    assert Venue.objects.get(induction_loop=True) == second


# --- public holidays and the turn of the year -------------------------------------------------------------------------
TURN = date(2027, 12, 27), date(2028, 1, 12)  # Monday; 1 January is a Saturday, 10 January a public holiday


def days_of(request: DispatchRequest) -> set[date]:
    first, last = TURN
    return {first + timedelta(days=start // 1440) for start in offered_starts(request, first, last, {})}


@pytest.mark.django_db
@pytest.mark.parametrize("openings", [[], [(day, time(9), time(11)) for day in range(5)]])
def test_a_venue_is_shut_on_rest_days_unless_it_says_so(openings: list[tuple[int, time, time]]) -> None:
    request = rows.request(openings=openings, earliest=TURN[0], latest=TURN[1])
    rest = {date(2027, 12, 29), date(2027, 12, 30), date(2027, 12, 31), date(2028, 1, 3), date(2028, 1, 10)}
    assert TURN[0] in days_of(request)
    assert not days_of(request) & rest
    wanted = rows.request(openings=[(REST, time(9), time(11))], earliest=TURN[0], latest=TURN[1])
    assert days_of(wanted) == {*rest, date(2028, 1, 1), date(2028, 1, 2)}


@pytest.mark.django_db
def test_a_visit_on_a_rest_day_stands_only_where_the_venue_is_open_then() -> None:
    at = timezone.make_aware(datetime(2027, 12, 30, 10))
    for day, stays in ((3, False), (REST, True)):
        request = rows.request(openings=[(day, time(9), time(17))], earliest=TURN[0], latest=TURN[1])
        visit = Visit(request=request, venue=request.venue, starts_at=at, ends_at=at + timedelta(hours=1))
        assert stands(request, visit) is stays
