"""Calls from ring to hang-up, over the webhooks and on the database."""

from collections.abc import Callable
from datetime import time
from importlib import import_module

import pytest
from django.apps import apps

from outreach.classes.models import Session
from outreach.contact.models import CallStatus, CallTask, Consent, ConsentSource, Kind, Message, SenderNumber
from outreach.people.models import USUAL_HOURS, Organisation
from outreach.phone import rules
from outreach.phone.models import Call, PendingName, Recording
from outreach.registration.models import Booking, BookingStatus, Intake, Resident
from outreach.registration.services import cancel
from tests import factories
from tests.phone.line import Caller, recording

pytestmark = pytest.mark.django_db
MOBILE, LANDLINE = "+819000000001", "+81300000188"


def booked(session: Session, number: str = MOBILE) -> tuple[Caller, Booking]:
    caller = Caller(number).ring().press("1", session.code, "1")
    return caller, Booking.objects.get(session=session, resident__phone=number)


# --- booking --------------------------------------------------------------------------------------------------------
def test_a_new_caller_books_by_code_says_a_name_and_hears_the_reference_twice(a_class: Session) -> None:
    caller = Caller(LANDLINE).ring()
    assert "講習会に申し込むときは、1" in caller.words
    caller.press("1", a_class.code)
    assert "サルフツムラ" in caller.words
    assert "デンワノカケカタ" in caller.words
    assert "曜日" in caller.words
    assert not Booking.objects.exists(), "read back, but not confirmed"
    caller.press("1")
    booking = Booking.objects.get()
    assert (booking.status, booking.channel, booking.contact) == ("confirmed", Intake.PHONE_LINE, "call")
    caller.speak(recording())
    assert caller.words.count(spoken(booking.reference)) == 2
    assert PendingName.objects.get().booking == booking
    assert Recording.objects.get().pending == PendingName.objects.get()


def spoken(reference: str) -> str:
    names = ["ゼロ", "いち", "に", "さん", "よん", "ご", "ろく", "なな", "はち", "きゅう"]
    return "".join("、".join(names[int(d)] for d in group) + "。" for group in (reference[:4], reference[4:]))


def test_a_name_on_a_recording_is_for_staff_to_write_and_without_one_they_ring_back(a_class: Session) -> None:
    caller, booking = booked(a_class)
    task = CallTask.objects.get(subject=f"booking:{booking.pk}/name")
    assert (task.kind, task.number, task.status) == (Kind.RING_BACK, MOBILE, CallStatus.WAITING)
    assert "うかがってください" in task.fields["about"]
    caller.speak(recording())
    task.refresh_from_db()
    assert "書き取ってください" in task.fields["about"]


def test_the_caller_who_says_no_name_still_hears_the_reference(a_class: Session) -> None:
    caller, booking = booked(a_class)
    caller.wait()
    assert spoken(booking.reference) in caller.words
    assert "あとで係の者がお電話をして" in caller.words


def test_nobody_rings_a_landline_only_to_tell_what_the_line_has_told(a_class: Session) -> None:
    caller, booking = booked(a_class, LANDLINE)
    caller.wait().wait()
    assert caller.verbs[-1].tag == "Hangup"
    assert not CallTask.objects.filter(subject=booking.subject, kind=Kind.CONFIRMATION).exists()


def test_a_mobile_caller_gets_the_confirmation_by_text(a_class: Session) -> None:
    _caller, booking = booked(a_class)
    assert Message.objects.get(subject=booking.subject, kind=Kind.CONFIRMATION).channel == "sms"


def test_two_of_one_household_book_one_after_the_other(a_class: Session) -> None:
    first = Caller().ring().press("1", a_class.code, "1").wait()
    first.press("9", "1", a_class.code, "1")
    assert "もうおひとり" in first.words
    first.press("1")
    assert "お席を、おとりしました" in first.words
    assert Booking.objects.count() == Resident.objects.count() == 2


def test_a_redial_does_not_take_a_second_seat(a_class: Session) -> None:
    booked(a_class)
    again = Caller().ring().press("1", a_class.code, "1")
    assert "ご本人ですか" in again.words
    again.press("1")
    assert "もうお申し込みをいただいています" in again.words
    assert Booking.objects.count() == 1


