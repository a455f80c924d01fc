"""Questions at the desk: listed by when they are due, heard at the counter, answered, and back again."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from outreach.contact.models import CallStatus, CallTask
from outreach.people.models import AccessLog, Organisation, Role
from outreach.registration.models import Enquiry, EnquiryStatus, Intake
from outreach.registration.services import ask
from tests import factories
from tests.desk.conftest import SignIn, said

pytestmark = pytest.mark.django_db
LIST = "/staff/enquiries/"


def asked(office: Organisation, question: str = "駐車場はありますか", **fields: Any) -> Enquiry:
    session = factories.session(organisation=office)
    return ask(question=question, phone="+81300000111", source=Intake.WEB, session=session, **fields)


def claim(client: Client, enquiry: Enquiry) -> CallTask:
    task = CallTask.objects.get(subject=enquiry.subject, status=CallStatus.WAITING)
    client.post(reverse("desk:claim", args=[task.pk]))
    return task


def test_a_question_shows_in_the_list_and_today_until_it_is_answered(desk: Client, office: Organisation) -> None:
    enquiry = asked(office)
    url = reverse("desk:enquiry", args=[enquiry.pk])
    for page in (LIST, "/staff/"):
        assert url in said(desk.get(page))
    assert "駐車場はありますか" in said(desk.get(url))
    desk.post(reverse("desk:enquiry-answer", args=[enquiry.pk]), {"words": "10台あります", "way": "call"})
    enquiry.refresh_from_db()
    assert (enquiry.status, enquiry.way, enquiry.answer) == (EnquiryStatus.ANSWERED, "call", "10台あります")
    for page in (LIST, "/staff/"):
        assert url not in said(desk.get(page))
    assert url in said(desk.get(LIST, {"closed": "1"}))
    assert {log.action for log in AccessLog.objects.filter(subject=enquiry.subject)} == {
        "see_enquiry",
        "answer_enquiry",
    }


def test_one_that_is_overdue_says_so(desk: Client, office: Organisation) -> None:
    enquiry = asked(office)
    Enquiry.objects.filter(pk=enquiry.pk).update(due_on=timezone.localdate().replace(year=2020))
    for page in (LIST, "/staff/", reverse("desk:enquiry", args=[enquiry.pk])):
        assert "過ぎています" in said(desk.get(page))


def test_a_question_at_the_counter_belongs_to_the_office_that_heard_it(desk: Client, office: Organisation) -> None:
    form = {"question": "あしたもありますか", "phone": "", "name": "", "code": "", "source": "counter"}
    desk.post(reverse("desk:enquiry-new"), form)
    enquiry = Enquiry.objects.get()
    assert (enquiry.source, enquiry.organisation, enquiry.municipality) == ("counter", office, office.municipality)
    assert enquiry.events.get().by is not None
    assert not CallTask.objects.exists()  # they stand there, or come again
    desk.post(reverse("desk:enquiry-new"), {**form, "phone": "090-0000-0123"})
    assert CallTask.objects.get().number == "+819000000123"


@pytest.mark.parametrize(
    "changes", [{"question": ""}, {"question": "123456789018"}, {"code": "9999999"}, {"source": "web"}]
)
def test_a_note_that_cannot_be_right_is_refused(desk: Client, office: Organisation, changes: dict[str, str]) -> None:
    form = {"question": "なに", "phone": "", "name": "", "code": "", "source": "counter", **changes}
    assert desk.post(reverse("desk:enquiry-new"), form).status_code == 200
    assert not Enquiry.objects.exists()


def test_the_call_that_reaches_them_answers_the_question_and_undo_opens_it(desk: Client, office: Organisation) -> None:
    enquiry = asked(office)
    task = claim(desk, enquiry)
    assert "駐車場はありますか" in said(desk.get(reverse("desk:call", args=[task.pk])))
    desk.post(reverse("desk:finish", args=[task.pk]), {"outcome": "reached", "note": "ありますと答えた"})
    enquiry.refresh_from_db()
    assert (enquiry.status, enquiry.answer, enquiry.way) == ("answered", "ありますと答えた", "call")
    desk.post(reverse("desk:undo", args=[task.pk]))
    enquiry.refresh_from_db()
    task.refresh_from_db()
    assert (enquiry.status, task.status) == (EnquiryStatus.OPEN, CallStatus.WAITING)


def test_nobody_answering_leaves_the_question_open(desk: Client, office: Organisation) -> None:
    enquiry = asked(office)
    task = claim(desk, enquiry)
    desk.post(reverse("desk:finish", args=[task.pk]), {"outcome": "no_answer"})
    enquiry.refresh_from_db()
    assert enquiry.status == EnquiryStatus.OPEN


def test_an_answer_is_written_once_and_taken_back(desk: Client, office: Organisation) -> None:
    enquiry = asked(office)
    answer = reverse("desk:enquiry-answer", args=[enquiry.pk])
    desk.post(answer, {"words": "はい", "way": "none"})
    page = said(desk.post(answer, {"words": "いいえ", "way": "call"}, follow=True))
    assert "この問い合わせは「答えずに終えた」です" in page
    desk.post(reverse("desk:enquiry-reopen", args=[enquiry.pk]))
    enquiry.refresh_from_db()
    assert enquiry.status == EnquiryStatus.OPEN
    assert CallTask.objects.filter(subject=enquiry.subject, status=CallStatus.WAITING).count() == 1
    assert [event.new for event in enquiry.events.all()] == ["open", "dropped", "open"]


@pytest.mark.parametrize("form", [{"words": "", "way": "call"}, {"words": "x", "way": "x"}, {"words": "x" * 601}])
def test_an_answer_that_says_nothing_is_refused(desk: Client, office: Organisation, form: dict[str, str]) -> None:
    enquiry = asked(office)
    desk.post(reverse("desk:enquiry-answer", args=[enquiry.pk]), form)
    enquiry.refresh_from_db()
    assert enquiry.status == EnquiryStatus.OPEN


def test_questions_of_another_office_do_not_exist(sign_in: SignIn, office: Organisation) -> None:
    enquiry = asked(office, "秘密の質問")
    other = sign_in(Role.COORDINATOR, organisation=factories.organisation(municipality=None))
    assert "秘密" not in said(other.get(LIST))
    for name in ("enquiry", "enquiry-answer", "enquiry-reopen"):
        assert other.post(reverse(f"desk:{name}", args=[enquiry.pk])).status_code == 404
    town = sign_in(Role.COORDINATOR, municipality=factories.municipality())
    assert "秘密" in said(town.get(LIST))
    for role in (Role.MINISTRY, Role.INSTRUCTOR):
        assert sign_in(role).get(LIST).status_code == 403
    watching = sign_in(Role.PREFECTURE, prefecture=factories.municipality().prefecture)
    assert watching.get(LIST).status_code == 403


def test_the_list_costs_the_same_at_1_and_at_30_and_leaves_as_a_file(
    desk: Client, office: Organisation, same_queries_at_1_and_30: Callable[..., None]
) -> None:
    same_queries_at_1_and_30(lambda: asked(office), lambda: desk.get(LIST))
    book = load_workbook(io.BytesIO(desk.get(LIST, {"format": "xlsx"}).content))
    assert book.worksheets[0].max_row == 31
