"""Pages of plans: who may open them, the table, moving, locking, undoing, publishing."""

import csv
import io
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ

from backend.sample.dispatch import seed_plan
from outreach.dispatch import documents, services
from outreach.dispatch.bars import AXIS, hand_at, pieces_of
from outreach.dispatch.building import minute_of
from outreach.dispatch.choosing import choices_of
from outreach.dispatch.models import DayLock, Offer, OtherBase, Plan, PlanStatus, PlanVersion, Trip, Visit
from outreach.dispatch.placing import Place
from outreach.dispatch.week import week_of
from outreach.dispatch.weeks import first_week, weeks_of
from outreach.people.models import AccessLog, DayException, Instructor, Person, Role
from tests import factories
from tests.dispatch import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def teachers() -> list[Person]:
    return [rows.instructor(name="一番 太郎"), rows.instructor(name="二番 花子")]


@pytest.fixture
def visit(teachers: list[Person]) -> Visit:
    rows.request()
    return Visit.objects.select_related("plan", "request").get(plan=rows.plan())


def body(answer: Any) -> str:
    return str(answer.content.decode())


def page(visit: Visit, rest: str = "") -> str:
    return f"/staff/plans/{visit.plan_id}/{rest}"


def test_a_plan_without_any_visit_says_why(desk: Client) -> None:
    factories.municipality()
    plan = rows.plan()
    assert "派遣できる講師がいません" in body(desk.get(f"/staff/plans/{plan.pk}/"))
    assert "この計画には、訪問がありません" in body(desk.get(f"/staff/plans/{plan.pk}/publish/"))
    rows.instructor()
    assert "この期間に開ける依頼がありません" in body(desk.get(f"/staff/plans/{rows.plan().pk}/"))


def test_a_plan_is_started_and_waits_for_the_worker(desk: Client) -> None:
    factories.municipality()
    first = rows.monday()
    asked = {"prefecture": "01", "first": first, "last": first + timedelta(days=6), "solver": "greedy", "seconds": 10}
    answer = desk.post("/staff/plans/new/", asked, follow=True)
    plan = Plan.objects.get()
    assert (plan.status, plan.solver, plan.seconds) == (PlanStatus.QUEUED, "greedy", 10)
    assert "順番を待っています" in body(answer)
    assert 'http-equiv="refresh"' in body(answer)
    desk.post(f"/staff/plans/{plan.pk}/stop/")
    plan.refresh_from_db()
    assert plan.stop_asked


def test_a_second_press_shows_the_plan_under_way_in_place_of_another(desk: Client) -> None:
    factories.municipality()
    first = rows.monday()
    asked = {"prefecture": "01", "first": first, "last": first + timedelta(days=6), "solver": "greedy", "seconds": 10}
    desk.post("/staff/plans/new/", asked)
    plan = Plan.objects.get()
    said = desk.post("/staff/plans/new/", {**asked, "first": first + timedelta(days=3)}, follow=True)
    assert "もう計算しています" in body(said)
    assert said.redirect_chain[-1][0] == f"/staff/plans/{plan.pk}/"
    desk.post("/staff/plans/new/", {**asked, "first": first + timedelta(days=7), "last": first + timedelta(days=9)})
    assert Plan.objects.count() == 2, "other days are another plan"
    Plan.objects.update(asked_at=timezone.now() - timedelta(hours=2))  # no worker ever came
    desk.post("/staff/plans/new/", asked)
    Plan.objects.filter(status=PlanStatus.QUEUED).update(status=PlanStatus.READY)
    desk.post("/staff/plans/new/", asked)
    assert Plan.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_presses_at_once_queue_one_plan(teachers: list[Person]) -> None:
    first, barrier = rows.monday(), Barrier(4)

    def press(n: int) -> int:
        barrier.wait()
        try:
            return services.start_plan(
                prefecture="01", first=first + timedelta(days=n), last=first + timedelta(days=6), by=None
            ).pk
        except services.PlanUnderWay as refused:
            return refused.plan.pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(press, range(4)))) == 1
    assert Plan.objects.count() == 1
    assert OrmQ.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"last": "2026-01-01"},
        {"first": "9999-12-31", "last": "9999-12-31"},
        {"first": "x"},
        {"solver": "magic"},
        {"prefecture": "99"},
    ],
)
def test_what_makes_no_sense_is_not_started(desk: Client, wrong: dict[str, str]) -> None:
    factories.municipality()
    first = rows.monday()
    asked = {"prefecture": "01", "first": first, "last": first + timedelta(days=6), "solver": "best", "seconds": 10}
    assert "入力を確認してください" in body(desk.post("/staff/plans/new/", {**asked, **wrong}))
    assert not Plan.objects.exists()


