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
    assert f"{user.get_full_name() or user.username}さんが送ったものとして" in again, (
        "on a shared PC, perhaps another's"
    )
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
    word = client.post("/staff/mine/password/", {"new_password1": "秘密の合言葉"}, headers=FORM).content.decode()
    assert HELD.findall(word) == [], "no page holds a password"
    for told in ({"sec-fetch-mode": "same-origin"}, {}):
        assert client.post(NEW, {}, headers=told).status_code == 302


# --- a page of before a sign-in in another tab ----------------------------------------------------------------------
OURS = {**FORM, "sec-fetch-site": "same-origin"}
OLD = {"csrfmiddlewaretoken": "x" * 64}


@pytest.fixture
def strict(db: None) -> Client:
    """A browser whose page carries a token of before."""
    made = Client(enforce_csrf_checks=True)
    made.get(reverse("sign-in"))
    return made


def test_a_form_of_before_another_tabs_sign_in_is_sent_again_by_a_press(strict: Client, user: User) -> None:
    strict.force_login(user)
    town = factories.municipality()
    sent = {**letters.written(), **OLD, "channel": "paper", "received_on": "2026-01-05", "note": '"引用" & <改行>'}
    answer = strict.post(f"{NEW}?municipality={town.pk}", sent, headers={**OURS, "referer": f"http://testserver{NEW}"})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (403, "no-store, private")
    page = answer.content.decode()
    assert "まだ届いていません" in page
    assert f'name="note" value="{escape(sent["note"])}"' in page
    assert f'action="{NEW}?municipality={town.pk}"' in page
    assert f'href="{NEW}"' in page
    token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[-1]
    again = strict.post(f"{NEW}?municipality={town.pk}", {**sent, "csrfmiddlewaretoken": token}, headers=OURS)
    assert again.status_code in {200, 302}, "the page's own token is taken"


def test_a_residents_form_is_kept_too_and_the_signed_out_sign_in_first(strict: Client) -> None:
    town = factories.municipality()
    sent = {**letters.written(), **OLD}
    page = strict.post(reverse("dispatch:ask", args=[town.pk]), sent, headers=OURS).content.decode()
    assert 'name="contact_name"' in page
    assert "業務" not in page, "as the pages for residents"
    door = strict.post(f"{NEW}?municipality={town.pk}", sent, headers=OURS)
    assert (door.status_code, len(HELD.findall(door.content.decode()))) == (401, 1)


def test_another_sites_form_is_shown_nothing(strict: Client, user: User) -> None:
    strict.force_login(user)
    for told in ({**FORM, "sec-fetch-site": "cross-site"}, {**FORM, "sec-fetch-site": "same-site"}, FORM, {}):
        answer = strict.post(NEW, {**OLD, "note": "仕込んだ"}, headers=told)
        assert (answer.status_code, "仕込んだ" in answer.content.decode()) == (403, False)


def test_an_old_sign_in_page_keeps_what_it_holds_and_no_password_is_shown(strict: Client, user: User) -> None:
    held = HELD.findall(strict.post(NEW, {**OLD, "note": "つづき"}, headers=OURS).content.decode())[0]
    said = {**OLD, "username": user.username, "password": "秘密の合言葉", "held": held, "next": "/staff/plans/"}
    page = strict.post(reverse("sign-in"), said, headers=OURS).content.decode()
    assert HELD.findall(page) == [held]
    assert "秘密の合言葉" not in page
    strict.force_login(user)
    assert 'value="つづき"' in strict.post(reverse("sign-in"), said, headers=OURS).content.decode()
    answer = strict.post(reverse("sign-in"), {**said, "held": ""}, headers=OURS)
    assert answer.headers["Location"] == f"{reverse('sign-in')}?next=%2Fstaff%2Fplans%2F"
    word = strict.post("/staff/mine/password/", {**OLD, "old_password": "秘密の合言葉"}, headers=OURS)
    assert word.headers["Location"] == "/staff/mine/password/"
