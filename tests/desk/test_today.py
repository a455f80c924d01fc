"""What needs a hand now, for whom, and at what cost."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outreach.classes.models import SchemeRule, Session, SessionStatus, Shift
from outreach.classes.services import approve_exception, ask_exception, assign
from outreach.contact.models import Message, MessageStatus
from outreach.desk.queries.needs import Need, moment, needing
from outreach.dispatch.services import decline_letter
from outreach.people.models import Organisation, Role, User
from outreach.registration.services import cancel
from tests import factories
from tests.desk.conftest import SignIn, just_over, put_at
from tests.dispatch import letters

pytestmark = pytest.mark.django_db
TODAY = "/staff/"


def needs(session: Session, user: User) -> set[str]:
    at = moment(user, timezone.now())
    return {need.value for need in Need if needing(Session.objects.filter(pk=session.pk), need, at).exists()}


def soon(office: Organisation, **fields: Any) -> Session:
    return factories.session(organisation=office, starts_at=factories.next_week(days=4), **fields)


def staffed(session: Session) -> Session:
    assign(session=session, person=factories.instructor(), duty=Shift.Duty.INSTRUCTOR)
    return session


def test_a_session_without_teacher_near_the_deadline_needs_staff(office: Organisation, coordinator: User) -> None:
    assert "staff" in needs(soon(office), coordinator)


def test_one_far_from_the_deadline_does_not_yet(office: Organisation, coordinator: User) -> None:
    far = factories.session(organisation=office, starts_at=factories.next_week(days=12))
    assert "staff" not in needs(far, coordinator)


def test_a_teacher_is_enough_until_someone_books(office: Organisation, coordinator: User) -> None:
    session = staffed(soon(office))
    assert "staff" not in needs(session, coordinator)
    factories.booking(session)
    assert "staff" in needs(session, coordinator)


def test_one_helper_is_enough_for_four_learners_and_not_for_five(office: Organisation, coordinator: User) -> None:
    session = staffed(soon(office))
    assign(session=session, person=factories.supporter(), duty=Shift.Duty.HELPER)
    for _ in range(4):
        factories.booking(session)
    assert "staff" not in needs(session, coordinator)
    factories.booking(session)
    assert "staff" in needs(session, coordinator)


def test_a_consultation_needs_no_helper(office: Organisation, coordinator: User) -> None:
    session = staffed(soon(office, kind="consultation"))
    factories.booking(session)
    assert "staff" not in needs(session, coordinator)


def test_fewer_than_the_minimum_are_warned_of(office: Organisation, coordinator: User) -> None:
    session = soon(office)
    assert "few" in needs(session, coordinator)
    SchemeRule.objects.update(minimum_learners=1)
    factories.booking(session)
    assert "few" not in needs(session, coordinator)


def test_a_class_that_is_over_wants_attendance_then_a_report(office: Organisation, coordinator: User) -> None:
    session = just_over(factories.session(organisation=office, status=SessionStatus.CONFIRMED))
    assert needs(session, coordinator) == {"attendance"}
    Session.objects.filter(pk=session.pk).update(status=SessionStatus.HELD)
    assert needs(session, coordinator) == {"report"}


def test_a_draft_is_not_forgotten(office: Organisation, coordinator: User) -> None:
    assert needs(factories.session(organisation=office, status=SessionStatus.DRAFT), coordinator) == {"draft"}


def test_approval_is_asked_of_a_second_person_only(office: Organisation, coordinator: User) -> None:
    session = soon(office)
    ask_exception(session=session, by=coordinator, reason="講師が一人で足りる")
    second = factories.user(Role.COORDINATOR, organisation=office)
    assert "approval" not in needs(session, coordinator)
    assert "approval" in needs(session, second)
    approve_exception(session=session, by=second)
    assert "approval" not in needs(session, second)


def test_the_page_leads_from_each_heap_to_its_remedy(desk: Client, office: Organisation) -> None:
    session = soon(office)
    factories.booking(session, phone="+81300000777")  # a landline: to be rung
    page = desk.get(TODAY).content.decode()
    assert reverse("desk:staffing", args=[session.code]) in page
    assert "かける電話" in page
    assert reverse("desk:calls") in page


def test_no_resident_is_named_on_it(desk: Client, office: Organisation) -> None:
    factories.booking(soon(office), name="秘密 花子", phone="+81300000777")
    page = desk.get(TODAY).content.decode()
    assert "秘密" not in page
    assert "0000-0777" not in page


def test_a_failed_message_is_shown_until_someone_rings(desk: Client, office: Organisation) -> None:
    booking = factories.booking(soon(office))
    message = Message.objects.filter(subject=booking.subject).earliest("pk")
    Message.objects.filter(pk=message.pk).update(status=MessageStatus.FAILED)
    ring = reverse("desk:ring-instead", args=[message.pk])
    assert ring in desk.get(TODAY).content.decode()
    assert desk.post(ring).status_code == 302
    assert ring not in desk.get(TODAY).content.decode()


def test_a_towns_letter_stands_there_until_someone_rings_it_back(desk: Client, office: Organisation) -> None:
    Organisation.objects.filter(pk=office.pk).update(kind=Organisation.Kind.DISPATCH)
    letter = letters.letter()
    there = reverse("dispatch:request-letter", args=[letter.pk])
    assert f'href="{there}"' in desk.get(TODAY).content.decode()
    decline_letter(letter=letter, by=None, reason="いたずら")
    assert there not in desk.get(TODAY).content.decode()


def test_an_offered_seat_is_watched(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office, capacity=1)
    first, waiting = factories.booking(session), factories.booking(session)
    cancel(booking=first, channel="web")
    assert reverse("desk:booking", args=[waiting.pk]) in desk.get(TODAY).content.decode()


def test_an_empty_day_reassures(desk: Client) -> None:
    assert "いま、手当てが要るものはありません" in desk.get(TODAY).content.decode()


def test_another_office_sees_nothing_of_it(sign_in: SignIn, office: Organisation) -> None:
    session = soon(office)
    other = sign_in(Role.COORDINATOR, organisation=factories.organisation(municipality=None))
    assert session.code not in other.get(TODAY).content.decode()


def test_the_ministry_sees_counts_and_no_class(sign_in: SignIn, office: Organisation) -> None:
    soon(office)
    page = sign_in(Role.MINISTRY).get(TODAY).content.decode()
    assert "計画した実施箇所" in page
    assert "電話のかけ方" not in page


def test_a_prefecture_sees_its_own_counts(sign_in: SignIn, office: Organisation) -> None:
    soon(office)
    tokyo = factories.municipality("13101").prefecture
    answer = sign_in(Role.PREFECTURE, prefecture=tokyo).get(TODAY)
    assert answer.context["figures"].planned_sites == 0


def test_before_the_year_is_loaded_the_ministry_is_told_so(sign_in: SignIn) -> None:
    assert "まだ登録されていません" in sign_in(Role.MINISTRY).get(TODAY).content.decode()


def test_an_instructor_sees_only_their_own_sessions(office: Organisation) -> None:
    mine, theirs = soon(office), soon(office)
    teacher = factories.instructor(user=factories.user(Role.INSTRUCTOR))
    assign(session=mine, person=teacher, duty=Shift.Duty.INSTRUCTOR)
    browser = Client()
    browser.force_login(teacher.user)  # type: ignore[arg-type]
    page = browser.get(TODAY).content.decode()
    assert reverse("desk:roster", args=[mine.code]) in page
    assert theirs.code not in page
    assert browser.get(reverse("desk:roster", args=[mine.code])).status_code == 200
    assert browser.get(reverse("desk:roster", args=[theirs.code])).status_code == 404


def test_a_supporter_gets_no_roster(office: Organisation) -> None:
    session = soon(office)
    helper = factories.supporter(user=factories.user(Role.SUPPORTER))
    assign(session=session, person=helper, duty=Shift.Duty.HELPER)
    browser = Client()
    browser.force_login(helper.user)  # type: ignore[arg-type]
    page = browser.get(TODAY).content.decode()
    assert session.venue.name in page
    assert "roster" not in page
    assert browser.get(reverse("desk:roster", args=[session.code])).status_code == 403


def test_strangers_are_asked_to_sign_in(client: Client, db: None) -> None:
    assert client.get(TODAY).headers["Location"].startswith("/staff/sign-in/")


def test_someone_without_a_role_is_refused(sign_in: SignIn) -> None:
    assert sign_in(None).get(TODAY).status_code == 403


def test_the_page_costs_the_same_at_1_and_at_30(
    desk: Client, office: Organisation, same_queries_at_1_and_30: Callable[..., None]
) -> None:
    def add() -> None:
        session = soon(office)
        factories.booking(session, phone=f"+8130000{session.pk % 10000:04d}")
        just_over(factories.session(organisation=office, status=SessionStatus.CONFIRMED))
        factories.session(organisation=office, status=SessionStatus.DRAFT)
        today = factories.session(organisation=office, status=SessionStatus.CONFIRMED)
        put_at(today, timezone.now() + timedelta(hours=3))

    for _ in range(7):  # past the number shown, where a count is asked for as well
        add()
    same_queries_at_1_and_30(add, lambda: desk.get(TODAY))


def test_own_duties_of_two_weeks_come_first_and_the_next_one_however_far(office: Organisation) -> None:
    teacher = factories.instructor(user=factories.user(Role.INSTRUCTOR))
    browser = Client()
    browser.force_login(teacher.user)  # type: ignore[arg-type]
    for later, days in enumerate((20, 30)):
        far = factories.session(organisation=office, starts_at=factories.next_week(days=days))
        assign(session=far, person=teacher, duty=Shift.Duty.INSTRUCTOR)
        page = browser.get("/staff/mine/").content.decode()
        assert page.count('class="card-when"') == 1
        assert ("このあとの担当1件も見る" in page) is bool(later)
    whole = browser.get("/staff/mine/?all").content.decode()
    assert whole.count('class="card-when"') == 2
    assert "このあとの担当" not in whole