def test_a_failed_plan_says_why_and_what_to_do(desk: Client) -> None:
    factories.municipality()
    plan = Plan.objects.create(
        prefecture_id="01", first=date(2026, 12, 1), last=date(2026, 12, 7), status="failed", failure="講師がいません。"
    )
    said = body(desk.get(f"/staff/plans/{plan.pk}/"))
    assert "講師がいません。" in said
    assert "first=2026-12-01" in said


def test_requests_that_could_not_be_met_and_those_that_came_since_are_counted_apart(desk: Client, visit: Visit) -> None:
    rows.request(venue=factories.venue(name="夜の会館"), openings=[(day, time(20), time(22)) for day in range(7)])
    services.replan(plan=visit.plan, by=None)
    rows.request(venue=factories.venue(name="あとの会館"))
    text = body(desk.get(page(visit)))
    assert Plan.objects.get().version.unserved == 1  # type: ignore[union-attr]
    left, later = text.split('<h2 id="left">')[1].split('<h2 id="later">')
    assert "行けない依頼 1件" in left
    assert "夜の会館" in left
    assert "まだ計算していない依頼 1件" in later
    assert "あとの会館" in later
    assert "行けない依頼</a> <b>1</b>" in text
    assert "まだ計算していない依頼</a> <b>1</b>" in text


def test_the_table_shows_who_goes_where_and_is_logged(desk: Client, visit: Visit) -> None:
    said = body(desk.get(page(visit)))
    assert visit.request.venue.name in said
    assert visit.lead.name in said
    assert '<rect class="road"' in said
    assert AccessLog.objects.filter(subject=f"plan:{visit.plan_id}").count() == 1


@pytest.mark.parametrize("rest", ["", "figures/", "map/", "publish/"])
def test_other_prefectures_and_towns_do_not_see_it(client: Client, visit: Visit, rest: str) -> None:
    factories.municipality("16204")
    strangers = [
        factories.user(Role.PREFECTURE, prefecture_id="16"),
        factories.user(Role.COORDINATOR, municipality=visit.request.municipality),
        factories.user(Role.COORDINATOR, organisation=factories.organisation(kind="carrier")),
    ]
    for user in strangers:
        client.force_login(user)
        assert client.get(page(visit, rest)).status_code == 404
    client.force_login(factories.user(Role.MINISTRY))
    assert client.get(page(visit, rest)).status_code == 403


def test_the_own_prefecture_sees_it(client: Client, visit: Visit) -> None:
    client.force_login(factories.user(Role.PREFECTURE, prefecture_id="01"))
    for rest in ("", "figures/", "map/", "publish/", f"visits/{visit.request_id}/"):
        assert client.get(page(visit, rest)).status_code == 200, rest


def test_a_visit_is_checked_then_moved_then_put_back(desk: Client, visit: Visit, teachers: list[Person]) -> None:
    other = next(person for person in teachers if person.pk != visit.lead_id)
    start = minute_of(visit.starts_at, visit.plan.first)
    asked = {"start": start, "lead": other.pk, "version": visit.plan.version_id}
    at = page(visit, f"visits/{visit.request_id}/")
    assert "どの決まりも守れます" in body(desk.post(at, {**asked, "action": "check"}))
    assert PlanVersion.objects.count() == 1
    answer = desk.post(at, {**asked, "action": "save"}, follow=True)
    assert "訪問を動かしました" in body(answer)
    visit.refresh_from_db()
    assert visit.lead == other
    back = {"version": Plan.objects.get().version_id}
    assert "そのあいだに案が変わりました" in body(desk.post(page(visit, "undo/"), asked, follow=True)), "an old tab"
    visit.refresh_from_db()
    assert visit.lead == other
    assert "1つ前の案に戻しました" in body(desk.post(page(visit, "undo/"), back, follow=True))
    visit.refresh_from_db()
    assert visit.lead != other
    assert "1つ前の案に戻しました" not in body(desk.post(page(visit, "undo/"), back, follow=True)), "a second press"


