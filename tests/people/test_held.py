"""A session that ends in the middle of a form loses nothing of it, and leads to no page that isn't there."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from outreach.dispatch.models import RequestLetter
from outreach.people.models import Role, User
from tests import factories
from tests.dispatch import letters

pytestmark = pytest.mark.django_db
HELD = re.compile(r'name="held" value="([^"]+)"')
NEW = "/staff/requests/new/"
FORM = {"sec-fetch-mode": "navigate"}  # as browsers say


@pytest.fixture
def user() -> User:
    return factories.user(Role.ADMINISTRATOR)


def sign_in(client: Client, user: User, **more: str) -> str:
    said = {"username": user.username, "password": "正しい馬の電池", "next": "", **more}
    return client.post(reverse("sign-in"), said, follow=True).content.decode()


def test_what_was_written_is_sent_again_after_signing_in(client: Client, user: User) -> None:
    town = factories.municipality()
    sent = {**letters.written(), "channel": "paper", "note": '"引用" & <改行>\nあり', "courses": ["a", "b"]}
    answer = client.post(f"{NEW}?town={town.pk}", sent, headers=FORM)
    assert answer.status_code == 401
    page = answer.content.decode()
    assert "まだ届いていません" in page
    (held,) = HELD.findall(page)
    wrong = client.post(reverse("sign-in"), {"username": "x", "password": "y", "held": held}).content.decode()
    assert HELD.findall(wrong) == [held]
    again = sign_in(client, user, held=held)
    assert f'action="{NEW}?town={town.pk}"' in again
    assert f'name="note" value="{escape(sent["note"])}"' in again
    assert again.count('name="courses"') == 2
    assert "csrfmiddlewaretoken" in again
    assert not RequestLetter.objects.exists()


def test_a_button_pressed_too_late_leads_to_its_page_and_not_to_a_dead_end(client: Client, user: User) -> None:
    before = reverse("dispatch:plans")
    page = client.post(
        "/staff/plans/1/replan/", headers={"referer": f"http://testserver{before}", **FORM}
    ).content.decode()
    assert f'name="next" value="{before}"' in page
    (held,) = HELD.findall(page)
    assert f'href="{before}"' in sign_in(client, user, held=held, next=before)


def test_what_another_made_up_is_not_sent(client: Client, user: User) -> None:
    assert "つづきを送る" not in sign_in(client, user, held="eyJwYXRoIjoiLyJ9:x:y")


def test_files_are_chosen_again_and_scripts_are_told_as_before(client: Client) -> None:
    file = {"file": SimpleUploadedFile("a.csv", b"a")}
    page = client.post(reverse("dispatch:request-uploads"), file, headers=FORM).content.decode()
    assert HELD.findall(page) == []
    assert "もう一度入力してください" in page
    for told in ({"sec-fetch-mode": "same-origin"}, {}):
        assert client.post(NEW, {}, headers=told).status_code == 302