def test_a_known_caller_books_as_themselves_without_hearing_their_name(a_class: Session) -> None:
    resident = factories.booking(phone=MOBILE, name="山田 花子", kana="ヤマダ ハナコ").resident
    caller = Caller().ring()
    for _key in caller.press("1", a_class.code, "1").words, caller.press("1").words:
        assert "ヤマダ" not in _key
        assert "山田" not in _key
    assert a_class.bookings.get().resident == resident
    assert not PendingName.objects.exists()


def test_a_withheld_number_is_asked_for_and_read_back(a_class: Session) -> None:
    caller = Caller("").ring().press("1", a_class.code)
    assert "お電話番号が、こちらに届いていません" in caller.words
    caller.press("0300000188")
    assert "お電話番号は、ゼロ、さん。ゼロ、ゼロ、ゼロ、ゼロ。ゼロ、いち、はち、はち。" in caller.words
    caller.press("1")
    assert Booking.objects.get().resident.phone == LANDLINE


def test_nothing_is_said_of_a_keyed_number(a_class: Session) -> None:
    factories.booking(a_class, phone=LANDLINE)
    caller = Caller("").ring().press("1", a_class.code, "0300000188", "1")
    assert "お席を、おとりしました" in caller.words, "not: someone with that number is booked"


def test_the_nearest_classes_are_read_out_and_picked_by_a_key(a_class: Session) -> None:
    factories.session(venue=factories.venue(municipality=factories.municipality("13101")))
    caller = Caller().ring().press("2", "0986200")
    assert caller.words.index("サルフツムラ") < caller.words.index("チヨダク")
    caller.press("1", "1")
    assert Booking.objects.get().session == a_class


def test_a_full_class_is_offered_as_a_waitlist_and_confirmed_by_a_key(a_class: Session) -> None:
    factories.booking(a_class)
    factories.booking(a_class)
    caller = Caller().ring().press("1", a_class.code)
    assert "満席" in caller.words
    assert Booking.objects.count() == 2
    caller.press("1")
    assert "キャンセル待ちを、お受けしました" in caller.words
    assert Booking.objects.get(resident__phone=MOBILE).status == BookingStatus.WAITLISTED


def test_the_last_seat_lost_while_listening_is_not_turned_into_a_waitlist_unasked(a_class: Session) -> None:
    factories.booking(a_class)
    caller = Caller().ring().press("1", a_class.code)
    factories.booking(a_class)
    caller.press("1")
    assert "たったいま、満席になりました" in caller.words
    assert Booking.objects.count() == 2
    assert Resident.objects.count() == 2, "nothing half made"
    assert caller.press("1").status == 200
    assert Booking.objects.get(resident__phone=MOBILE).status == BookingStatus.WAITLISTED


def test_a_class_that_was_cancelled_is_not_booked(a_class: Session) -> None:
    caller = Caller().ring().press("1", a_class.code)
    Session.objects.filter(pk=a_class.pk).update(status="cancelled")
    caller.press("1")
    assert "受け付けていません" in caller.words
    assert not Booking.objects.exists()


# --- one's own booking ----------------------------------------------------------------------------------------------
def test_a_booking_is_heard_and_cancelled_by_reference_from_its_number(a_class: Session) -> None:
    booking = factories.booking(a_class, phone=MOBILE, kana="ヤマダ ハナコ")
    caller = Caller().ring().press("3", booking.reference)
    assert "ヤマダ ハナコ様" in caller.words
    caller.press("2")
    assert "取り消すときは1" in caller.words
    booking.refresh_from_db()
    assert booking.status == BookingStatus.CONFIRMED
    caller.press("1")
    booking.refresh_from_db()
    a_class.refresh_from_db()
    assert (booking.status, a_class.seats_taken) == (BookingStatus.CANCELLED, 0)