def test_what_breaks_is_said_in_names_and_nothing_is_kept(desk: Client, visit: Visit) -> None:
    asked = {"start": 3, "lead": visit.lead_id, "version": visit.plan.version_id, "action": "save"}
    said = body(desk.post(page(visit, f"visits/{visit.request_id}/"), asked))
    assert "守れない決まりがあります" in said
    assert f"訪問「{visit.request.municipality.name} {visit.request.venue.name}」の開始" in said
    assert PlanVersion.objects.count() == 1


def test_a_stale_page_moves_nothing(desk: Client, visit: Visit, teachers: list[Person]) -> None:
    other = next(person for person in teachers if person.pk != visit.lead_id)
    start = minute_of(visit.starts_at, visit.plan.first)
    asked = {"start": start, "lead": other.pk, "version": (visit.plan.version_id or 0) + 1, "action": "save"}
    assert "ほかの人が先に変更しました" in body(desk.post(page(visit, f"visits/{visit.request_id}/"), asked))
    assert PlanVersion.objects.count() == 1


def test_places_are_grouped_by_day_and_by_who_goes_the_best_first(desk: Client, visit: Visit) -> None:
    at = page(visit, f"visits/{visit.request_id}/")
    choices = desk.get(at).context["choices"]
    places = [place for day in choices.days for team in day.teams for place in team.places]
    assert len(places) == 2 * len(visit_starts(visit))
    assert sum(place.here for place in places) == 1
    assert choices.first.cost_km == min(place.cost_km for place in places if not place.here)
    for day in choices.days:
        assert {timezone.localdate(place.at) for team in day.teams for place in team.places} == {day.day}
        assert [team.best.cost_km for team in day.teams] == sorted(team.best.cost_km for team in day.teams)
        assert all(len({place.crew for place in team.places}) == 1 for team in day.teams)
    assert [day.best.cost_km for day in choices.days] == sorted(day.best.cost_km for day in choices.days)
    last = choices.days[-1].teams[-1].places[-1]
    assert f'name="place" value="{last.value}"' in body(desk.get(at)), "nothing is left out of a short list"
    asked = {"place": last.value, "version": visit.plan.version_id, "action": "save"}
    assert "訪問を動かしました" in body(desk.post(at, asked, follow=True))
    visit.refresh_from_db()
    assert (visit.starts_at, visit.crew) == (last.at, list(last.crew))


def visit_starts(visit: Visit) -> tuple[int, ...]:
    version = visit.plan.version
    assert version
    return next(one.starts for one in documents.problem_of(version).visits if one.id == f"r{visit.request_id}")


def test_a_day_with_many_crews_shows_the_best_and_folds_the_rest() -> None:
    at = timezone.now()
    many = [Place(1, at, (n,), str(n), n / 10, 0, n == 0, "", 0) for n in range(40)]
    choices = choices_of(many)
    (day,) = choices.days
    assert [team.best.crew for team in day.first] == [(0,), (1,), (2,), (3,)]
    assert len(day.first) + len(day.more) == 30
    assert (choices.first, choices.better, day.here) == (many[1], False, True)
    assert choices_of([]).first is None


@pytest.mark.parametrize("place", ["", "-", "x", "1", "1-1-1-1", "99999999999-1", "540-1-2"])
def test_a_place_that_is_none_moves_nothing(desk: Client, visit: Visit, place: str) -> None:
    answer = desk.post(page(visit, f"visits/{visit.request_id}/"), {"place": place, "action": "save"})
    assert answer.status_code == 200
    assert PlanVersion.objects.count() == 1


