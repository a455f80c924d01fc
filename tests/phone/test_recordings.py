"""Recordings: fetched and deleted at the provider within the hour, written down by staff, then gone from us too."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from outreach.classes.models import Session
from outreach.contact.models import CallStatus, CallTask, Kind, Message
from outreach.people.models import AccessLog, Role
from outreach.phone import jobs, names, recordings
from outreach.phone.models import Call, PendingName, Recording
from outreach.phone.rules import CALL_KEPT, KEPT_AT_MOST, PROVIDER_KEEPS
from outreach.registration.models import Booking, Intake, Resident
from outreach.registration.services import cancel
from tests import factories
from tests.phone.line import Caller
from tests.phone.line import recording as new_sid
from tests.twilio_standin import ACCOUNT_SID, TwilioStandIn

pytestmark = pytest.mark.django_db
SOUND = b"ID3 the sound of a name"


@pytest.fixture
def twilio(settings: Settings, tmp_path: Path) -> Iterator[TwilioStandIn]:
    with TwilioStandIn() as standin:
        settings.TWILIO_API_URL = standin.url
        settings.TWILIO_ACCOUNT_SID = ACCOUNT_SID
        yield standin


def left(kind: str = "name", sid: str = "", session: Session | None = None) -> Recording:
    """A recording that a caller left, told of by its webhook."""
    caller = Caller()
    if kind == "name":
        caller.ring().press("1", (session or factories.session()).code, "1")
    else:
        caller.ring().press("4")
    caller.speak(sid or new_sid())
    return Recording.objects.get(call__sid=caller.sid)


def later(recording: Recording, age: timedelta) -> None:
    Recording.objects.filter(pk=recording.pk).update(made_at=timezone.now() - age)


# --- at the provider ------------------------------------------------------------------------------------------------
def test_a_recording_is_fetched_kept_privately_and_deleted_at_the_provider(
    twilio: TwilioStandIn, settings: Settings
) -> None:
    recording = left(sid=twilio.record(SOUND)["sid"])
    assert jobs.collect() == 1
    recording.refresh_from_db()
    assert recording.file.read() == SOUND
    assert Path(recording.file.path).is_relative_to(Path(settings.MEDIA_ROOT) / "private")
    assert Path(recording.file.path).stat().st_mode & 0o077 == 0
    assert twilio.recordings == []
    assert jobs.collect() == 0


def test_one_that_cannot_be_fetched_is_tried_again_and_deleted_within_the_hour(twilio: TwilioStandIn) -> None:
    recording = left(sid=twilio.record(b"")["sid"])  # empty: not a sound
    assert jobs.collect() == 0
    assert len(twilio.recordings) == 1
    later(recording, PROVIDER_KEEPS)
    assert jobs.collect() == 1
    assert twilio.recordings == []
    assert "うかがってください" in CallTask.objects.get(subject__endswith="/name").fields["about"]


def test_a_lost_message_is_rung_about(twilio: TwilioStandIn) -> None:
    recording = left("message")
    later(recording, PROVIDER_KEEPS)
    assert jobs.collect() == 1
    assert "録音を受け取れませんでした" in CallTask.objects.get().fields["about"]


def test_no_provider_no_harm(settings: Settings) -> None:
    left("message", sid=new_sid())
    settings.TWILIO_ACCOUNT_SID = ""
    assert jobs.collect() == 0


def test_a_provider_that_does_not_answer_is_asked_again(twilio: TwilioStandIn, settings: Settings) -> None:
    recording = left(sid=twilio.record(SOUND)["sid"])
    url, settings.TWILIO_API_URL = settings.TWILIO_API_URL, "http://127.0.0.1:9"
    assert jobs.collect() == 0
    later(recording, PROVIDER_KEEPS)
    assert jobs.collect() == 0
    settings.TWILIO_API_URL = url
    assert jobs.collect() == 1
    recording.refresh_from_db()
    assert recording.file.read() == SOUND


def test_a_recording_that_no_webhook_told_of_is_found_and_no_other_is_touched(twilio: TwilioStandIn) -> None:
    caller = Caller().ring().press("1", factories.session().code, "1")
    twilio.record(SOUND)["call_sid"] = caller.sid
    stranger = twilio.record(b"not ours")
    stranger["call_sid"] = "CA" + "f" * 32
    jobs.tidy()
    jobs.collect()
    assert Recording.objects.get().pending == PendingName.objects.get()
    assert twilio.recordings == [stranger]


# --- written down ---------------------------------------------------------------------------------------------------
def fetched(recording: Recording) -> Recording:
    recording.file.save("test.mp3", ContentFile(SOUND), save=False)
    recording.fetched_at = recording.removed_at = timezone.now()
    recording.save()
    return recording


def test_writing_the_name_gives_it_to_the_booking_and_deletes_the_recording(
    django_capture_on_commit_callbacks: object,
) -> None:
    recording = fetched(left())
    pending, path = PendingName.objects.get(), Path(recording.file.path)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        names.write_name(pending=pending, name="髙橋 𠮷子", kana="タカハシ ヨシコ")
    booking = Booking.objects.get()
    assert (booking.resident.name, booking.resident.kana) == ("髙橋 𠮷子", "タカハシ ヨシコ")
    assert not path.exists()
    assert not PendingName.objects.exists()
    assert CallTask.objects.get(subject=f"booking:{booking.pk}/name").status == CallStatus.WITHDRAWN
    reminder = Message.objects.get(subject=booking.subject, kind=Kind.REMINDER_DAY_BEFORE)
    assert reminder.fields["name"] == "髙橋 𠮷子"
    recordings.purge(now=timezone.now())
    assert not Recording.objects.exists()


def test_a_name_that_is_known_joins_the_two_into_one_person() -> None:
    left()
    pending = PendingName.objects.get()
    known = factories.booking(phone="+819000000001", kana="タカハシ ヨシコ").resident
    names.write_name(pending=pending, name="", kana="タカハシ ヨシコ")
    assert known.bookings.count() == 2
    assert Resident.objects.filter(phone="+819000000001").count() == 1


def test_a_name_already_in_that_class_is_told_to_staff_and_changes_nothing() -> None:
    session = factories.session()
    left(session=session)
    factories.booking(session, phone="+819000000001", kana="タカハシ ヨシコ")
    with pytest.raises(names.NameTaken):
        names.write_name(pending=PendingName.objects.get(), name="", kana="タカハシ ヨシコ")
    assert session.bookings.filter(status="confirmed").count() == 2
    assert PendingName.objects.exists()


# --- forgotten ------------------------------------------------------------------------------------------------------
def test_a_booking_given_up_needs_no_name_any_more() -> None:
    recording = fetched(left())
    cancel(booking=Booking.objects.get(), channel=Intake.PHONE_LINE)
    recordings.purge(now=timezone.now())
    assert not PendingName.objects.exists()
    assert CallTask.objects.get(subject__endswith="/name").status == CallStatus.WITHDRAWN
    assert not Recording.objects.filter(pk=recording.pk).exists()


def test_calls_are_forgotten_after_a_day_and_recordings_that_nobody_wrote_after_two_months() -> None:
    recording = fetched(left("message"))
    recordings.purge(now=timezone.now() + CALL_KEPT + timedelta(hours=1))
    assert not Call.objects.exists()
    assert Recording.objects.filter(written_at=None).exists()
    recordings.purge(now=timezone.now() + KEPT_AT_MOST + timedelta(hours=1))
    assert not Recording.objects.filter(pk=recording.pk).exists()


def test_a_call_whose_end_nobody_told_us_is_over_after_two_hours() -> None:
    Caller().ring()
    recordings.purge(now=timezone.now() + timedelta(hours=3))
    assert Call.objects.get().ended
    assert Call.objects.get().answer == {}


# --- the staff's page -----------------------------------------------------------------------------------------------
@pytest.fixture
def heard() -> Recording:
    return fetched(left())


def coordinator(client: Client, code: str = "01511") -> Client:
    client.force_login(factories.user(Role.COORDINATOR, municipality=factories.municipality(code)))
    return client


def test_staff_of_the_town_hear_a_recording_and_it_is_logged(client: Client, heard: Recording) -> None:
    staff = coordinator(client)
    page = staff.get(reverse("phone:recordings")).content.decode()
    assert reverse("phone:sound", args=[heard.pk]) in page
    answer = staff.get(reverse("phone:sound", args=[heard.pk]))
    assert b"".join(answer.streaming_content) == SOUND  # type: ignore[attr-defined]
    assert AccessLog.objects.filter(subject=f"recording:{heard.pk}", action="hear recording").count() == 1


@pytest.mark.parametrize(
    ("role", "reach"),
    [(Role.COORDINATOR, {"municipality": "13101"}), (Role.MINISTRY, {}), (Role.INSTRUCTOR, {}), (None, {})],
)
def test_nobody_else_hears_or_writes(
    role: Role | None, reach: dict[str, str], client: Client, heard: Recording
) -> None:
    pending = PendingName.objects.get()
    towns = {key: factories.municipality(code) for key, code in reach.items()}
    client.force_login(factories.user(role, **towns))
    for address in (
        reverse("phone:sound", args=[heard.pk]),
        reverse("phone:write-name", args=[pending.pk]),
    ):
        assert client.get(address).status_code in {403, 404}
    assert client.post(reverse("phone:write-name", args=[pending.pk]), {"kana": "ヤマダ"}).status_code in {403, 404}
    assert PendingName.objects.exists()


def test_strangers_are_sent_to_sign_in(client: Client, heard: Recording) -> None:
    assert client.get(reverse("phone:sound", args=[heard.pk])).status_code == 302


def test_a_name_is_written_in_any_kana_and_a_bad_one_refused(client: Client, heard: Recording) -> None:
    staff = coordinator(client)
    address = reverse("phone:write-name", args=[PendingName.objects.get().pk])
    assert "ひらがなかカタカナ" in staff.post(address, {"kana": "Takahashi"}).content.decode()
    assert staff.post(address, {"name": "髙橋 よし子", "kana": "たかはし よしこ"}).status_code == 302
    assert Booking.objects.get().resident.kana == "タカハシ ヨシコ"
    assert staff.get(address).status_code == 404


def test_a_message_written_down_becomes_the_words_of_its_call(client: Client) -> None:
    factories.booking(phone="+819000000001")  # whose town rings back
    recording = fetched(left("message"))
    staff = coordinator(client)
    address = reverse("phone:write-message", args=[recording.pk])
    assert "マイナンバー" in staff.post(address, {"words": "1234 5678 9018"}).content.decode()
    assert staff.post(address, {"words": "木曜の会場への行き方を知りたい"}).status_code == 302
    assert CallTask.objects.get(kind=Kind.RING_BACK).fields["about"] == "木曜の会場への行き方を知りたい"
    assert staff.get(reverse("phone:sound", args=[recording.pk])).status_code == 404


def test_the_page_costs_the_same_at_one_and_at_thirty(client: Client, same_queries_at_1_and_30: object) -> None:
    staff, session = coordinator(client), factories.session(capacity=40)

    def add() -> None:
        caller = Caller(f"+819000001{Booking.objects.count():03d}")
        caller.ring().press("1", session.code, "1").speak(new_sid())
        Caller("+819000001000").ring().press("4").speak(new_sid())

    same_queries_at_1_and_30(add, lambda: staff.get(reverse("phone:recordings")))  # type: ignore[operator]
