"""The call list at the desk: one key, one person at a time, and back again."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outreach.contact.models import CallEvent, CallStatus, CallTask, Consent
from outreach.contact.services import save_text
from outreach.people.models import AccessLog, Organisation, Role, User
from outreach.registration.models import Intake
from tests import factories
from tests.desk.conftest import SignIn, said

pytestmark = pytest.mark.django_db
LIST = "/staff/calls/"


def ring(office: Organisation, **fields: str) -> CallTask:
    """Someone with a landline has booked: their confirmation is a call."""
    number = f"+8130000{next(factories.serial) % 10_000:04d}"
    booking = factories.booking(
        factories.session(organisation=office), channel=Intake.PAPER, **{"phone": number, **fields}
    )
    return CallTask.objects.filter(subject=booking.subject).earliest("pk")


def claim(client: Client, task: CallTask) -> int:
    return int(client.post(reverse("desk:claim", args=[task.pk])).status_code)


def finish(client: Client, task: CallTask, outcome: str, **more: str) -> None:
    client.post(reverse("desk:finish", args=[task.pk]), {"outcome": outcome, **more})
    task.refresh_from_db()


def test_the_list_names_whom_to_ring_and_why_and_is_logged(desk: Client, office: Organisation) -> None:
    task = ring(office, name="固定 花子")
    page = said(desk.get(LIST))
    assert "固定 花子" in page
    assert "固定電話はSMSを受け取れません" in page
    assert reverse("desk:claim", args=[task.pk]) in page
    assert AccessLog.objects.filter(action="see_calls").exists()


def test_the_next_call_is_claimed_and_opened_with_its_words(
    desk: Client, coordinator: User, office: Organisation
) -> None:
    task = ring(office, name="固定 花子")
    answer = desk.post(reverse("desk:claim-next"), follow=True)
    task.refresh_from_db()
    assert task.claimed_by == coordinator
    page = said(answer)
    assert "固定 花子様でいらっしゃいますか" in page
    assert page.count("data-key=") == 5


def test_two_desks_get_two_calls(desk: Client, sign_in: SignIn, office: Organisation) -> None:
    ring(office), ring(office)
    other = sign_in(Role.COORDINATOR, organisation=office)
    for browser in (desk, other):
        browser.post(reverse("desk:claim-next"))
    assert CallTask.objects.filter(claimed_by__isnull=False).values("claimed_by").distinct().count() == 2
    assert "いまかける電話は、ありません" in said(
        sign_in(organisation=office).post(reverse("desk:claim-next"), follow=True)
    )


def test_a_call_that_someone_holds_is_shown_so_and_not_taken(
    desk: Client, sign_in: SignIn, office: Organisation
) -> None:
    task = ring(office)
    other = sign_in(Role.COORDINATOR, organisation=office)
    claim(other, task)
    assert "電話中" in said(desk.get(LIST))
    assert "ほかの人がかけています" in said(desk.post(reverse("desk:claim", args=[task.pk]), follow=True))
    finish(desk, task, "reached")
    assert task.status == CallStatus.WAITING


@pytest.mark.parametrize(
    ("outcome", "status"),
    [("reached", "reached"), ("left_word", "left_word"), ("wrong_number", "wrong_number"), ("never_again", "refused")],
)
def test_one_key_ends_a_call_and_undo_brings_it_back(
    desk: Client, office: Organisation, outcome: str, status: str
) -> None:
    task = ring(office)
    claim(desk, task)
    finish(desk, task, outcome, note="娘さんが出た")
    assert task.status == status
    assert CallEvent.objects.filter(task=task, note="娘さんが出た").exists()
    undo = reverse("desk:undo", args=[task.pk])
    assert undo in said(desk.get(LIST))
    desk.post(undo)
    task.refresh_from_db()
    assert task.status == CallStatus.WAITING


def test_never_again_taken_back_reopens_what_it_closed(desk: Client, office: Organisation) -> None:
    task = ring(office)
    other = CallTask.objects.filter(subject=task.subject).exclude(pk=task.pk).get()  # the reminder of the day before
    claim(desk, task)
    finish(desk, task, "never_again")
    other.refresh_from_db()
    assert other.status == CallStatus.REFUSED
    desk.post(reverse("desk:undo", args=[task.pk]))
    other.refresh_from_db()
    assert other.status == CallStatus.WAITING
    assert [word.given for word in Consent.objects.order_by("at", "pk")] == [False, True]


def test_someone_elses_refusal_is_not_undone(desk: Client, sign_in: SignIn, office: Organisation) -> None:
    task = ring(office)
    other = sign_in(Role.COORDINATOR, organisation=office)
    claim(other, task)
    finish(other, task, "never_again")
    assert "もう元に戻せません" in said(desk.post(reverse("desk:undo", args=[task.pk]), follow=True))
    task.refresh_from_db()
    assert task.status == CallStatus.REFUSED


def test_no_answer_plans_the_next_try(desk: Client, office: Organisation) -> None:
    task = ring(office)
    claim(desk, task)
    finish(desk, task, "no_answer")
    assert task.status == CallStatus.WAITING
    assert task.next_at > timezone.now() + timedelta(hours=1)
    assert reverse("desk:claim", args=[task.pk]) not in said(desk.get(LIST))


@pytest.mark.parametrize("outcome", ["", "x", "waiting"])
def test_an_unknown_outcome_changes_nothing(desk: Client, office: Organisation, outcome: str) -> None:
    task = ring(office)
    claim(desk, task)
    finish(desk, task, outcome)
    assert task.tries == 0


def test_paper_has_every_script_and_the_five_boxes(desk: Client, office: Organisation) -> None:
    ring(office, name="紙の 花子")
    page = said(desk.get(LIST, {"print": "1"}))
    assert "紙の 花子様でいらっしゃいますか" in page
    assert "もうかけない" in page


def test_calls_of_another_office_do_not_exist(sign_in: SignIn, office: Organisation) -> None:
    task = ring(office, name="秘密 花子")
    other = sign_in(Role.COORDINATOR, organisation=factories.organisation(municipality=None))
    assert "秘密" not in said(other.get(LIST))
    assert other.get(reverse("desk:call", args=[task.pk])).status_code == 404
    assert claim(other, task) == 404
    for role in (Role.MINISTRY, Role.INSTRUCTOR, Role.SUPPORTER):
        assert sign_in(role).get(LIST).status_code == 403


def test_the_list_costs_the_same_at_1_and_at_30(
    desk: Client, office: Organisation, same_queries_at_1_and_30: Callable[..., None]
) -> None:
    same_queries_at_1_and_30(lambda: ring(office), lambda: desk.get(LIST))


def test_the_list_leaves_as_a_file(desk: Client, office: Organisation) -> None:
    ring(office, name="固定 花子")
    text = desk.get(LIST, {"format": "csv"}).content.decode("utf-8-sig")
    assert "固定 花子様でいらっしゃいますか" in text
    assert "03-0000-" in text


def test_a_towns_own_words_stand_in_the_script_and_before_anything_goes_out(desk: Client, office: Organisation) -> None:
    town, by = factories.municipality(), factories.user()
    save_text(way="call", kind="confirmation", town=town, text="{town}です。ほんまにおおきに、{name}さん。", by=by)
    sms = "【{town}】{when}はやめますねん。{callback} 連絡番号{ref}"
    save_text(way="sms", kind="cancellation", town=town, text=sms, by=by)
    cache.clear()
    task = ring(office)
    assert "ほんまにおおきに" in said(desk.get(reverse("desk:call", args=[task.pk])))
    session = factories.session(organisation=office)
    factories.booking(session)
    assert "やめますねん" in said(desk.post(reverse("desk:cancel", args=[session.code]), {"why": "weather"}))


def test_one_try_pressed_twice_is_one_try(desk: Client, office: Organisation) -> None:
    task = ring(office)
    claim(desk, task)
    assert 'name="tries" value="0"' in said(desk.get(reverse("desk:call", args=[task.pk])))
    for _press in range(2):
        finish(desk, task, "no_answer", tries="0")
    assert task.tries == 1