@pytest.mark.parametrize("asked", [{"start": "x"}, {"lead": "9" * 30}, {"start": "1", "lead": "1"}, {}])
def test_nonsense_moves_nothing(desk: Client, visit: Visit, asked: dict[str, str]) -> None:
    answer = desk.post(page(visit, f"visits/{visit.request_id}/"), {**asked, "action": "save"})
    assert answer.status_code == 200
    assert PlanVersion.objects.count() == 1


def test_one_cell_says_what_is_possible_there(desk: Client, visit: Visit, teachers: list[Person]) -> None:
    other = next(person for person in teachers if person.pk != visit.lead_id)
    day = timezone.localdate(visit.starts_at)
    asked: dict[str, Any] = {"person": other.pk, "day": day.isoformat(), "leaving": visit.lead_id, "part": 1}
    at = page(visit, f"visits/{visit.request_id}/")
    assert "ここに動かす" in body(desk.get(at, asked))
    DayException.objects.create(person=other, day=day, kind="off")
    rows.request(latest=day)  # so that planning anew reads the hours again
    assert "会場が開いている候補の時刻が、この日にはありません" in body(
        desk.get(at, {**asked, "day": (visit.plan.last + timedelta(days=9)).isoformat()})
    )


def test_dragging_is_told_every_cell_that_can_be(desk: Client, visit: Visit, teachers: list[Person]) -> None:
    cells = desk.get(page(visit, f"visits/{visit.request_id}/options/")).json()["cells"]
    days = {timezone.localdate(visit.starts_at).isoformat()}
    assert {key.split(":")[0] for key in cells} == {str(person.pk) for person in teachers}
    assert days <= {key.split(":")[1] for key in cells}


def test_a_locked_visit_is_not_moved_until_it_is_let_go(desk: Client, visit: Visit, teachers: list[Person]) -> None:
    other = next(person for person in teachers if person.pk != visit.lead_id)
    at = page(visit, f"visits/{visit.request_id}/")
    desk.post(f"{at}lock/")
    visit.refresh_from_db()
    assert visit.locked
    assert "先に固定を外してください" in body(desk.get(at))
    start = minute_of(visit.starts_at, visit.plan.first)
    desk.post(at, {"start": start, "lead": other.pk, "action": "save"})
    visit.refresh_from_db()
    assert visit.lead != other
    desk.post(f"{at}lock/", {"locked": "0"})
    visit.refresh_from_db()
    assert not visit.locked


def test_a_day_is_locked_and_unlocked(desk: Client, visit: Visit) -> None:
    day = timezone.localdate(visit.starts_at).isoformat()
    at = page(visit, f"days/{visit.lead_id}/{day}/lock/")
    desk.post(at)
    desk.post(at)
    assert DayLock.objects.count() == 1
    desk.post(at, {"locked": "0"})
    assert not DayLock.objects.exists()
    stranger = factories.person()
    assert desk.post(page(visit, f"days/{stranger.pk}/{day}/lock/")).status_code == 404


def test_the_rest_is_planned_anew_once_at_a_time(desk: Client, visit: Visit) -> None:
    desk.post(page(visit, "replan/"))
    visit.plan.refresh_from_db()
    assert visit.plan.replanning
    assert "いまは計画し直せません" in body(desk.post(page(visit, "replan/"), follow=True))
    start = minute_of(visit.starts_at, visit.plan.first)
    asked = {"start": start, "lead": visit.lead_id, "action": "save"}
    assert "計画し直しています" in body(desk.post(page(visit, f"visits/{visit.request_id}/"), asked))


def test_publishing_says_whom_it_tells_before_it_does(desk: Client, visit: Visit) -> None:
    said = body(desk.get(page(visit, "publish/")))
    assert "1人の講師に、1件の訪問を打診します" in said
    assert not Offer.objects.exists()
    answer = desk.post(page(visit, "publish/"), {"version": visit.plan.version_id}, follow=True)
    assert "1件の打診を出しました" in body(answer)
    assert "返事待ち" in body(answer)
    assert Offer.objects.count() == 1
    again = desk.post(page(visit, "publish/"), {"version": visit.plan.version_id}, follow=True)
    assert body(again).count("件の打診を出しました") == 1
    assert [str(one) for one in again.context["messages"]] == [str(one) for one in answer.context["messages"]]
    assert Offer.objects.count() == 1
    assert "これから打診する訪問はありません" in body(desk.get(page(visit, "publish/")))


