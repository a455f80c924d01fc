"""The phone desk: found from what a caller says, booked, moved and cancelled by short commands."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from outreach.classes.models import Session
from outreach.contact.models import Kind, Message
from outreach.people.models import AccessLog, Organisation, Role
from outreach.registration.models import Booking, BookingStatus, Intake, Resident
from outreach.registration.services import cancel
from tests import factories
from tests.desk.conftest import SignIn, said

pytestmark = pytest.mark.django_db
BOX = "/staff/phone/"
NEW = "/staff/phone/new/"


@pytest.fixture
def caller(office: Organisation) -> Resident:
    """Someone booked once, with a class more to choose from in the same town."""
    booking = factories.booking(
        factories.session(organisation=office), name="港 はな", kana="ミナト ハナ", phone="+81300000777"
    )
    factories.session(organisation=office, starts_at=factories.next_week(days=9))
    return booking.resident


def person(resident: Resident) -> str:
    return reverse("desk:person", args=[resident.pk])


def command(desk: Client, resident: Resident, typed: str) -> Any:
    return desk.post(reverse("desk:command", args=[resident.pk]), {"command": typed}, follow=True)


def act(desk: Client, resident: Resident, shown: Any) -> Any:
    """Press Enter on what the command showed."""
    named = {"verb": shown.context["verb"]}
    if booking := shown.context["booking"]:
        named["booking"] = booking.pk
    if session := shown.context["session"]:
        named["session"] = session.code
    return desk.post(reverse("desk:act", args=[resident.pk]), named, follow=True)


def other_class() -> Session:
    return Session.objects.latest("starts_at")


# --- find -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "words",
    ["03-0000-0777", "０３００００７７７", "0777", "みなと はな", "ﾐﾅﾄﾊﾅ", "ミナト", "港はな", "港 はな"],
)
def test_a_known_caller_opens_at_once(desk: Client, caller: Resident, words: str) -> None:
    if words == "０３００００７７７":
        words = "０３－００００－０７７７"
    assert desk.post(BOX, {"q": words}).headers["Location"] == person(caller)


def test_whom_a_daughter_booked_is_found_by_her_number(desk: Client, office: Organisation) -> None:
    booking = factories.booking(
        factories.session(organisation=office),
        proxy_name="港 みき",
        proxy_relation="長女",
        proxy_phone="+819000000123",
        tell="proxy",
    )
    assert desk.post(BOX, {"q": "090-0000-0123"}).headers["Location"] == person(booking.resident)


def test_a_class_code_opens_its_form_and_a_reference_its_booking(desk: Client, caller: Resident) -> None:
    booking = caller.bookings.get()
    assert desk.post(BOX, {"q": booking.session.code}).headers["Location"] == reverse(
        "desk:book", args=[booking.session.code]
    )
    reference = f"{booking.reference[:4]}-{booking.reference[4:]}"
    assert desk.post(BOX, {"q": reference}).headers["Location"] == reverse("desk:booking", args=[booking.pk])


def test_a_couple_at_one_number_is_offered_to_choose(desk: Client, caller: Resident, office: Organisation) -> None:
    husband = factories.booking(
        factories.session(organisation=office), name="港 実", kana="ミナト ミノル", phone=caller.phone
    ).resident
    page = said(desk.post(BOX, {"q": "03-0000-0777"}))
    assert person(caller) in page
    assert person(husband) in page
    assert "港 実" in said(desk.get(person(caller)))


def test_a_stranger_leads_to_a_form_that_knows_what_was_typed(desk: Client, office: Organisation) -> None:
    assert 'value="03-0000-0888"' in said(desk.post(BOX, {"q": "０３００００-０８８８"}))
    assert 'value="ハツ タロウ"' in said(desk.post(BOX, {"q": "はつ たろう"}))


def test_what_was_typed_is_logged_as_a_search_and_kept_nowhere(desk: Client, caller: Resident) -> None:
    desk.post(BOX, {"q": "03-0000-0777"})
    assert [row.subject for row in AccessLog.objects.filter(action="search_residents")] == ["residents"]


@pytest.mark.parametrize("words", ["777", "  ", "0120-000-000", "zzz", "'; --", "%", "_"])
def test_nonsense_finds_nobody(desk: Client, caller: Resident, words: str) -> None:
    answer = desk.post(BOX, {"q": words})
    assert answer.status_code == 200
    assert "港 はな" not in said(answer)


def test_residents_of_another_office_are_not_found(sign_in: SignIn, caller: Resident) -> None:
    other = sign_in(Role.COORDINATOR, organisation=factories.organisation(municipality=None))
    for words in ("03-0000-0777", "みなと", "港", caller.bookings.get().reference, other_class().code):
        answer = other.post(BOX, {"q": words})
        assert answer.status_code == 200
        assert "港 はな" not in said(answer)
    assert other.get(person(caller)).status_code == 404
    assert other.post(reverse("desk:command", args=[caller.pk]), {"command": "-1"}).status_code == 404
    assert other.post(reverse("desk:act", args=[caller.pk]), {"verb": "cancel"}).status_code == 404


@pytest.mark.parametrize("role", [Role.MINISTRY, Role.PREFECTURE, Role.INSTRUCTOR, Role.SUPPORTER])
def test_the_phone_desk_is_for_those_who_serve_residents(sign_in: SignIn, caller: Resident, role: Role) -> None:
    reach = {"prefecture": factories.municipality().prefecture} if role == Role.PREFECTURE else {}
    other = sign_in(role, **reach)
    assert other.get(BOX).status_code == other.get(person(caller)).status_code == 403


def test_a_towns_name_shows_its_open_classes(desk: Client, caller: Resident) -> None:
    answer = desk.post(BOX, {"q": "さるふつ"})
    assert reverse("desk:book", args=[other_class().code]) in said(answer)


# --- act ------------------------------------------------------------------------------------------------------------
def test_two_keys_book_the_first_class_of_the_list(desk: Client, caller: Resident) -> None:
    shown = command(desk, caller, "1")
    assert "お申し込みでよろしいですか" in shown.context["words"]
    assert Booking.objects.count() == 1
    answer = act(desk, caller, shown)
    made = Booking.objects.latest("pk")
    assert (made.session, made.channel, made.status) == (other_class(), Intake.STAFF_PHONE, BookingStatus.CONFIRMED)
    assert f"{made.reference[:4]}-{made.reference[4:]}" in said(answer)
    assert "2回読み上げる" in said(answer)


def test_a_whole_code_books_too_in_any_grouping(desk: Client, caller: Resident) -> None:
    code = other_class().code
    shown = command(desk, caller, f"{code[:2]}-{code[2:4]}-{code[4:]}")
    act(desk, caller, shown)
    assert Booking.objects.filter(session=other_class(), resident=caller).exists()


def test_a_full_class_offers_its_queue(desk: Client, caller: Resident) -> None:
    Session.objects.filter(pk=other_class().pk).update(seats_taken=1, capacity=1)
    shown = command(desk, caller, "1")
    assert "キャンセル待ちでよろしいですか" in shown.context["words"]
    assert "キャンセル待ちに入りました" in said(act(desk, caller, shown))
    assert Booking.objects.latest("pk").status == BookingStatus.WAITLISTED


def test_a_move_is_one_step(desk: Client, caller: Resident) -> None:
    act(desk, caller, command(desk, caller, "1/1"))
    old, new = Booking.objects.order_by("pk")
    assert (old.status, new.status) == (BookingStatus.CANCELLED, BookingStatus.CONFIRMED)
    assert new.session == other_class()


def test_a_move_to_a_class_one_is_in_changes_nothing(desk: Client, caller: Resident) -> None:
    act(desk, caller, command(desk, caller, "1"))
    shown = command(desk, caller, f"1/{other_class().code}")
    assert "もう申し込んでいます" in said(act(desk, caller, shown))
    assert set(caller.bookings.values_list("status", flat=True)) == {BookingStatus.CONFIRMED}


def test_a_booking_is_cancelled_after_being_read_back(desk: Client, caller: Resident) -> None:
    shown = command(desk, caller, "-1")
    assert "取り消してよろしいですか" in shown.context["words"]
    assert caller.bookings.get().status == BookingStatus.CONFIRMED
    act(desk, caller, shown)
    assert caller.bookings.get().status == BookingStatus.CANCELLED


def test_an_offered_seat_is_taken(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office, capacity=1)
    first, waiting = factories.booking(session), factories.booking(session)
    cancel(booking=first, channel="web")
    act(desk, waiting.resident, command(desk, waiting.resident, "+1"))
    waiting.refresh_from_db()
    assert waiting.status == BookingStatus.CONFIRMED


@pytest.mark.parametrize("typed", ["", "9", "-2", "1/9", "1234567", "abc"])
def test_a_slip_of_the_fingers_does_nothing(desk: Client, caller: Resident, typed: str) -> None:
    assert "もう一度打ってください" in said(command(desk, caller, typed))


def test_the_second_step_takes_only_the_callers_own_booking(
    desk: Client, caller: Resident, office: Organisation
) -> None:
    other = factories.booking(factories.session(organisation=office), kana="ホカ ノヒト")
    answer = desk.post(reverse("desk:act", args=[caller.pk]), {"verb": "cancel", "booking": other.pk})
    assert answer.status_code == 404
    other.refresh_from_db()
    assert other.status == BookingStatus.CONFIRMED


@pytest.mark.parametrize("form", [{}, {"verb": "delete"}, {"verb": "book"}, {"verb": "cancel", "booking": "²"}])
def test_a_forged_second_step_finds_nothing(desk: Client, caller: Resident, form: dict[str, str]) -> None:
    assert desk.post(reverse("desk:act", args=[caller.pk]), form).status_code == 404


def test_the_person_costs_the_same_at_1_and_at_30(
    desk: Client, office: Organisation, same_queries_at_1_and_30: Callable[..., None]
) -> None:
    resident = factories.booking(factories.session(organisation=office), phone="+81300000777").resident

    def add() -> None:
        factories.booking(factories.session(organisation=office), phone="+81300000777")

    same_queries_at_1_and_30(add, lambda: desk.get(person(resident)))


# --- someone new ----------------------------------------------------------------------------------------------------
def form(session: Session, **changes: str) -> dict[str, str]:
    return {
        "code": session.code,
        "kana": "はつ たろう",
        "phone": "03-0000-0888",
        "name": "",
        "contact": "",
        "needs": "",
        "channel": "staff_phone",
        **changes,
    }


def test_kana_and_a_number_are_enough_and_a_landline_is_rung_on_the_eve(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office)
    shown = desk.post(NEW, form(session))
    assert "ハツ タロウ様、お電話番号は 03-0000-0888 ですね" in said(shown)
    assert not Booking.objects.exists()
    desk.post(NEW, form(session, sure="1"))
    made = Booking.objects.get()
    assert (made.resident.kana, made.resident.phone, made.contact) == ("ハツ タロウ", "+81300000888", "call")
    kinds = set(Message.objects.filter(subject=made.subject, channel="call").values_list("kind", flat=True))
    assert Kind.REMINDER_DAY_BEFORE in kinds
    assert Kind.CONFIRMATION not in kinds  # it was just said


def test_how_it_came_in_is_kept_and_offered_again(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office)
    desk.post(NEW, form(session, sure="1", channel="paper"))
    assert Booking.objects.get().channel == Intake.PAPER
    assert desk.get(NEW).context["form"]["channel"].value() == Intake.PAPER


def test_someone_alike_is_offered_and_not_forced(desk: Client, caller: Resident) -> None:
    session = other_class()
    shown = desk.post(NEW, form(session, kana="みなと はな", phone="090-0000-0999"))
    assert person(caller) in said(shown)
    desk.post(NEW, form(session, kana="みなと はな", phone="090-0000-0999", sure="1"))
    assert Resident.objects.filter(kana="ミナト ハナ").count() == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"code": "1234567"}, "担当の中に見つかりません"),
        ({"kana": "初太郎"}, "ひらがなかカタカナ"),
        ({"phone": "110"}, "入力できません"),
        ({"phone": ""}, "電話番号"),
        ({"contact": "post"}, "住所を入力してください"),
        ({"needs": "番号は 1234 5678 9018 です"}, "マイナンバー"),
        ({"contact": "family"}, "入力してください"),
    ],
)
def test_what_is_wrong_is_said_and_nobody_is_booked(
    desk: Client, office: Organisation, changes: dict[str, str], words: str
) -> None:
    session = factories.session(organisation=office)
    assert words in said(desk.post(NEW, form(session, **changes, sure="1")))
    assert not Booking.objects.exists()


def test_the_same_person_twice_is_told_so(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office)
    desk.post(NEW, form(session, sure="1"))
    assert "もう申し込んでいます" in said(desk.post(NEW, form(session, sure="1")))
    assert Booking.objects.count() == 1


def test_a_class_of_another_office_is_not_booked(sign_in: SignIn, office: Organisation) -> None:
    session = factories.session(organisation=office)
    other = sign_in(Role.COORDINATOR, organisation=factories.organisation(municipality=None))
    other.post(NEW, form(session, sure="1"))
    assert not Booking.objects.exists()


def test_a_couple_is_booked_one_after_the_other(desk: Client, caller: Resident) -> None:
    page = desk.get(NEW, {"with": caller.pk})
    values = page.context["form"].initial
    assert values["phone"] == "03-0000-0777"
    assert values["code"].replace("-", "") == caller.bookings.get().session.code


def test_nobody_elses_number_comes_out_of_a_guessed_row(sign_in: SignIn, caller: Resident) -> None:
    other = sign_in(Role.COORDINATOR, organisation=factories.organisation(municipality=None))
    assert "0777" not in said(other.get(NEW, {"with": caller.pk}))
    assert other.get(NEW, {"with": "x"}).status_code == 200
