"""A warning's day: everyone affected, nothing sent before someone says so, each class settled once."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from outreach.classes.models import Session, SessionStatus, Shift, VenueHold
from outreach.classes.services import assign, hold_venue
from outreach.contact.models import CallTask, Consent, Kind, Message
from outreach.desk.queries.storm import Storm, hits
from outreach.dispatch import services as dispatch
from outreach.dispatch.models import Offer, OfferStatus, Plan, RequestStatus, Trip, Visit
from outreach.people.models import Engagement, Organisation, Person, Role, User, WeeklyHours
from outreach.people.rules import Scope
from outreach.registration.models import Booking, BookingStatus
from tests import factories
from tests.browser import OpenPage
from tests.desk.conftest import SignIn, said
from tests.dispatch import rows
from tests.journeys.test_coordinator import sign_in as enter

pytestmark = pytest.mark.django_db
LIST, SETTLE = "/staff/storm/", "/staff/storm/settle/"
NATION = Scope(nation=True)


def day_of(session: Session) -> date:
    return timezone.localdate(session.starts_at)


def warned(session: Session, **more: Any) -> dict[str, Any]:
    return {"kind": "snow", "day": day_of(session).isoformat(), "prefecture": "01", "reason": "大雪のため", **more}


@pytest.fixture
def taught(office: Organisation) -> Session:
    """A class with a teacher who is free on weekdays, and someone booked."""
    session = factories.session(organisation=office, starts_at=factories.next_week(days=_to_monday()))
    teacher = factories.instructor(email="t@example.com", name="教員 太郎")
    WeeklyHours.objects.bulk_create(
        WeeklyHours(person=teacher, weekday=n, starts="08:00", ends="19:00") for n in range(7)
    )
    assign(session=session, person=teacher, duty=Shift.Duty.INSTRUCTOR)
    factories.booking(session, name="住民 花子")
    return session


def _to_monday() -> int:
    today = timezone.localdate()
    return 14 - today.weekday()


# --- who is touched -------------------------------------------------------------------------------------------------
def test_the_area_and_the_day_decide(office: Organisation) -> None:
    here = factories.session(organisation=office)
    factories.session(organisation=office, starts_at=here.starts_at + timedelta(days=1))
    far = factories.session(organisation=office, venue=factories.venue(municipality=factories.municipality("16204")))
    hokkaido = Storm(day_of(here), factories.municipality().prefecture)
    assert [hit.session for hit in hits(NATION, hokkaido, timezone.now())] == [here]
    assert (
        hits(NATION, Storm(day_of(here), factories.municipality().prefecture, frozenset({"01101"})), timezone.now())
        == []
    )
    assign(session=far, person=factories.instructor(), duty=Shift.Duty.INSTRUCTOR)  # lives in the area
    assert hits(NATION, hokkaido, here.starts_at) == []  # begun
    assert [(hit.session, hit.why) for hit in hits(NATION, hokkaido, timezone.now())] == [
        (here, "here"),
        (far, "living"),
    ]


def test_a_prefecture_sees_who_is_hit_in_its_towns_and_settles_nothing(client: Client, taught: Session) -> None:
    """Whom to ring, without anyone's booking; another prefecture's officer sees none of it."""
    client.force_login(factories.user(Role.PREFECTURE, prefecture=taught.municipality.prefecture))
    address = f"{LIST}?kind=snow&day={day_of(taught)}&prefecture=01"
    text = said(client.get(address))
    assert taught.venue.name in text
    assert str(taught.organisation) in text
    assert "送る前に確かめる" not in text
    assert '<option value="01" selected>' in said(client.get(LIST)), "its own prefecture is chosen"
    assert client.post(SETTLE, warned(taught, all="1", sure="1")).status_code == 403
    assert client.get(reverse("desk:session", args=[taught.code])).status_code == 200
    client.force_login(factories.user(Role.PREFECTURE, prefecture=factories.municipality("13101").prefecture))
    assert taught.venue.name not in said(client.get(address))


def test_the_sailings_of_the_day_are_those_of_its_season_and_said_to_be_a_sample(desk: Client) -> None:
    def page(month: int) -> str:
        day = date(timezone.localdate().year + 1, month, 15)
        return said(desk.get(f"{LIST}?kind=ferry&line=esashi-okushiri-ko&day={day}"))

    assert "9:30、14:00" in page(7)
    assert "14:00" not in page(1)
    assert "見本の時刻表" in page(1)


def test_a_line_touches_its_island_and_those_who_cross_by_it(office: Organisation, taught: Session) -> None:
    storm = Storm(day_of(taught), line="wakkanai-oshidomari")
    assert hits(NATION, storm, timezone.now()) == []
    line = next(iter(sorted(storm.ferries)))
    visit = _plan_with_trip(taught, [[0, 60, 100, ""], [60, 120, 0, line]])
    assert [hit.why for hit in hits(NATION, storm, timezone.now())] == ["crossing"]
    assert visit.day == day_of(taught)


def test_a_class_falls_with_the_crossing_of_the_evening_before(office: Organisation, taught: Session) -> None:
    storm = Storm(day_of(taught) - timedelta(days=1), line="wakkanai-oshidomari")
    there, back = (f"{a}>{b}" for a, b in (sorted(storm.ferries)[0].split(">"), sorted(storm.ferries)[1].split(">")))
    eve = _plan_with_trip(taught, [[60, 120, 0, there]], before=1)
    assert hits(NATION, storm, timezone.now()) == [], "who is back for the night crosses once more"
    Trip.objects.update(overnight=True)
    home = _plan_with_trip(taught, [[60, 120, 0, back]], plan=eve.plan)
    assert [(hit.session, hit.trips, hit.side) for hit in hits(NATION, storm, timezone.now())] == [
        (taught, [eve], "eve")
    ]
    assert hits(NATION, Storm(storm.day, line="no-such-line"), timezone.now()) == []
    assert hits(NATION, storm, taught.starts_at) == []  # begun
    home.delete()
    assert hits(NATION, storm, timezone.now()) == [], "the plan no longer has them there the next day"


def _plan_with_trip(session: Session, legs: list[list[Any]], before: int = 0, plan: Plan | None = None) -> Trip:
    away = timedelta(days=before)
    day = day_of(session) - away
    plan = plan or Plan.objects.create(prefecture_id="01", first=day, last=day_of(session), status="published")
    return Trip.objects.create(
        plan=plan, person=session.shifts.get().person, day=day, leaves_at=session.starts_at - timedelta(hours=3) - away,
        back_at=session.ends_at + timedelta(hours=3) - away, hm=100, road_minutes=60, legs=legs,
    )  # fmt: skip


def test_one_sees_ones_own_classes_only(desk: Client, sign_in: SignIn, taught: Session) -> None:
    stranger = sign_in(Role.COORDINATOR, organisation=factories.organisation(municipality=None))
    address = f"{LIST}?kind=snow&day={day_of(taught)}&prefecture=01"
    assert taught.code in desk.get(address).content.decode().replace("-", "")
    assert "影響を受ける回はありません" in said(stranger.get(address))
    stranger.post(SETTLE, {**warned(taught), "all": "1", "sure": "1"})
    taught.refresh_from_db()
    assert taught.status == SessionStatus.PUBLISHED


# --- nothing goes out before someone says so ------------------------------------------------------------------------
def state() -> tuple[Any, ...]:
    return (
        Message.objects.count(),
        CallTask.objects.count(),
        set(Session.objects.values_list("status", "starts_at")),
        set(Booking.objects.values_list("status", flat=True)),
        Engagement.objects.count(),
    )


def test_the_list_and_the_preview_change_nothing(desk: Client, taught: Session) -> None:
    before = state()
    text = said(desk.get(f"{LIST}?kind=snow&day={day_of(taught)}&prefecture=01"))
    assert "教員 太郎" in text
    assert "申し込んでいる人 1人" in text
    preview = said(desk.post(SETTLE, {**warned(taught), "all": "1"}))
    assert "まだ何も送られていません" in preview
    assert "住民 花子" in preview
    assert "大雪のため" in preview
    assert state() == before


def test_all_are_cancelled_in_one_step_and_once(desk: Client, taught: Session, office: Organisation) -> None:
    other = factories.session(organisation=office, starts_at=taught.starts_at)
    factories.booking(other)
    answer = desk.post(SETTLE, {**warned(taught), "all": "1", "sure": "1"}, follow=True)
    assert "2件を変更しました。2人に連絡します" in said(answer)
    assert set(Session.objects.values_list("status", flat=True)) == {SessionStatus.CANCELLED}
    told = Message.objects.filter(kind=Kind.CANCELLATION).count()
    assert told == 3  # two residents, one teacher
    desk.post(SETTLE, {**warned(taught), "all": "1", "sure": "1"})
    assert Message.objects.filter(kind=Kind.CANCELLATION).count() == told


def test_one_class_alone_and_each_as_chosen(desk: Client, taught: Session, office: Organisation) -> None:
    other = factories.session(organisation=office, starts_at=taught.starts_at)
    chosen = {f"choice-{taught.code}": "cancel", f"choice-{other.code}": "cancel"}
    desk.post(SETTLE, {**warned(taught), **chosen, "only": other.code})
    assert list(Session.objects.filter(status=SessionStatus.CANCELLED)) == [other]
    desk.post(SETTLE, {**warned(taught), f"choice-{taught.code}": "keep", "sure": "1"})
    taught.refresh_from_db()
    assert taught.status == SessionStatus.PUBLISHED


def test_a_new_day_is_one_on_which_room_and_teacher_are_free(desk: Client, taught: Session) -> None:
    storm = Storm(day_of(taught), factories.municipality().prefecture)
    answer = desk.get(f"{LIST}?kind=snow&day={storm.day}&prefecture=01")
    to = answer.context["units"][0].dates[0]
    chosen = {f"choice-{taught.code}": to.isoformat()}
    assert "に変える" in said(answer)
    assert "日時" in said(desk.post(SETTLE, {**warned(taught), **chosen}))
    desk.post(SETTLE, {**warned(taught), **chosen, "sure": "1"})
    taught.refresh_from_db()
    assert taught.starts_at == to
    assert Booking.objects.get().status == BookingStatus.CONFIRMED
    assert Message.objects.filter(kind=Kind.CHANGE).count() == 2
    teacher = Person.objects.get()
    assert Engagement.objects.get(person=teacher).starts_at == to


def test_who_may_not_be_contacted_shows_before_it_is_sent(desk: Client, taught: Session) -> None:
    number = Booking.objects.get().resident.phone
    Consent.objects.create(number=number, channel="any", purpose="any", given=False, at=timezone.now(), source="spoken")
    preview = said(desk.post(SETTLE, {**warned(taught), "all": "1"}))
    assert "伝える方法がない人 1人" in preview


@pytest.mark.parametrize(
    "fields",
    [
        {"day": "2020-01-01"},
        {"day": "x"},
        {"kind": "ferry", "line": "nowhere"},
        {"prefecture": ""},
        {"prefecture": "99"},
        {"reason": ""},
        {"towns": ["13101"]},
        {"kind": "sun"},
    ],
)
def test_what_makes_no_sense_changes_nothing(desk: Client, taught: Session, fields: dict[str, Any]) -> None:
    before = state()
    assert desk.post(SETTLE, {**warned(taught), "all": "1", "sure": "1", **fields}).status_code == 302
    assert desk.get(LIST, {**warned(taught), **fields}).status_code == 200
    assert state() == before


@pytest.mark.parametrize("to", ["", "x", "2020-01-01T00:00:00+09:00", "9999-12-31T23:59:59+09:00", "2026-12-01T10:00"])
def test_a_new_day_that_is_none_changes_nothing(desk: Client, taught: Session, to: str) -> None:
    before = state()
    desk.post(SETTLE, {**warned(taught), f"choice-{taught.code}": to, "sure": "1"})
    assert state() == before


def test_the_list_costs_the_same_at_1_and_at_30(
    desk: Client, office: Organisation, same_queries_at_1_and_30: Callable[..., None]
) -> None:
    start = factories.next_week(days=_to_monday())
    address = f"{LIST}?kind=snow&day={start.date()}&prefecture=01"
    same_queries_at_1_and_30(lambda: factories.session(organisation=office, starts_at=start), lambda: desk.get(address))


# --- what came of a dispatch plan -----------------------------------------------------------------------------------
@pytest.fixture
def agreed(office: Organisation, coordinator: User) -> Visit:
    rows.instructor(), rows.instructor()
    rows.request(organisation=office, sessions=2)
    plan = rows.plan()
    dispatch.publish_plan(plan=plan, by=None)
    dispatch.accept_offer(offer=Offer.objects.get(), now=rows.now())
    return Visit.objects.get()


def test_a_cancelled_visit_is_unserved_again_and_its_teacher_free(desk: Client, agreed: Visit) -> None:
    one, two = Session.objects.order_by("starts_at")
    desk.post(SETTLE, {**warned(one), f"choice-{one.code}": "cancel", "sure": "1"})
    agreed.request.refresh_from_db()
    assert agreed.request.status == RequestStatus.AGREED  # the second class still stands
    assert Engagement.objects.exists()
    desk.post(SETTLE, {**warned(two), f"choice-{two.code}": "cancel", "sure": "1"})
    agreed.request.refresh_from_db()
    assert agreed.request.status == RequestStatus.RECEIVED
    assert not Engagement.objects.exists()
    assert not Visit.objects.exists()
    assert not Message.objects.filter(kind=Kind.DISPATCH_ENDED).exists()  # told of the class, so not twice


def test_a_moved_visit_leaves_the_plan_and_keeps_its_people(desk: Client, agreed: Visit) -> None:
    one, two = Session.objects.order_by("starts_at")
    to = one.starts_at + timedelta(days=8)
    desk.post(SETTLE, {**warned(one), f"choice-{one.code}": to.isoformat(), "sure": "1"})
    one.refresh_from_db()
    assert one.starts_at == to
    assert set(Engagement.objects.values_list("subject", flat=True)) == {one.subject, two.subject}
    assert not Visit.objects.exists()
    assert Offer.objects.filter(status=OfferStatus.ACCEPTED).count() == 0


def test_the_classes_of_one_visit_are_moved_together_and_none_without_the_other(desk: Client, agreed: Visit) -> None:
    one, two = Session.objects.order_by("starts_at")
    (unit,) = desk.get(f"{LIST}?kind=snow&day={day_of(one)}&prefecture=01").context["units"]
    assert [row.session for row in unit.rows] == [one, two]
    to = unit.dates[0]
    chosen = {f"unit-{one.code}": to.isoformat(), f"choice-{one.code}": "together", f"choice-{two.code}": "together"}
    preview = said(desk.post(SETTLE, {**warned(one), **chosen}))
    assert f'name="unit-{one.code}" value="{to.isoformat()}"' in preview
    assert "2件を変えて" in preview
    hold_venue(
        venue=two.venue, starts_at=to + (two.starts_at - one.starts_at), ends_at=to + timedelta(hours=9), subject="x"
    )
    desk.post(SETTLE, {**warned(one), **chosen, "sure": "1"})
    assert list(Session.objects.order_by("starts_at").values_list("starts_at", flat=True)) == [
        one.starts_at,
        two.starts_at,
    ], "the room was taken for the second meanwhile: the first stays too"
    VenueHold.objects.filter(subject="x").delete()
    desk.post(SETTLE, {**warned(one), **chosen, "only": one.code})
    moved = list(Session.objects.order_by("starts_at"))
    assert [session.starts_at - to for session in moved] == [timedelta(0), two.starts_at - one.starts_at]
    assert set(Engagement.objects.values_list("subject", flat=True)) == {one.subject, two.subject}
    assert not Visit.objects.exists()


def test_the_classes_of_one_visit_can_still_be_treated_apart(desk: Client, agreed: Visit) -> None:
    one, two = Session.objects.order_by("starts_at")
    (unit,) = desk.get(f"{LIST}?kind=snow&day={day_of(one)}&prefecture=01").context["units"]
    assert unit.rows[1].dates, "each has days of its own"
    desk.post(
        SETTLE,
        {**warned(one), f"unit-{one.code}": "cancel", f"choice-{two.code}": "keep", "sure": "1"},
    )
    assert list(Session.objects.order_by("starts_at").values_list("status", flat=True)) == ["cancelled", "published"]
    desk.post(SETTLE, {**warned(one), "all": "1", f"choice-{two.code}": "keep", "sure": "1"})
    assert set(Session.objects.values_list("status", flat=True)) == {"cancelled"}


@pytest.mark.django_db(transaction=True)
def test_as_the_office_sees_it(
    open_page: OpenPage,
    coordinator: User,
    taught: Session,
    axe: Callable[[Page], None],
    fits_width: Callable[[Page], None],
    shot: Callable[[Page, str], Path],
) -> None:
    for size in ("phone",):
        page = open_page(size)
        enter(page, coordinator)
        page.goto(f"{LIST}?kind=snow&day={day_of(taught)}&prefecture=01")
        fits_width(page)
        axe(page)
        shot(page, f"storm-{size}")
        page.locator("[value=cancel]").first.check()
        page.get_by_role("button", name="選んだとおりに、送る前に確かめる").click()
        fits_width(page)
        axe(page)
        shot(page, f"storm-sure-{size}")
    assert reverse("desk:storm") == LIST


def test_today_leads_to_a_substitute_for_who_said_no(sign_in: SignIn, office: Organisation) -> None:
    desk = sign_in(Role.COORDINATOR, organisation=factories.organisation(kind="dispatch"))
    rows.instructor(), rows.instructor()
    rows.request(organisation=office)
    dispatch.publish_plan(plan=rows.plan(), by=None)
    offer = Offer.objects.get()
    dispatch.decline_offer(offer=offer, now=rows.now())
    link = reverse("dispatch:substitutes", args=[offer.visit_id, offer.person_id])
    assert link in said(desk.get("/staff/"))