def test_publishing_warns_of_what_changed_since(desk: Client, visit: Visit) -> None:
    DayException.objects.create(person=visit.lead, day=timezone.localdate(visit.starts_at), kind="off")
    assert "事情が変わっています" in body(desk.get(page(visit, "publish/")))


def test_another_version_than_the_one_shown_is_not_published(desk: Client, visit: Visit) -> None:
    desk.post(page(visit, "publish/"), {"version": 0})
    assert not Offer.objects.exists()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_plan_is_a_file(desk: Client, visit: Visit, kind: str) -> None:
    answer = desk.get(page(visit), {"format": kind})
    assert answer["Content-Disposition"].endswith(f'.{kind}"')
    if kind == "csv":
        assert visit.lead.name in answer.content.decode("utf-8-sig")


def test_the_columns_of_the_file_add_up_to_the_plan(desk: Client, teachers: list[Person]) -> None:
    """Two visits on a day are one way out and back; a day of travel only has a line of its own."""
    rows.request(), rows.request(venue=factories.venue(name="となりの会館"), crew=2)
    plan = rows.plan()
    trip = plan.trips.order_by("pk")[0]
    day, out = trip.day - timedelta(days=1), trip.leaves_at - timedelta(days=1)
    Trip.objects.create(
        plan=plan, person=trip.person, day=day, leaves_at=out, back_at=out + timedelta(hours=2), hm=1234,
        road_minutes=90, overnight=True,
    )  # fmt: skip
    text = desk.get(f"/staff/plans/{plan.pk}/", {"format": "csv"}).content.decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [line["役割"] for line in lines].count("移動のみ") == 1
    assert len(lines) == 4
    km = sum(float(line["この日の距離（km）"] or 0) for line in lines)
    assert plan.version
    assert round(km, 1) == round(plan.version.km + 123.4, 1)
    minutes = sum(int(line["この日の移動（分）"] or 0) for line in lines)
    assert minutes == plan.version.road_minutes + 90


# --- how the table is shown -----------------------------------------------------------------------------------------
def shown(text: str) -> list[str]:
    """Whose rows stand in the table."""
    return re.findall(r'<tr id="row-\d+"[^>]*><th scope="row">([^<]+)<', text)


def test_the_table_opens_where_something_is_to_be_done(visit: Visit) -> None:
    Plan.objects.update(last=visit.plan.last + timedelta(days=14))
    plan, monday = Plan.objects.get(), rows.monday()
    monday -= timedelta(days=monday.weekday())
    weeks = weeks_of(plan, timezone.now())
    assert [(week.visits, week.vacant) for week in weeks] == [(1, 0), (0, 0), (0, 0)]
    assert first_week(weeks, monday - timedelta(days=30)) == monday, "an empty week before it is passed over"
    assert first_week(weeks, monday + timedelta(days=3)) == monday
    assert first_week(weeks, monday + timedelta(days=8)) == monday + timedelta(days=8), "nothing comes any more"
    assert first_week(weeks, monday + timedelta(days=80)) == monday + timedelta(days=14)


def test_a_week_says_how_many_visits_have_lost_their_instructor(desk: Client, visit: Visit) -> None:
    services.publish_plan(plan=visit.plan, by=None)
    assert "代わりの講師が要る訪問" not in body(desk.get(page(visit)))
    services.decline_offer(offer=Offer.objects.get(), now=timezone.now())
    text = body(desk.get(page(visit)))
    assert "講師なし1" in text
    assert "代わりの講師が要る訪問</a> <b>1</b>" in text
    assert 'class="plan-block refused' in text
    assert weeks_of(visit.plan, visit.ends_at)[0].vacant == 0, "over"