def test_a_reference_from_another_telephone_needs_the_number_that_was_given(a_class: Session) -> None:
    booking = factories.booking(a_class, phone=MOBILE, kana="ヤマダ ハナコ")
    other = Caller(LANDLINE).ring().press("3", booking.reference)
    assert "ヤマダ" not in other.words
    assert "お申し込みのときの電話番号" in other.words
    assert "ヤマダ ハナコ様" in other.press("09000000001").words


def test_a_wrong_number_finds_nothing_and_the_second_time_a_person_is_rung(a_class: Session) -> None:
    booking = factories.booking(a_class, phone=MOBILE)
    caller = Caller(LANDLINE).ring().press("3", booking.reference, "0300000177")
    assert "見つかりませんでした" in caller.words
    caller.press(booking.reference, "0300000177")
    assert caller.verbs[-1].tag == "Dial"


def test_guessing_is_stopped(a_class: Session) -> None:
    booking = factories.booking(a_class, phone=MOBILE)
    for _call in range(3):
        Caller(LANDLINE).ring().press("3", booking.reference, "0300000177")
    assert "確認を止めています" in Caller(LANDLINE).ring().press("3", booking.reference).words


def test_a_booking_is_moved_in_one_step_with_a_new_reference(a_class: Session) -> None:
    booking = factories.booking(a_class, phone=MOBILE, kana="ヤマダ ハナコ")
    other = factories.session()
    caller = Caller().ring().press("3", booking.reference, "3", other.code)
    assert "いまのお申し込みを取り消して" in caller.words
    caller.press("1")
    moved = other.bookings.get()
    assert moved.resident == booking.resident
    assert spoken(moved.reference) in caller.words
    booking.refresh_from_db()
    assert booking.status == BookingStatus.CANCELLED


def test_a_move_to_a_class_that_filled_up_keeps_the_old_booking(a_class: Session) -> None:
    booking = factories.booking(a_class, phone=MOBILE)
    other = factories.session(capacity=1)
    caller = Caller().ring().press("3", booking.reference, "3", other.code)
    factories.booking(other)
    caller.press("1")
    assert "いまのお申し込みは、そのままです" in caller.words
    booking.refresh_from_db()
    assert booking.status == BookingStatus.CONFIRMED
    assert other.bookings.count() == 1


def test_a_moved_booking_keeps_waiting_for_its_name(a_class: Session) -> None:
    _caller, booking = booked(a_class)
    other = factories.session()
    Caller().ring().press("3", booking.reference, "3", other.code, "1")
    pending = PendingName.objects.get()
    assert pending.booking.session == other
    waiting = CallTask.objects.filter(kind=Kind.RING_BACK, status=CallStatus.WAITING)
    assert [task.subject for task in waiting] == [pending.subject]


def test_an_offered_seat_is_accepted_by_a_key(a_class: Session) -> None:
    seated = [factories.booking(a_class), factories.booking(a_class)]
    waiting = factories.booking(a_class, phone=MOBILE)
    cancel(booking=seated[0], channel=Intake.WEB)
    caller = Caller().ring().press("3", waiting.reference)
    assert "お席が空きました" in caller.words
    caller.press("1")
    waiting.refresh_from_db()
    assert waiting.status == BookingStatus.CONFIRMED


# --- messages and people --------------------------------------------------------------------------------------------
def test_messages_are_stopped_by_the_menu_and_the_ledger_knows_how() -> None:
    caller = Caller().ring().press("5", "2")
    assert "中止や変更のお知らせも、届かなくなります" in caller.words
    assert not Consent.objects.exists()
    caller.press("1")
    word = Consent.objects.get()
    assert (word.number, word.given, word.source) == (MOBILE, False, ConsentSource.PHONE_MENU)


def test_a_withheld_number_cannot_stop_messages_for_someone() -> None:
    caller = Caller("").ring().press("5")
    assert caller.verbs[-1].tag == "Dial"
    assert not Consent.objects.exists()


def test_0_rings_who_holds_the_class_and_an_unanswered_ring_takes_a_message(a_class: Session) -> None:
    caller = Caller().ring().press("1", a_class.code, "0")
    assert caller.verbs[-1].text == a_class.organisation.phone
    caller.dialled("no-answer")
    assert caller.verbs[1].tag == "Record"
    caller.speak(recording())
    task = CallTask.objects.get()
    assert (task.kind, task.number, task.municipality_id) == (Kind.RING_BACK, MOBILE, a_class.municipality_id)
    assert Recording.objects.get().task == task


