"""A question from the web: kept once, promised by a working day, put on the call list, forgotten in time."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from outreach.contact.models import CallStatus, CallTask, Kind
from outreach.contact.working_days import add_working_days, is_working_day
from outreach.registration.models import Enquiry, EnquiryStatus, Intake
from outreach.registration.retention import forget_enquiries
from outreach.registration.services import answer_enquiry, ask
from tests import factories

pytestmark = pytest.mark.django_db
ASK = "/ask/"
WORDS = {"question": "バスで行けますか。", "phone": "03-0000-0111", "name": ""}


def post(client: Client, code: str = "", **changes: str) -> Any:
    address = f"{ASK}?class={code}" if code else ASK
    return client.post(address, {**WORDS, **changes}, follow=True)


@pytest.mark.parametrize(
    ("day", "count", "found"),
    [
        (date(2022, 4, 28), 2, date(2022, 5, 6)),  # Golden Week
        (date(2022, 4, 23), 1, date(2022, 4, 25)),  # a Saturday
        (date(2022, 12, 28), 2, date(2023, 1, 5)),  # the town hall is shut from 29 December to 3 January
    ],
)
def test_promised_days_are_working_days(day: date, count: int, found: date) -> None:
    assert add_working_days(day, count) == found
    assert is_working_day(found)
    assert not is_working_day(date(2027, 1, 1))


def test_a_question_about_a_class_goes_to_who_holds_it_and_on_the_call_list(client: Client) -> None:
    session = factories.session()
    page = post(client, session.code).content.decode()
    assert "質問を受け付けました" in page
    enquiry = Enquiry.objects.get()
    assert (enquiry.session, enquiry.organisation) == (session, session.organisation)
    assert (enquiry.source, enquiry.phone, enquiry.name) == (Intake.WEB, "+81300000111", "")
    assert enquiry.due_on == add_working_days(timezone.localdate(), 2)
    task = CallTask.objects.get(subject=enquiry.subject)
    assert (task.kind, task.fields["about"], task.municipality) == (
        Kind.RING_BACK,
        "バスで行けますか。",
        session.municipality,
    )


def test_without_a_class_the_postal_code_says_which_town(client: Client) -> None:
    factories.municipality("01511")
    assert "見つかりません" in post(client, postal="000-0000").content.decode()
    assert "入力してください" in post(client).content.decode()
    post(client, postal="０９８−６２２２")
    assert Enquiry.objects.get().municipality_id == "01511"


def test_two_presses_make_one_question(client: Client) -> None:
    code = factories.session().code
    for _ in range(2):
        post(client, code)
    assert Enquiry.objects.count() == CallTask.objects.count() == 1
    post(client, code, question="雪のときは？")
    assert Enquiry.objects.count() == 2


@pytest.mark.parametrize("field", ["question", "name"])
def test_a_my_number_is_refused_kindly(client: Client, field: str) -> None:
    page = post(client, factories.session().code, **{field: "番号は 1234 5678 9018 です"}).content.decode()
    assert "消してください" in page
    assert not Enquiry.objects.exists()


@pytest.mark.parametrize("phone", ["", "110", "0120-000-000", "x"])
def test_a_number_that_cannot_be_rung_is_refused(client: Client, phone: str) -> None:
    assert post(client, factories.session().code, phone=phone).status_code == 200
    assert not Enquiry.objects.exists()


def test_many_questions_from_one_place_are_stopped(client: Client) -> None:
    code = factories.session().code
    for number in range(20):
        post(client, code, question=f"質問{number}")
    answer = post(client, code, question="もうひとつ")
    assert answer.status_code == 429
    assert Enquiry.objects.count() == 20


def test_the_done_page_of_nobody_leads_to_the_form(client: Client) -> None:
    assert client.get(reverse("registration:asked")).headers["Location"] == ASK


def test_an_answered_question_is_forgotten_in_time(settings: Settings) -> None:
    enquiry = ask(question="秘密", name="山田", phone="+81300000111", source=Intake.WEB)
    still_open = ask(question="まだ", phone="+81300000112", source=Intake.COUNTER)
    answer_enquiry(enquiry=enquiry, words="はい", way="call", by=factories.user())
    later = timezone.now() + timedelta(days=settings.MESSAGE_TEXT_DAYS + 1)
    assert forget_enquiries(now=later) == 1
    enquiry.refresh_from_db()
    still_open.refresh_from_db()
    assert (enquiry.name, enquiry.phone, enquiry.question, enquiry.answer) == ("", "", "", "")
    assert (enquiry.status, still_open.question) == (EnquiryStatus.ANSWERED, "まだ")
    assert forget_enquiries(now=later) == 0
    forget_enquiries(now=timezone.now() + timedelta(days=settings.RESIDENT_KEEP_DAYS + 1))
    still_open.refresh_from_db()
    assert still_open.phone == ""


def test_an_answer_takes_the_call_off_the_list() -> None:
    enquiry = ask(question="なに", phone="+81300000111", source=Intake.STAFF_PHONE)
    answer_enquiry(enquiry=enquiry, words="これ", way="counter", by=factories.user())
    assert CallTask.objects.get().status == CallStatus.WITHDRAWN