def test_a_trip_that_no_longer_fits_someones_hours_is_marked_where_it_stands(desk: Client, visit: Visit) -> None:
    services.publish_plan(plan=visit.plan, by=None)
    services.accept_offer(offer=Offer.objects.get(), now=timezone.now())  # books the trip itself: no clash
    week = {"week": timezone.localdate(visit.starts_at).isoformat()}
    text = body(desk.get(page(visit), week))
    assert "予定と合わない" not in text
    DayException.objects.create(person=visit.lead, day=timezone.localdate(visit.starts_at), kind="off")
    text = body(desk.get(page(visit), week))
    assert text.count('<span class="plan-mark bad">') == 1
    assert "この週に1件あります" in text
    DayException.objects.all().delete()
    assert "予定と合わない</span>" not in body(desk.get(page(visit), week))
    Instructor.objects.filter(person=visit.lead).update(active=False)
    text = body(desk.get(page(visit), week))
    assert text.count('<span class="plan-mark bad">') == 1
    cells = [cell for row in week_of(visit.plan, timezone.localdate(visit.starts_at)).rows for cell in row.cells]
    (marked,) = (cell for cell in cells if cell.clash)
    assert not replace(marked, day=replace(marked.day, past=True)).clash, "nobody can move what is over"


def test_the_table_is_shown_as_one_likes_until_one_says_otherwise(desk: Client, visit: Visit) -> None:
    week = visit.starts_at.date().isoformat()
    idle = "二番 花子" if visit.lead.name == "一番 太郎" else "一番 太郎"
    everyone = body(desk.get(page(visit), {"week": week}))
    assert shown(everyone) == [visit.lead.name, idle]
    assert shown(body(desk.get(page(visit), {"week": week, "show": "1", "busy": "1", "close": "1"}))) == [
        visit.lead.name
    ]
    desk.post(page(visit, f"visits/{visit.request_id}/lock/"))
    again = body(desk.get(page(visit), {"week": week}))
    assert shown(again) == [visit.lead.name]
    assert "plan-week close" in again
    assert "講師2人のうち1人を表示しています。" in again
    for words, found in (("ごうに", 0), ("猿払", 2), ("さるふつ", 2), (idle[:2], 1), ("<script>", 0)):
        text = body(desk.get(page(visit), {"week": week, "show": "1", "q": words}))
        assert len(shown(text)) == found, words
        assert "<script>&" not in text
    other = Plan.objects.create(
        prefecture_id="01", first=visit.plan.first, last=visit.plan.last, version=visit.plan.version
    )
    assert len(shown(body(desk.get(f"/staff/plans/{other.pk}/", {"week": week})))) == 2, "the words are of one plan"


def test_after_a_lock_one_is_back_at_the_same_row(desk: Client, visit: Visit) -> None:
    day = timezone.localdate(visit.starts_at).isoformat()
    for rest in (f"visits/{visit.request_id}/lock/", f"days/{visit.lead_id}/{day}/lock/"):
        assert desk.post(page(visit, rest))["Location"] == f"{page(visit)}?week={day}#row-{visit.lead_id}"


def test_bars_of_a_trip_of_two_days_join(visit: Visit) -> None:
    trip = Trip.objects.get()
    alone = pieces_of(trip, [visit], visit.plan.first)
    assert "night" not in {piece.kind for piece in alone}
    second = pieces_of(trip, [visit], visit.plan.first, from_inn=True)
    night = next(piece for piece in second if piece.kind == "night")
    local = timezone.localtime(trip.leaves_at)
    assert (night.x, night.width) == (0, local.hour * 60 + local.minute - AXIS[0])
    trip.overnight = True
    last = pieces_of(trip, [visit], visit.plan.first)[-1]
    assert (last.kind, last.x + last.width) == ("night", AXIS[1] - AXIS[0])


@pytest.mark.parametrize(("clock", "hand"), [("04:59", None), ("05:00", 0), ("12:00", 420), ("22:00", None)])
def test_the_hand_stands_where_the_day_is(clock: str, hand: int | None) -> None:
    assert hand_at(datetime.fromisoformat(f"2026-12-07T{clock}+09:00")) == hand


def test_publishing_counts_a_visit_of_two_once(desk: Client, teachers: list[Person]) -> None:
    rows.request(crew=2)
    said = body(desk.get(f"/staff/plans/{rows.plan().pk}/publish/"))
    assert "2人の講師に、1件の訪問を打診します。" in said
    assert "打診は2件です。" in said