def test_outside_office_hours_0_takes_a_message_and_the_line_still_books(
    a_class: Session, line: Callable[[bool], None]
) -> None:
    line(False)
    caller = Caller().ring().press("0")
    assert "電話に出られない時間です" in caller.words
    caller.speak(recording())
    assert "伝言を、お預かりしました" in caller.words
    assert CallTask.objects.get().number == MOBILE
    booked(a_class, LANDLINE)


def test_who_asked_for_a_person_and_says_nothing_is_rung_back(line: Callable[[bool], None]) -> None:
    line(False)
    caller = Caller().ring().press("0").wait().wait()
    assert "あとでお電話します" in caller.words
    assert CallTask.objects.get().fields["about"] == "係の者と話したいとのことでした。"


def test_a_silent_call_leaves_no_work_behind(line: Callable[[bool], None]) -> None:
    line(False)
    caller = Caller().ring().wait().wait().wait().wait()
    assert caller.verbs[-1].tag == "Hangup"
    assert not CallTask.objects.exists()


def test_the_line_never_rings_itself(settings: object) -> None:
    settings.LINE_STAFF_NUMBER = "03-0000-0100"  # type: ignore[attr-defined]  # the number that was dialled
    assert "電話に出られない" in Caller().ring().press("0").words


def test_a_town_with_its_own_line_is_greeted_by_name() -> None:
    town = factories.municipality()
    SenderNumber.objects.create(number="+81300000100", use="line", label="猿払村", municipality=town)
    assert "サルフツムラの、スマートフォン講習会" in Caller().ring().words


def test_the_end_of_a_call_empties_what_it_remembered(a_class: Session) -> None:
    caller, _booking = booked(a_class)
    caller.hang_up()
    call = Call.objects.get()
    assert call.ended
    assert call.answer["state"]["number"] == ""
    assert call.answer["say"] == []


def test_a_person_is_there_at_the_hours_that_the_office_set_and_residents_read(
    a_class: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[time, time]] = []

    def closed(now: object, hours: tuple[time, time]) -> bool:
        asked.append(hours)
        return False

    monkeypatch.setattr(rules, "office_open", closed)
    Caller().ring().press("0")
    hall = factories.organisation(name="代表", phone="+81300000101", phone_opens=time(8), phone_closes=time(20))
    Caller().ring().press("0")
    Organisation.objects.filter(pk=a_class.organisation_id).update(
        phone="+81300000102", phone_opens=time(13), phone_closes=time(16)
    )
    Caller().ring().press("1", a_class.code, "0")
    assert asked == [USUAL_HOURS, (time(8), time(20)), (time(13), time(16))]
    assert hall.phone_hours == "平日 8:00～20:00"


@pytest.mark.parametrize(
    ("written", "hours"),
    [
        ("平日 9時～17時", (time(9), time(17), "")),
        ("平日８：３０〜１７：１５（昼休みも出ます）", (time(8, 30), time(17, 15), "昼休みも出ます")),
        ("月〜金 9時30分から16時まで", (time(9, 30), time(16), "")),
        ("火・木 9時～12時", (None, None, "火・木 9時～12時")),
        ("24時間", (None, None, "24時間")),
        ("平日 17時～9時", (None, None, "平日 17時～9時")),
    ],
)
@pytest.mark.django_db
def test_hours_that_an_office_had_written_in_words_are_read_once(written: str, hours: tuple[object, ...]) -> None:
    one = factories.organisation(phone_note=written)
    migration = import_module("outreach.people.migrations.0007_telephone_hours_read")
    migration.read(apps, None)
    one.refresh_from_db()
    assert (one.phone_opens, one.phone_closes, one.phone_note) == hours
    said = one.phone_hours
    migration.write(apps, None)
    one.refresh_from_db()
    assert (one.phone_opens, one.phone_note) == (None, said), "nothing is lost on the way back"
