"""A supporter's shifts: who may sign up, never more than are missing, handing over, swapping, hours, leaving."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outreach.classes import services
from outreach.classes.helping import chances
from outreach.classes.models import District, Handover, Session, Shift
from outreach.classes.services import SessionError, assign
from outreach.contact.models import Consent, Message
from outreach.contact.services import work_note
from outreach.desk.services import cancel_session
from outreach.desk.services import supporters as desk_services
from outreach.people.models import (
    CalendarFeed,
    Engagement,
    Insurance,
    Organisation,
    Person,
    Qualification,
    Role,
    Supporter,
    TravelLimits,
    WeeklyHours,
)
from outreach.people.services import PersonBusy, engage, forget_people, make_feed
from outreach.registration.hours import given_in
from tests import factories
from tests.desk.conftest import SignIn, just_over, put_at, said

pytestmark = pytest.mark.django_db
HELPER = Shift.Duty.HELPER


def student(office: Organisation, *, ready: bool = True, account: bool = False, **fields: Any) -> Supporter:
    own = {name: fields.pop(name) for name in ("reach_km", "month_limit", "active") if name in fields}
    user = factories.user(Role.SUPPORTER) if account else None
    person = factories.person(user=user, email=f"s{next(factories.serial)}@example.jp", **fields)
    made = Supporter.objects.create(person=person, kind="student", organisation=office, **own)
    if ready:
        Qualification.objects.create(
            person=person, skill=factories.skill("helper"), issuer="大学", valid_from=date(2020, 4, 1)
        )
        this = timezone.localdate().year
        for year in (this - 1, this, this + 1):
            Insurance.objects.create(person=person, fiscal_year=year, starts_on=date(year, 4, 1))
    return made


def small(office: Organisation, *, days: int = 14, capacity: int = 4, **fields: Any) -> Session:
    """A class that misses one helper: one for every four seats."""
    return factories.session(organisation=office, starts_at=factories.next_week(days=days), capacity=capacity, **fields)


def browser(supporter: Supporter) -> Client:
    own = Client()
    assert supporter.person.user
    own.force_login(supporter.person.user)
    return own


# --- signing up -----------------------------------------------------------------------------------------------------
def test_a_ready_supporter_takes_a_place_and_their_time_is_booked(office: Organisation) -> None:
    session, me = small(office), student(office)
    shift = services.sign_up(session=session, supporter=me)
    assert (shift.duty, Engagement.objects.get().subject) == (HELPER, session.subject)


def test_never_more_sign_up_than_the_gauge_misses(office: Organisation) -> None:
    session = small(office, capacity=8)
    for _n in range(2):
        services.sign_up(session=session, supporter=student(office))
    with pytest.raises(SessionError, match="そろいました"):
        services.sign_up(session=session, supporter=student(office))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"active": False}, "休んで"),
        ({"ready": False}, "研修"),
        ({"reach_km": 1, "lat": 45.5}, "遠い"),
        ({"month_limit": 0}, "上限"),
    ],
)
def test_whoever_is_not_ready_is_told_every_reason(office: Organisation, change: dict[str, Any], words: str) -> None:
    with pytest.raises(SessionError, match=words):
        services.sign_up(session=small(office), supporter=student(office, **change))
    assert not Shift.objects.exists()


def test_nobody_signs_up_for_two_classes_at_once_or_for_one_that_is_over(office: Organisation) -> None:
    me, session = student(office), small(office)
    engage(person=me.person, starts_at=session.starts_at, ends_at=session.ends_at, subject="support:1")
    with pytest.raises((SessionError, PersonBusy)):
        services.sign_up(session=session, supporter=me)
    over = just_over(small(office, days=20))
    with pytest.raises(SessionError, match="募集していません"):
        services.sign_up(session=over, supporter=student(office))


def test_what_is_open_near_is_listed_and_what_is_full_or_far_is_not(office: Organisation) -> None:
    me = student(office, reach_km=10)
    near, full = small(office), small(office, days=15)
    services.sign_up(session=full, supporter=student(office))
    far = factories.venue(municipality=factories.municipality("13101"))
    small(office, days=16, venue=far)
    found = chances(me, timezone.now())
    assert [row.session for row in found] == [near]
    assert (found[0].missing, found[0].possible) == (1, True)


def test_the_list_costs_the_same_at_any_length(
    office: Organisation, same_queries_at_1_and_30: Callable[..., None]
) -> None:
    me = student(office, account=True)
    own = browser(me)
    days = iter(range(2, 60))
    same_queries_at_1_and_30(lambda: small(office, days=next(days)), lambda: own.get("/staff/mine/shifts/"))


def test_what_is_open_is_narrowed_to_one_district(office: Organisation) -> None:
    own = browser(student(office, account=True))
    here, there = small(office, days=9), small(office, days=10)
    one = District.objects.create(municipality=here.municipality, name="常盤", hall=here.venue)
    assert "常盤" in said(own.get("/staff/mine/shifts/"))
    page = said(own.get(f"/staff/mine/shifts/?district={one.pk}"))
    assert here.code in page
    assert there.code not in page


def test_the_page_signs_up_by_one_press_and_shows_a_map_without_a_script(office: Organisation) -> None:
    session, me = small(office), student(office, account=True)
    own = browser(me)
    page = said(own.get("/staff/mine/shifts/"))
    assert "<svg" in page
    assert "手伝う" in page
    own.post(reverse("desk:sign-up", args=[session.code]))
    assert Shift.objects.get().person == me.person
    assert "決まっている担当" in said(own.get("/staff/mine/shifts/"))


# --- giving back, handing over, swapping ----------------------------------------------------------------------------
def test_a_shift_is_given_back_until_the_staff_must_stand(office: Organisation) -> None:
    me, early, late = student(office), small(office, days=20), small(office, days=3)
    services.give_back(shift=services.sign_up(session=early, supporter=me))
    assert not Engagement.objects.exists()
    shift = services.sign_up(session=late, supporter=me)
    with pytest.raises(SessionError, match="交代"):
        services.give_back(shift=shift)


def test_whoever_takes_over_gets_shift_and_time_and_the_giver_is_told(office: Organisation) -> None:
    session, giver, taker = small(office), student(office), student(office)
    shift = services.sign_up(session=session, supporter=giver)
    handover = services.ask_handover(shift=shift)
    assert services.ask_handover(shift=shift) == handover
    assert [row.handover for row in chances(taker, timezone.now())] == [handover]
    desk_services.take_over(handover=handover, supporter=taker)
    shift.refresh_from_db()
    assert shift.person == taker.person
    assert Engagement.objects.get().person == taker.person
    assert Message.objects.get(subject=f"handover:{handover.pk}").to == giver.person.email
    with pytest.raises(SessionError), transaction.atomic():
        services.take_over(handover=handover, supporter=student(office))


def test_an_ineligible_person_cannot_take_over_and_nothing_changes(office: Organisation) -> None:
    session, giver = small(office), student(office)
    handover = services.ask_handover(shift=services.sign_up(session=session, supporter=giver))
    for bad in (student(office, ready=False), student(office, active=False)):
        with pytest.raises(SessionError):
            services.take_over(handover=handover, supporter=bad)
    handover.refresh_from_db()
    assert handover.status == "open"
    assert Shift.objects.get().person == giver.person


def swap_offer(office: Organisation) -> tuple[Handover, Shift, Shift]:
    one, other = student(office, account=True), student(office, account=True)
    first = services.sign_up(session=small(office), supporter=one)
    second = services.sign_up(session=small(office, days=15), supporter=other)
    handover = services.ask_handover(shift=first)
    services.offer_swap(handover=handover, own=second)
    return Handover.objects.get(), first, second


def test_a_swap_agreed_changes_both_at_once(office: Organisation) -> None:
    handover, first, second = swap_offer(office)
    one, other = first.person, second.person
    desk_services.answer_swap(handover=handover, agreed=True)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.person, second.person) == (other, one)
    assert set(Engagement.objects.values_list("person", "subject")) == {
        (other.pk, first.session.subject),
        (one.pk, second.session.subject),
    }
    with pytest.raises(SessionError):
        services.answer_swap(handover=handover, agreed=True)


def test_a_swap_refused_leaves_the_shift_open_for_others(office: Organisation) -> None:
    handover, first, _second = swap_offer(office)
    third = services.sign_up(session=small(office, days=16), supporter=student(office))
    with pytest.raises(SessionError):
        services.offer_swap(handover=handover, own=third)
    services.answer_swap(handover=handover, agreed=False)
    handover.refresh_from_db()
    assert (handover.status, handover.in_return, first.person) == ("open", None, handover.giver)


def test_a_swap_that_one_of_them_cannot_do_any_more_is_refused_as_a_whole(office: Organisation) -> None:
    handover, first, second = swap_offer(office)
    session = second.session
    engage(person=first.person, starts_at=session.starts_at, ends_at=session.ends_at, subject="support:9")
    with pytest.raises((SessionError, PersonBusy)), transaction.atomic():
        services.answer_swap(handover=handover, agreed=True)
    first.refresh_from_db()
    assert first.person == handover.giver
    assert Engagement.objects.filter(subject=first.session.subject).get().person == first.person


def test_the_pages_swap_and_only_between_the_two(office: Organisation) -> None:
    handover, first, second = swap_offer(office)
    stranger = browser(student(office, account=True))
    stranger.post(reverse("desk:swap", args=[handover.pk]), {"agree": "1"})
    stranger.post(reverse("desk:own-shift", args=[first.pk]), {"give_back": "1"})
    first.refresh_from_db()
    assert first.person == handover.giver
    browser(first.person.supporter).post(reverse("desk:swap", args=[handover.pk]), {"agree": "1"})
    first.refresh_from_db()
    assert first.person == second.person


def test_the_office_chooses_a_substitute_from_a_ranked_list_of_the_eligible(desk: Client, office: Organisation) -> None:
    session, giver = small(office), student(office, name="渡す人")
    shift = services.sign_up(session=session, supporter=giver)
    fit, unfit = student(office, name="代われる人"), student(office, name="保険なし", ready=False)
    for one in (fit, unfit):
        TravelLimits.objects.create(person=one.person, holidays=True)
        for weekday in range(7):
            WeeklyHours.objects.create(person=one.person, weekday=weekday, starts="08:00", ends="20:00")
    address = reverse("desk:substitute", args=[session.code, shift.pk])
    page = said(desk.get(address))
    assert page.index("代われる人") < page.index("保険なし")
    assert f'value="{unfit.person_id}"' not in page
    desk.post(address, {"person": unfit.person_id})
    shift.refresh_from_db()
    assert shift.person == giver.person
    desk.post(address, {"person": fit.person_id})
    shift.refresh_from_db()
    assert shift.person == fit.person
    assert Message.objects.filter(kind="work_note").count() == 2


# --- the day --------------------------------------------------------------------------------------------------------
def test_those_on_duty_tomorrow_are_reminded_once_from_ten_on(office: Organisation) -> None:
    session, me = small(office, days=3), student(office)
    services.sign_up(session=session, supporter=me)
    put_at(session, factories.next_week(14, days=1))
    now = timezone.now()
    early = timezone.localtime(now).replace(hour=9, minute=0)
    assert desk_services.remind_staff(now=early) == 0
    for _run in range(2):
        desk_services.remind_staff(now=now + timedelta(minutes=1))
    assert Message.objects.filter(kind="reminder_day_before", to=me.person.email).count() == 1


def test_hours_count_only_for_those_who_came_and_thanks_come_once(desk: Client, office: Organisation) -> None:
    session, me = small(office), student(office)
    shift = services.sign_up(session=session, supporter=me)
    address = reverse("desk:helpers", args=[session.code])
    desk.post(address, {"shift": shift.pk})
    shift.refresh_from_db()
    assert shift.arrived_at is None
    just_over(session)
    desk.post(address, {"shift": shift.pk})
    assert given_in(me.person, timezone.localdate()).minutes == 0
    for minutes in (90, 75):
        desk.post(address, {"shift": shift.pk, "minutes": minutes})
    desk.post(address, {"shift": shift.pk, "minutes": 99999})
    given = given_in(me.person, timezone.localdate())
    assert (given.times, given.minutes, given.words) == (1, 75, "1時間15分")
    assert Message.objects.filter(subject__contains="thanks").count() == 1


def test_the_certificate_is_a_pdf_of_ones_own_hours(office: Organisation, sign_in: SignIn) -> None:
    me = student(office, account=True, name="𠮷野 髙子")
    session = small(office)
    shift = services.sign_up(session=session, supporter=me)
    just_over(session)
    services.count_minutes(shift=Shift.objects.get(pk=shift.pk), minutes=60, now=timezone.now())
    year = given_in(me.person, timezone.localdate()).fiscal_year
    own = browser(me)
    assert "1回・1時間" in said(own.get("/staff/mine/given/"))
    answer = own.get(reverse("desk:own-certificate", args=[year]))
    assert answer.content.startswith(b"%PDF")
    assert own.get(reverse("desk:own-certificate", args=[1999])).status_code == 404
    stranger = sign_in(Role.COORDINATOR, organisation=factories.organisation())
    assert stranger.get(reverse("desk:hours-certificate", args=[me.person_id, year])).status_code == 404


def test_leaving_frees_every_duty_closes_the_account_and_keeps_the_hours(office: Organisation) -> None:
    me = student(office, account=True)
    session = small(office)
    services.sign_up(session=session, supporter=me)
    own = browser(me)
    assert "やめますか" in said(own.get("/staff/mine/leave/"))
    own.post("/staff/mine/leave/", {"sure": "1"})
    me.refresh_from_db()
    assert (me.active, me.left_on) == (False, timezone.localdate())
    assert not Shift.objects.exists()
    assert not Engagement.objects.exists()
    assert own.get("/staff/mine/").status_code == 302
    assert Person.objects.filter(pk=me.person_id).exists()


def test_who_looks_for_someone_else_shows_at_the_office(desk: Client, office: Organisation) -> None:
    session = small(office)
    shift = services.sign_up(session=session, supporter=student(office))
    assert "交代をさがしている担当" not in said(desk.get("/staff/")).split("all-clear")[0]
    services.ask_handover(shift=shift)
    assert reverse("desk:substitute", args=[session.code, shift.pk]) in said(desk.get("/staff/"))
    assert "交代をさがしています" in said(desk.get(reverse("desk:staffing", args=[session.code])))


def test_who_left_long_ago_is_forgotten_and_their_hours_stay(office: Organisation) -> None:
    me = student(office, account=True, name="消える人")
    shift = services.sign_up(session=small(office), supporter=me)
    just_over(shift.session)
    services.count_minutes(shift=Shift.objects.get(), minutes=60, now=timezone.now())
    desk_services.leave(supporter=me)
    Person.objects.filter(pk=me.person_id).update(lat=35.12345, lon=139.23456)
    forget_people(now=timezone.now() + timedelta(days=3 * 365 - 1))
    assert Person.objects.get(pk=me.person_id).name == "消える人"
    forget_people(now=timezone.now() + timedelta(days=3 * 365 + 2))
    person = Person.objects.get(pk=me.person_id)
    assert (person.name, person.email, person.user.first_name if person.user else "") == ("―", "", "")
    assert given_in(person, timezone.localdate()).minutes == 60
    assert (person.lat, person.lon) == (person.municipality.lat, person.municipality.lon)


def test_who_leaves_leaves_no_open_calendar_behind(office: Organisation) -> None:
    me = student(office, account=True)
    make_feed(person=me.person)
    desk_services.leave(supporter=me)
    assert not CalendarFeed.objects.exists()


@pytest.mark.parametrize("minutes", ["９０", "abc", "9" * 5000, "1441"])
def test_minutes_that_are_none_are_not_written_down_as_a_no_show(
    desk: Client, office: Organisation, minutes: str
) -> None:
    shift = services.sign_up(session=small(office), supporter=student(office))
    just_over(shift.session)
    services.count_minutes(shift=Shift.objects.get(), minutes=60, now=timezone.now())
    page = reverse("desk:helpers", args=[shift.session.code])
    assert "1440まで" in said(desk.post(page, {"shift": shift.pk, "minutes": minutes}, follow=True))
    assert desk.post(page, {"shift": "9" * 5000, "minutes": "30"}).status_code == 404
    assert Shift.objects.get().minutes == 60


def test_a_teachers_place_and_a_class_that_is_over_take_no_substitute(desk: Client, office: Organisation) -> None:
    session, teacher = small(office), factories.instructor()
    taught = services.assign(session=session, person=teacher, duty=Shift.Duty.INSTRUCTOR)
    assert desk.get(reverse("desk:substitute", args=[session.code, taught.pk])).status_code == 404
    shift = services.sign_up(session=session, supporter=student(office))
    just_over(session)
    with pytest.raises(SessionError):
        desk_services.substitute(shift=Shift.objects.get(pk=shift.pk), person=student(office).person)


# --- by SMS instead of a call ---------------------------------------------------------------------------------------
def told(supporter: Supporter) -> str:
    """By which way they would be told something now."""
    note = work_note(person=supporter.person, subject=f"x:{next(factories.serial)}", title="担当", text="土曜です。")
    assert note
    return str(note.channel)


def without_mail(office: Organisation, phone: str) -> Supporter:
    supporter = student(office, account=True, phone=phone)
    Person.objects.filter(pk=supporter.person_id).update(email="")
    supporter.person.refresh_from_db()
    return supporter


def test_who_has_no_mail_is_rung_until_they_agree_to_texts_and_again_when_they_no_longer_do(
    office: Organisation,
) -> None:
    supporter = without_mail(office, "+819000003344")
    own = browser(supporter)
    assert told(supporter) == "call"
    assert "SMSにかえる" in said(own.get("/staff/mine/"))
    assert "これからは、SMSでお知らせします" in said(own.post("/staff/mine/texts/", {"by": "sms"}, follow=True))
    assert told(supporter) == "sms"
    assert Message.objects.filter(channel="sms", to="+819000003344", status="pending").exists()
    assert "電話にかえる" in said(own.get("/staff/mine/"))
    own.post("/staff/mine/texts/", {"by": "call"})
    assert told(supporter) == "call"
    Consent.objects.create(number="+819000003344", channel="any", purpose="any", given=False, at=timezone.now())
    assert told(supporter) == "call"


def test_texts_are_offered_to_no_landline_and_not_where_there_is_mail(office: Organisation) -> None:
    for supporter in (without_mail(office, "+81300003344"), student(office, account=True, phone="+819000003345")):
        own = browser(supporter)
        assert "SMSにかえる" not in said(own.get("/staff/mine/"))
        assert own.post("/staff/mine/texts/", {"by": "sms"}).status_code == 404
    assert not Consent.objects.exists()


def test_a_supporter_who_agreed_hears_of_a_cancelled_class_by_text(office: Organisation) -> None:
    supporter = without_mail(office, "+819000003346")
    browser(supporter).post("/staff/mine/texts/", {"by": "sms"})
    session = small(office)
    assign(session=session, person=supporter.person, duty=HELPER)
    cancel_session(session=session, by=factories.user(), reason="大雪のため")
    message = Message.objects.get(kind="cancellation", subject__contains=f"person:{supporter.person_id}")
    assert (message.channel, message.to) == ("sms", "+819000003346")