def test_the_map_has_a_way_for_each_who_travels(desk: Client, visit: Visit) -> None:
    day = timezone.localdate(visit.starts_at).isoformat()
    lines = desk.get(page(visit, f"map/{day}/lines/")).json()["lines"]
    assert [(line["kind"], len(line["stops"])) for line in lines] == [(f"p{visit.lead_id}", 3)]
    assert visit.request.venue.name in str(desk.get(page(visit, f"map/{day}/points/")).json()["names"])
    assert desk.get(page(visit, f"map/{day}/values/")).json()["classes"]


def test_pages_and_moves_cost_the_same_statements_at_few_and_at_many_visits(
    desk: Client, teachers: list[Person], query_count: Callable[[Callable[[], Any]], int]
) -> None:
    def cost(plan: Plan) -> dict[str, int]:
        visit = plan.visits.order_by("pk").first()
        assert visit
        start = minute_of(visit.starts_at, plan.first)
        other = next(person.pk for person in teachers if person.pk != visit.lead_id)
        at = page(visit, f"visits/{visit.request_id}/")
        move = {"start": start, "lead": other, "action": "save"}
        reads = ("", "figures/", "map/", "publish/", f"visits/{visit.request_id}/")
        found = {rest: query_count(lambda rest=rest: desk.get(page(visit, rest))) for rest in reads}  # type: ignore[misc]
        return {**found, "move": query_count(lambda: desk.post(at, move))}

    rows.request()
    few = rows.plan()
    assert few.visits.count() == 1
    cost(few)  # warm what Django keeps
    one = cost(few)
    for _ in range(11):
        rows.request()
    few.refresh_from_db()
    services.replan(plan=few, by=None)
    assert few.visits.count() == 12
    many = cost(few)
    assert many.pop("move") <= one.pop("move")  # trips to write anew may be fewer
    assert many == one


def test_the_list_costs_the_same_at_1_and_at_30(desk: Client, same_queries_at_1_and_30: Callable[..., None]) -> None:
    factories.municipality()
    days = {"first": date(2026, 12, 1), "last": date(2026, 12, 31)}
    same_queries_at_1_and_30(lambda: Plan.objects.create(prefecture_id="01", **days), lambda: desk.get("/staff/plans/"))


def test_the_sample_has_one_plan_of_what_waits_and_none_without(teachers: list[Person]) -> None:
    today = timezone.localdate()
    assert seed_plan(today) is None
    rows.request(sample=True, latest=today + timedelta(days=40))
    plan = seed_plan(today)
    assert plan
    assert (plan.sample, plan.status, plan.first.weekday()) == (True, PlanStatus.READY, 0)
    assert plan.version
    assert (plan.version.served, plan.version.problem.bound) == (1, plan.version.cost)
    assert plan.visits.get().locked


def test_a_day_outside_the_plan_is_neither_locked_nor_mapped(desk: Client, visit: Visit) -> None:
    assert desk.post(page(visit, f"days/{visit.lead_id}/2020-01-01/lock/")).status_code == 404
    for day in ("0001-01-01", "9999-12-31", "x"):
        assert desk.get(page(visit, "map/"), {"day": day}).status_code == 200
        assert desk.get(page(visit, f"map/{day}/lines/")).status_code == 200
        assert desk.get(page(visit), {"week": day}).status_code == 200


def test_nothing_is_locked_while_the_rest_is_planned_anew(desk: Client, visit: Visit) -> None:
    Plan.objects.filter(pk=visit.plan_id).update(replanning=True)
    day = timezone.localdate(visit.starts_at).isoformat()
    assert "計画し直しています" in body(desk.post(page(visit, f"visits/{visit.request_id}/lock/"), follow=True))
    desk.post(page(visit, f"days/{visit.lead_id}/{day}/lock/"))
    visit.refresh_from_db()
    assert not visit.locked
    assert not DayLock.objects.exists()


