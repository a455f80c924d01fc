"""Individual support: asked for, matched with the eligible only, agreed, arrived and left, alarmed, forgotten."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outreach.classes.models import ProgrammeYear
from outreach.classes.queries import Place
from outreach.contact.models import CallTask, Kind, Message
from outreach.people.models import (
    Engagement,
    Insurance,
    Organisation,
    Person,
    Qualification,
    Role,
    Supporter,
    TravelLimits,
    User,
    WeeklyHours,
)
from outreach.people.ranking import rank
from outreach.people.services import engage
from outreach.people.standing import Standing, Stay, Wanted, hindrances
from outreach.registration import services
from outreach.registration.matching import candidates
from outreach.registration.models import Resident, Support, SupportHelper, SupportStatus
from outreach.registration.retention import forget_residents
from outreach.registration.services import Asked, SupportError
from outreach.registration.supporting import history_for
from outreach.registration.visit_notices import remind_of_support
from outreach.registration.yearly import carrying_too_much, register_of, year_of_supports
from tests import factories

pytestmark = pytest.mark.django_db
S = SupportStatus


@pytest.fixture
def centre(db: None) -> Organisation:
    town = factories.municipality("35202")
    return factories.organisation(
        name="障害者支援センター", municipality=town, takes_requests=True, two_at_first_visit=False
    )


@pytest.fixture
def by(centre: Organisation) -> User:
    return factories.user(Role.COORDINATOR, organisation=centre)


@pytest.fixture
def office(client: Client, by: User) -> Client:
    client.force_login(by)
    return client


def pc_supporter(centre: Organisation, *, ready: bool = True, **fields: Any) -> Person:
    town = factories.municipality("35202")
    own = {name: fields.pop(name) for name in ("gender", "reach_km", "month_limit", "active") if name in fields}
    base = {"municipality": town, "lat": town.lat, "lon": town.lon, "phone": f"+819000{next(factories.serial):06d}"}
    person = factories.person(**{**base, **fields})
    Supporter.objects.create(person=person, kind="disability_pc", organisation=centre, **own)
    if ready:
        skill = factories.skill("disability-pc")
        Qualification.objects.create(person=person, skill=skill, issuer="市", valid_from=date(2020, 4, 1))
        for year in (2026, 2027, timezone.localdate().year - 1, timezone.localdate().year):
            Insurance.objects.get_or_create(person=person, fiscal_year=year, defaults={"starts_on": date(year, 4, 1)})
        for weekday in range(7):
            WeeklyHours.objects.create(person=person, weekday=weekday, starts=time(8), ends=time(20))
        TravelLimits.objects.create(person=person, holidays=True)
    return person


def asked(centre: Organisation, **fields: Any) -> Asked:
    town = factories.municipality("35202")
    base: dict[str, Any] = {
        "kind": "visit", "organisation": centre, "municipality": town, "lat": town.lat, "lon": town.lon,
        "name": "山田 花子", "kana": "ヤマダ ハナコ", "phone": "+819000001234", "address": "小串1", "topic": "メール",
    }  # fmt: skip
    return Asked(**{**base, **fields})


def request(centre: Organisation, **fields: Any) -> Support:
    return services.request_support(asked=asked(centre, **fields), channel="web")


def timed(centre: Organisation, by: User, *, days: int = 7, hour: int = 13, **fields: Any) -> Support:
    start = factories.next_week(hour, days=days)
    return services.set_time(
        support=request(centre, **fields), starts_at=start, ends_at=start + timedelta(hours=1), by=by
    )


def agreed(centre: Organisation, by: User, person: Person, **fields: Any) -> SupportHelper:
    helper = services.ask_helper(support=timed(centre, by, **fields), person=person, by=by)
    services.answer_request(helper=helper, accepted=True)
    helper.refresh_from_db()
    return helper


def shifted(support: Support, to: datetime) -> None:
    """As if it had been planned for then."""
    Engagement.objects.filter(subject=support.subject).update(starts_at=to, ends_at=to + timedelta(hours=1))
    Support.objects.filter(pk=support.pk).update(starts_at=to, ends_at=to + timedelta(hours=1))


def visit(helper: SupportHelper, *, ago: timedelta = timedelta(hours=2), note: str = "") -> None:
    shifted(helper.support, timezone.now() - ago)
    helper.refresh_from_db()
    services.arrive(helper=SupportHelper.objects.get(pk=helper.pk), now=timezone.now() - ago)
    services.leave_visit(
        helper=SupportHelper.objects.get(pk=helper.pk), now=timezone.now() - ago + timedelta(hours=1), note=note
    )


# --- who is eligible ------------------------------------------------------------------------------------------------
START = datetime(2026, 12, 7, 13, 0, tzinfo=timezone.get_default_timezone())
minutes = st.integers(-600, 600).map(lambda m: timedelta(minutes=m))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault of ours
@given(
    standing=st.builds(
        Standing,
        active=st.booleans(),
        trained=st.booleans(),
        insured=st.booleans(),
        km=st.floats(0, 60),
        reach_km=st.integers(1, 60),
        load=st.integers(0, 10),
        limit=st.integers(1, 10),
        open_spans=st.lists(st.tuples(st.integers(0, 700), st.integers(701, 1440)), max_size=2).map(tuple),
        stays=st.lists(
            st.builds(
                lambda at, long, km: Stay(START + at, START + at + timedelta(minutes=long), km),
                minutes, st.integers(1, 240), st.none() | st.floats(0, 50),
            ),
            max_size=3,
        ).map(tuple),
    ),
    remote=st.booleans(),
)  # fmt: skip
def test_whoever_lacks_one_thing_is_hindered_and_nobody_else(standing: Standing, remote: bool) -> None:
    """The oracle is written another way: every condition that the law of the register names, one by one."""
    wanted = Wanted(START, START + timedelta(hours=1), remote=remote)
    found = hindrances(standing, wanted, clock=(13 * 60, 14 * 60))
    way = 0 if remote else standing.minutes

    def clashes(stay: Stay) -> bool:
        road = 0 if remote or stay.km is None else -(-stay.km * 1.35 / 40 * 60 // 1)
        margin = timedelta(minutes=road)
        return stay.starts_at < wanted.ends_at + margin and wanted.starts_at - margin < stay.ends_at

    fits = any(a <= 780 - way and 840 + way <= b for a, b in standing.open_spans)
    good = (
        standing.active and standing.trained and standing.insured
        and (remote or standing.km <= standing.reach_km)
        and standing.load < standing.limit
        and not any(clashes(stay) for stay in standing.stays)
        and fits
    )  # fmt: skip
    assert bool(found) != good


def _busy(person: Person, support: Support) -> None:
    assert support.starts_at
    assert support.ends_at
    engage(person=person, starts_at=support.starts_at, ends_at=support.ends_at, subject="x:1")


SPOILERS: dict[str, Callable[[Person, Support], Any]] = {
    "resting": lambda p, s: Supporter.objects.filter(person=p).update(active=False),
    "left": lambda p, s: Supporter.objects.filter(person=p).update(active=False, left_on=timezone.localdate()),
    "never trained": lambda p, s: p.qualifications.all().delete(),
    "expired": lambda p, s: p.qualifications.update(valid_to=date(2021, 1, 1)),
    "not insured": lambda p, s: p.insurances.all().delete(),
    "not available": lambda p, s: p.weekly_hours.all().delete(),
    "busy": _busy,
    "too far": lambda p, s: Person.objects.filter(pk=p.pk).update(lat=34.5),
    "over the limit": lambda p, s: Supporter.objects.filter(person=p).update(month_limit=0),
}  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spoiled=st.lists(st.sampled_from([*SPOILERS, ""]), min_size=1, max_size=5))
def test_an_ineligible_person_is_never_among_the_ranked_nor_asked(
    centre: Organisation, by: User, spoiled: list[str]
) -> None:
    Engagement.objects.all().delete()
    Support.objects.all().delete()
    Supporter.objects.all().delete()
    support = timed(centre, by)
    people = [(pc_supporter(centre), spoiler) for spoiler in spoiled]
    for person, spoiler in people:
        if spoiler:
            SPOILERS[spoiler](person, support)
    ranked = {one.person for one in rank(candidates(support))}
    assert ranked == {person.pk for person, spoiler in people if not spoiler}
    for person, spoiler in people:
        if spoiler:
            with pytest.raises(SupportError):
                services.ask_helper(support=support, person=person, by=by)
    assert not SupportHelper.objects.exists()


def test_nobody_of_another_organisation_is_asked(centre: Organisation, by: User) -> None:
    stranger = pc_supporter(factories.organisation())
    support = timed(centre, by)
    assert candidates(support) == []
    with pytest.raises(SupportError, match="この団体"):
        services.ask_helper(support=support, person=stranger, by=by)


def test_who_came_before_and_has_the_skill_ranks_first_with_reasons(centre: Organisation, by: User) -> None:
    near, known = pc_supporter(centre, name="近い"), pc_supporter(centre, name="顔なじみ", lat=33.99)
    visit(agreed(centre, by, known))
    reader = factories.skill("screen-reader")
    Qualification.objects.create(person=known, skill=reader, issuer="市", valid_from=date(2020, 4, 1))
    support = timed(centre, by, topic="もう一度", skill=reader, gender_wish="female")
    Supporter.objects.filter(person=near).update(gender="female")
    ranked = rank(candidates(support))
    assert [one.name for one in ranked] == ["顔なじみ", "近い"]
    points = {reason.rule.code: (reason.points, reason.rule.weight) for reason in ranked[0].reasons}
    assert points["known"] == (24, 30)
    assert points["skill"] == (25, 25)
    assert points["gender"] == (0, 15)
    assert all(reason.words for one in ranked for reason in one.reasons)


def test_help_by_telephone_asks_for_no_road(centre: Organisation, by: User) -> None:
    far = pc_supporter(centre, lat=35.9, reach_km=1)
    assert [one.person for one in rank(candidates(timed(centre, by, kind="phone", address="")))] == [far.pk]


# --- the way of a request -------------------------------------------------------------------------------------------
def test_asked_twice_in_a_minute_is_one_request(centre: Organisation) -> None:
    assert request(centre) == request(centre)
    assert Support.objects.count() == 1
    assert request(centre, topic="写真").pk != Support.objects.earliest("pk").pk


def test_the_time_is_booked_when_asked_and_freed_by_a_no(centre: Organisation, by: User) -> None:
    person = pc_supporter(centre)
    support = timed(centre, by)
    helper = services.ask_helper(support=support, person=person, by=by)
    assert Engagement.objects.get().subject == support.subject
    services.answer_request(helper=helper, accepted=False)
    assert not Engagement.objects.exists()
    support.refresh_from_db()
    assert support.status == S.REQUESTED
    with pytest.raises(SupportError):
        services.answer_request(helper=helper, accepted=True)


def test_with_the_last_yes_it_is_agreed_and_the_resident_is_to_be_rung(centre: Organisation, by: User) -> None:
    helper = agreed(centre, by, pc_supporter(centre))
    assert helper.support.status == S.AGREED
    call = CallTask.objects.get(subject=helper.support.subject)
    assert (call.number, call.organisation) == ("+819000001234", centre)


# --- the day before -------------------------------------------------------------------------------------------------
def reminders(helper: SupportHelper) -> list[Message]:
    planned = Message.objects.filter(subject=helper.support.subject, kind=Kind.VISIT_REMINDER)
    return list(planned.exclude(status="withdrawn"))


def test_the_resident_is_reminded_of_a_visit_the_day_before_by_text(centre: Organisation, by: User) -> None:
    helper = agreed(centre, by, pc_supporter(centre))
    (reminder,) = reminders(helper)
    due, start = timezone.localtime(reminder.due_at), timezone.localtime(helper.support.starts_at)
    assert (due.date(), due.hour) == (start.date() - timedelta(days=1), 10)
    assert (reminder.channel, reminder.status, reminder.to) == ("sms", "pending", "+819000001234")
    assert reminder.needed_by == helper.support.starts_at
    assert reminder.fields["what"] == "自宅への訪問"


def test_a_landline_is_rung_the_day_before(centre: Organisation, by: User) -> None:
    helper = agreed(centre, by, pc_supporter(centre), phone="+81300000444")
    call = CallTask.objects.get(subject=helper.support.subject, kind=Kind.VISIT_REMINDER)
    assert call.number == "+81300000444"
    assert timezone.localtime(call.due_at).date() < timezone.localtime(helper.support.starts_at).date()


@pytest.mark.parametrize(("phone", "told"), [("+819000001234", ["sms"]), ("+81300000444", [])])
def test_what_is_agreed_after_the_day_befores_hour_is_recalled_the_same_morning_by_text_alone(
    centre: Organisation, by: User, phone: str, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    start = factories.next_week(13, days=7)
    factories.programme_year(start.date())
    evening = timezone.localtime(start).replace(hour=17) - timedelta(days=1)
    monkeypatch.setattr("outreach.registration.visit_notices.timezone", SimpleNamespace(now=lambda: evening))
    helper = agreed(centre, by, pc_supporter(centre), phone=phone)
    assert [one.channel for one in reminders(helper)] == told
    for one in reminders(helper):
        assert one.due_at == timezone.localtime(helper.support.starts_at).replace(hour=9, minute=0)


def test_a_reminder_is_taken_back_with_the_agreement_and_planned_once_anew(centre: Organisation, by: User) -> None:
    helper = agreed(centre, by, pc_supporter(centre))
    services.take_back(support=helper.support, by=by)
    assert reminders(helper) == []
    support = Support.objects.get(pk=helper.support_id)
    start = factories.next_week(15, days=9)
    services.set_time(support=support, starts_at=start, ends_at=start + timedelta(hours=1), by=by)
    again = services.ask_helper(support=support, person=pc_supporter(centre), by=by)
    services.answer_request(helper=again, accepted=True)
    (reminder,) = reminders(again)
    assert reminder.needed_by == start
    remind_of_support(Support.objects.get(pk=support.pk), revision=reminder.revision)  # a retry
    assert len(reminders(again)) == 1
    services.cancel_support(support=support, by=by, reason="入院")
    assert reminders(again) == []


def test_a_year_without_reminders_has_none_for_visits_either(centre: Organisation, by: User) -> None:
    factories.programme_year(factories.next_week().date())
    ProgrammeYear.objects.update(reminder_day_before_at=None)
    helper = agreed(centre, by, pc_supporter(centre))
    assert reminders(helper) == []
    assert CallTask.objects.filter(subject=helper.support.subject).count() == 1


def test_two_go_to_a_first_visit_where_the_organisation_wants_it(centre: Organisation, by: User) -> None:
    Organisation.objects.filter(pk=centre.pk).update(two_at_first_visit=True)
    first, second = pc_supporter(centre), pc_supporter(centre)
    support = timed(centre, by)
    assert support.helpers_needed == 2
    one = services.ask_helper(support=support, person=first, by=by)
    services.answer_request(helper=one, accepted=True)
    support.refresh_from_db()
    assert support.status == S.MATCHED
    two = services.ask_helper(support=support, person=second, by=by)
    with pytest.raises(SupportError, match="必要な人数"):
        services.ask_helper(support=support, person=pc_supporter(centre), by=by)
    services.answer_request(helper=two, accepted=True)
    support.refresh_from_db()
    assert support.status == S.AGREED
    for helper in (one, two):
        shifted(support, timezone.now() - timedelta(hours=2))
        services.arrive(helper=SupportHelper.objects.get(pk=helper.pk), now=timezone.now() - timedelta(hours=2))
    services.leave_visit(helper=one, now=timezone.now())
    support.refresh_from_db()
    assert support.status == S.AGREED
    services.leave_visit(helper=two, now=timezone.now())
    support.refresh_from_db()
    assert support.status == S.DONE
    assert timed(centre, by, topic="二度目", days=9).helpers_needed == 1
    assert timed(centre, by, kind="phone", topic="電話", days=9).helpers_needed == 1


def test_a_helper_who_cannot_come_after_all_sends_it_back_and_the_resident_is_rung_again(
    centre: Organisation, by: User
) -> None:
    helper = agreed(centre, by, pc_supporter(centre))
    services.answer_request(helper=helper, accepted=False)
    support = Support.objects.get()
    assert support.status == S.REQUESTED
    assert CallTask.objects.filter(subject=support.subject).count() == 2
    assert [event.new for event in support.events.all()] == ["requested", "matched", "agreed", "matched", "requested"]


def test_cancelled_or_taken_back_frees_everyone(centre: Organisation, by: User) -> None:
    helper = agreed(centre, by, pc_supporter(centre))
    services.take_back(support=helper.support, by=by)
    assert not Engagement.objects.exists()
    support = Support.objects.get()
    assert (support.status, support.helpers.count()) == (S.REQUESTED, 0)
    services.cancel_support(support=support, by=by, reason="本人の希望")
    with pytest.raises(SupportError):
        services.cancel_support(support=support, by=by, reason="")


def test_a_visit_is_arrived_at_and_left_only_in_order(centre: Organisation, by: User) -> None:
    helper = agreed(centre, by, pc_supporter(centre))
    with pytest.raises(SupportError, match="2時間前"):
        services.arrive(helper=helper, now=timezone.now())
    with pytest.raises(SupportError, match="到着"):
        services.leave_visit(helper=helper, now=timezone.now())
    visit(helper, note="画面の文字を大きくしてから始める")
    helper.refresh_from_db()
    assert (helper.minutes, helper.support.status) == (60, S.DONE)
    with pytest.raises(SupportError):
        services.leave_visit(helper=helper, now=timezone.now())


def test_a_note_with_a_my_number_is_refused(centre: Organisation, by: User) -> None:
    helper = agreed(centre, by, pc_supporter(centre))
    shifted(helper.support, timezone.now())
    services.arrive(helper=SupportHelper.objects.get(pk=helper.pk), now=timezone.now())
    with pytest.raises(SupportError, match="マイナンバー"):
        services.leave_visit(helper=helper, now=timezone.now(), note="番号 1234 5678 9018")


def test_whoever_has_not_left_in_time_is_to_be_rung_once_until_they_have(centre: Organisation, by: User) -> None:
    helper = agreed(centre, by, pc_supporter(centre))
    shifted(helper.support, timezone.now() - timedelta(minutes=80))
    services.arrive(helper=SupportHelper.objects.get(pk=helper.pk), now=timezone.now() - timedelta(minutes=80))
    assert services.alarm_overdue(now=timezone.now()) == 0
    later = timezone.now() + timedelta(minutes=15)
    assert services.alarm_overdue(now=later) == 1
    assert services.alarm_overdue(now=later) == 0
    call = CallTask.objects.get(subject__contains="overdue")
    assert call.number == helper.person.phone
    services.leave_visit(helper=helper, now=later)
    call.refresh_from_db()
    assert call.status == "withdrawn"


def test_notes_are_read_by_who_helps_next_and_by_nobody_else_and_end(
    centre: Organisation, by: User, office: Client
) -> None:
    before, after = pc_supporter(centre), pc_supporter(centre, user=factories.user(Role.SUPPORTER))
    visit(agreed(centre, by, before), note="補聴器は右")
    helper = services.ask_helper(support=timed(centre, by, topic="次", days=8), person=after, by=by)
    own = Client()
    assert after.user
    own.force_login(after.user)
    address = reverse("registration:helping", args=[helper.pk])
    asked_page = own.get(address).content.decode()
    assert "補聴器は右" not in asked_page
    assert "山田 花子" not in asked_page
    own.post(reverse("registration:helping-act", args=[helper.pk]), {"what": "yes"})
    page = own.get(address).content.decode()
    assert "補聴器は右" in page
    assert "山田 花子" in page
    assert "補聴器は右" not in office.get(reverse("registration:support", args=[helper.support_id])).content.decode()
    stranger = pc_supporter(centre, user=factories.user(Role.SUPPORTER))
    other = Client()
    assert stranger.user
    other.force_login(stranger.user)
    assert other.get(address).status_code == 404
    assert history_for(SupportHelper.objects.get(pk=helper.pk))
    services.forget_notes(now=timezone.now() + timedelta(days=401))
    assert not history_for(SupportHelper.objects.get(pk=helper.pk))


def test_residents_are_kept_while_helped_and_forgotten_after(centre: Organisation) -> None:
    request(centre, arrangement="ゆっくり話す")
    forget_residents(now=timezone.now() + timedelta(days=399))
    assert Resident.objects.get().name
    forget_residents(now=timezone.now() + timedelta(days=401))
    assert not Resident.objects.get().name
    assert not Support.objects.get().arrangement


# --- pages ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def ube() -> Iterator[None]:
    known = {"7550001": [Place(factories.municipality("35202"), 33.95, 131.25, "7550001")]}
    with patch("outreach.registration.forms.supports.find_places", lambda postal, municipality: known.get(postal, [])):
        yield


def written(centre: Organisation, **other: str) -> dict[str, str]:
    fields = {
        "organisation": str(centre.pk), "kind": "visit", "name": "山田 花子", "kana": "やまだ はなこ",
        "phone": "090-0000-1234", "postal_code": "755-0001", "address": "小串1", "topic": "メールを読む",
    }  # fmt: skip
    return {**fields, **other}


@pytest.mark.usefixtures("ube")
def test_anyone_asks_on_the_web_and_gets_a_number(client: Client, centre: Organisation) -> None:
    answer = client.post("/support/", written(centre), follow=True)
    one = Support.objects.get()
    assert f"{one.reference[:4]}-{one.reference[4:]}" in answer.content.decode()
    assert one.resident.kana == "ヤマダ ハナコ"
    assert "病名" in client.get("/support/").content.decode()


@pytest.mark.usefixtures("ube")
@pytest.mark.parametrize(
    "wrong",
    [
        {"address": ""},
        {"kind": "group"},
        {"topic": ""},
        {"arrangement": "1234 5678 9018"},
        {"phone": "1"},
        {"kind": "x"},
    ],
)
def test_what_cannot_be_is_refused(client: Client, centre: Organisation, wrong: dict[str, str]) -> None:
    assert client.post("/support/", written(centre, **wrong)).context["form"].errors
    assert not Support.objects.exists()


@pytest.mark.usefixtures("ube")
def test_staff_take_a_request_set_a_time_ask_and_note_the_answer(office: Client, centre: Organisation) -> None:
    person = pc_supporter(centre)
    office.post("/staff/supports/new/", written(centre, channel="staff_phone"))
    one = Support.objects.get()
    day = (timezone.localdate() + timedelta(days=7)).isoformat()
    here = [one.pk]
    office.post(reverse("registration:support-time", args=here), {"day": day, "starts": "13:00", "ends": "14:00"})
    page = office.get(reverse("registration:support", args=here)).content.decode()
    assert person.name in page
    assert "/30" in page
    office.post(reverse("registration:support-match", args=here), {"person": person.pk})
    helper = SupportHelper.objects.get()
    office.post(reverse("registration:support-act", args=here), {"what": "yes", "helper": helper.pk})
    one.refresh_from_db()
    assert one.status == S.AGREED


def test_other_offices_and_roles_reach_nothing(centre: Organisation, client: Client) -> None:
    one = request(centre)
    client.force_login(factories.user(Role.COORDINATOR, organisation=factories.organisation()))
    assert client.get(reverse("registration:support", args=[one.pk])).status_code == 404
    assert client.post(reverse("registration:support-act", args=[one.pk]), {"what": "cancel"}).status_code == 404
    for role in (Role.MINISTRY, Role.SUPPORTER):
        client.force_login(factories.user(role))
        assert client.get("/staff/supports/").status_code == 403


def test_the_list_costs_the_same_at_any_length(
    office: Client, centre: Organisation, same_queries_at_1_and_30: Callable[..., None]
) -> None:
    def add() -> None:
        request(centre, kana=f"ヤマダ {'ア' * (Support.objects.count() + 1)}"[:80], topic=str(Support.objects.count()))

    same_queries_at_1_and_30(add, lambda: office.get("/staff/supports/"))


def test_matching_costs_the_same_for_one_supporter_and_for_thirty(
    office: Client, centre: Organisation, by: User, same_queries_at_1_and_30: Callable[..., None]
) -> None:
    one = timed(centre, by)
    address = reverse("registration:support", args=[one.pk])
    same_queries_at_1_and_30(lambda: pc_supporter(centre), lambda: office.get(address))


# --- the year -------------------------------------------------------------------------------------------------------
def test_the_register_counts_who_is_new_and_who_left(centre: Organisation) -> None:
    for n in range(3):
        pc_supporter(centre, name=f"前から{n}")
    new, gone = pc_supporter(centre), pc_supporter(centre)
    new.qualifications.update(valid_from=date(2022, 6, 1))
    Supporter.objects.filter(person=gone).update(active=False, left_on=date(2022, 9, 1))
    found = register_of(centre, date(2022, 4, 1), date(2023, 4, 1))
    assert (found.at_start, found.new, found.left, found.at_end) == (4, 1, 1, 4)


def test_someone_carries_too_much_at_three_times_the_mean_and_a_dozen() -> None:
    assert carrying_too_much({}) == []
    assert carrying_too_much({1: 11, 2: 1, 3: 1, 4: 1}) == []
    assert carrying_too_much({1: 12, 2: 1, 3: 1, 4: 1}) == [1]
    assert carrying_too_much({1: 20, 2: 15, 3: 18}) == []


def test_the_year_counts_what_was_done_and_hides_rare_needs(
    office: Client, centre: Organisation, by: User, query_count: Callable[..., int]
) -> None:
    person = pc_supporter(centre)
    visit(agreed(centre, by, person, skill=factories.skill("sign")))
    request(centre, topic="これから", kana="ナダ キヨシ")
    year = timezone.localdate().year - (timezone.localdate().month < 4)
    found = year_of_supports(centre, year)
    assert (found.requested, found.done, found.helpers, found.residents, found.minutes) == (2, 1, 1, 1, 60)
    assert found.skills == [("基本講座", None)]
    assert sum(month.visit for month in found.months) == 1
    assert "5未満" in office.get("/staff/supports/report/").content.decode()
    assert b"1" in office.get("/staff/supports/report/?format=csv").content
    assert query_count(lambda: year_of_supports(centre, year)) <= 12


@pytest.mark.parametrize("days", [-1, 400, 2_900_000])
def test_no_visit_is_planned_for_a_day_that_no_calendar_reaches(centre: Organisation, by: User, days: int) -> None:
    start = timezone.now() + timedelta(days=days)
    with pytest.raises(services.SupportError, match="1年以内"):
        services.set_time(support=request(centre), starts_at=start, ends_at=start + timedelta(hours=1), by=by)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2020-01-01"])
def test_times_told_by_telephone_are_past_and_near_the_agreed_day(
    office: Client, centre: Organisation, by: User, day: str
) -> None:
    helper = agreed(centre, by, pc_supporter(centre))
    form = {"what": "times", "helper": helper.pk, "day": day, "starts": "00:00", "ends": "01:00"}
    answer = office.post(reverse("registration:support-act", args=[helper.support_id]), form, follow=True)
    assert answer.status_code == 200
    helper.refresh_from_db()
    assert helper.arrived_at is None


def test_forgetting_leaves_neither_the_house_nor_a_word_about_anyone(centre: Organisation, by: User) -> None:
    helper = agreed(centre, by, pc_supporter(centre))
    support = helper.support
    services.cancel_support(support=support, by=by, reason="山田さんが入院したため")
    start, house = factories.next_week(9), {"lat": 33.95111, "lon": 131.24222}
    Engagement.objects.create(
        person=helper.person, subject=support.subject, starts_at=start, ends_at=start + timedelta(hours=1), **house
    )
    Support.objects.filter(pk=support.pk).update(**house)
    forget_residents(now=timezone.now() + timedelta(days=800))
    support.refresh_from_db()
    assert (support.lat, support.lon) == (support.municipality.lat, support.municipality.lon)
    assert not support.events.exclude(reason="").exists()
    assert not Engagement.objects.filter(subject=support.subject, lat__isnull=False).exists()


# --- around it ------------------------------------------------------------------------------------------------------
def test_a_helper_is_reminded_the_day_before_once(centre: Organisation, by: User) -> None:
    person = pc_supporter(centre, email="helper@example.jp")
    agreed(centre, by, person, days=1)
    ten = timezone.localtime().replace(hour=10, minute=5)
    assert services.remind_helpers(now=ten.replace(hour=9)) == 0
    for _run in range(2):
        assert services.remind_helpers(now=ten) == 1
    told = Message.objects.filter(subject__contains="reminder")
    assert [message.to for message in told] == ["helper@example.jp"]
    assert "山田" not in str(told[0].fields)


@pytest.mark.usefixtures("ube")
def test_a_flood_from_one_address_is_stopped(client: Client, centre: Organisation) -> None:
    for n in range(22):
        client.post("/support/", written(centre, topic=f"{n}"))
    assert Support.objects.count() == 20
    assert "多すぎます" in client.post("/support/", written(centre, topic="もう一度")).content.decode()


def test_from_a_callers_page_the_form_knows_who_it_is_but_only_for_those_who_may_see_them(
    office: Client, client: Client, centre: Organisation
) -> None:
    one = request(centre)
    address = f"/staff/supports/new/?resident={one.resident_id}"
    assert "ヤマダ ハナコ" in office.get(address).content.decode()
    stranger = Client()
    stranger.force_login(factories.user(Role.COORDINATOR, organisation=factories.organisation()))
    assert "ヤマダ ハナコ" not in stranger.get(address).content.decode()


def test_a_helper_who_was_not_told_yet_is_told_only_of_what_is_true(centre: Organisation, by: User) -> None:
    person = pc_supporter(centre, email="helper@example.jp")
    support = timed(centre, by)
    helper = services.ask_helper(support=support, person=person, by=by)
    services.cancel_support(support=support, by=by, reason="")
    told = Message.objects.filter(subject=helper.subject).order_by("pk")
    assert [(message.status, message.fields["title"]) for message in told] == [
        ("withdrawn", "個別支援のお願い"),
        ("pending", "個別支援の取りやめ"),
    ]