def test_a_request_is_asked_for_in_one_published_plan_only(desk: Client, visit: Visit) -> None:
    rival = rows.plan()  # made while the first was a draft: the same request stands in both
    assert rival.visits.get().request_id == visit.request_id
    services.publish_plan(plan=visit.plan, by=None)
    other = rival.visits.get()
    assert "これから打診する訪問はありません" in body(desk.get(page(other, "publish/")))
    assert "ほかの計画で打診している" in body(desk.get(page(other, "publish/")))
    assert services.publish_plan(plan=rival, by=None) == 0
    assert Offer.objects.count() == 1
    assert rows.plan().visits.count() == 0  # and a new plan leaves it to the other


def test_what_was_really_travelled_stands_against_the_plan(desk: Client, visit: Visit) -> None:
    assert "実際の移動" not in body(desk.get(page(visit, "figures/")))
    visit.plan.trips.update(travelled_km=12, travelled_minutes=30)
    assert "1日分では、12 km・30分" in body(desk.get(page(visit, "figures/")))


def test_a_replan_that_failed_says_why_in_names_until_the_next_change(
    desk: Client, visit: Visit, teachers: list[Person]
) -> None:
    Plan.objects.filter(pk=visit.plan_id).update(failure=f"講師「p{teachers[0].pk}」の行程")
    assert "講師「一番 太郎」の行程" in body(desk.get(page(visit)))
    other = next(person for person in teachers if person.pk != visit.lead_id)
    start = minute_of(visit.starts_at, visit.plan.first)
    desk.post(page(visit, f"visits/{visit.request_id}/"), {"start": start, "lead": other.pk, "action": "save"})
    assert "計画し直せませんでした" not in body(desk.get(page(visit)))


def test_what_the_last_step_changed_is_listed_with_who_had_been_told(
    desk: Client, visit: Visit, teachers: list[Person]
) -> None:
    assert "変わった訪問はありません" in body(desk.get(page(visit, "changes/")))
    services.publish_plan(plan=visit.plan, by=None)
    other = next(person for person in teachers if person.pk != visit.lead_id)
    start = documents.problem_of(visit.plan.version).visits[0].starts[-1] if visit.plan.version else 0
    services.move_visit(plan=visit.plan, request=visit.request_id, start=start, crew=(other.pk,), by=None)
    said = body(desk.get(page(visit, "changes/")))
    assert visit.lead.name in said
    assert other.name in said
    assert "打診したあとの変更" in said
    rows.request()
    plan = Plan.objects.get(pk=visit.plan_id)
    services.replan(plan=plan, by=None, seconds=5)
    assert "入っていなかった" in body(desk.get(page(visit, "changes/")))


@pytest.mark.django_db(transaction=True)
def test_of_two_moves_at_once_one_is_kept_and_the_other_is_told(visit: Visit, teachers: list[Person]) -> None:
    other = next(person for person in teachers if person.pk != visit.lead_id)
    start = minute_of(visit.starts_at, visit.plan.first)
    seen = [Plan.objects.select_related("version__problem").get(pk=visit.plan_id) for _ in range(2)]
    ready = Barrier(2)

    def move(plan: Plan) -> str:
        try:
            ready.wait(10)
            services.move_visit(plan=plan, request=visit.request_id, start=start, crew=(other.pk,), by=None)
        except services.PlanRefused as refused:
            return str(refused)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(move, seen))
    assert said[0] == ""
    assert "ほかの人が先に変更しました" in said[1]
    assert PlanVersion.objects.count() == 2


def test_a_trip_from_another_base_is_drawn_from_there(desk: Client) -> None:
    teacher = rows.instructor(lat=45.1, lon=142.3)
    asked = rows.request()
    near = {"lat": asked.venue.lat, "lon": asked.venue.lon}
    base = OtherBase.objects.create(person=teacher, name="実家", municipality=asked.municipality, **near)
    trip = rows.plan().trips.get()
    assert (trip.base, trip.hm) == (base, 0)
    lines = desk.get(f"/staff/plans/{trip.plan_id}/map/{trip.day.isoformat()}/lines/").json()["lines"]
    assert lines[0]["stops"][0] == [round(near["lon"], 4), round(near["lat"], 4)]
