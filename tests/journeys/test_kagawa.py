"""Kagawa: a hub for all ages, a child signed up by a guardian, and a school's lecture asked for, given and reported."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from outreach.classes.models import Session, SessionStatus, Venue
from outreach.people.models import AccessLog, Organisation, Role
from outreach.registration.models import Booking, LectureMenu, LectureRequest
from tests import factories

pytestmark = pytest.mark.django_db


def said(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def hub() -> Client:
    """The hub's coordinator, who has begun with the template."""
    browser = Client()
    browser.force_login(factories.user(Role.COORDINATOR, municipality=factories.municipality("35202")))
    browser.post("/staff/programmes/new/kagawa/", {"name": "デジタル活用拠点", "phone": "03-0000-0101"})
    return browser


def wished(**changes: Any) -> dict[str, Any]:
    day = (timezone.localdate() + timedelta(days=20)).isoformat()
    return {
        "school": "常盤小学校", "address": "常盤町1-1 体育館", "day1": day, "time1": "10:40", "people": "30",
        "who": "5年生", "contact_name": "先生 太郎", "phone": "0836-00-0000", "nonce": "n1", **changes,
    }  # fmt: skip


def ask(**changes: Any) -> LectureRequest:
    menu = LectureMenu.objects.get(course="kagawa-safety")
    school = Client()
    form = wished(phone="03-0000-5678", **changes)
    answer = school.post(f"/lectures/{menu.pk}/ask/", form, follow=True)
    assert "依頼を受け付けました" in said(answer)
    return LectureRequest.objects.latest("pk")


def test_from_template_to_a_childrens_class_held_and_reported(hub: Client) -> None:
    room = factories.venue(municipality=factories.municipality("35202"), name="拠点 1階")
    day = factories.next_week(days=9).date().isoformat()
    owner = Organisation.objects.get(name="デジタル活用拠点")
    for course, clock in (("kagawa-scratch", "10:00"), ("kagawa-senior", "13:30")):
        form = {
            "venue": room.pk,
            "course": course,
            "day": day,
            "starts": clock,
            "organisation": owner.pk,
            "scheme": "own",
        }
        made = hub.post("/staff/sessions/new/?municipality=35202", form)
        hub.post(f"{made.headers['Location']}publish/")
    children = Session.objects.get(course="kagawa-scratch", status=SessionStatus.PUBLISHED)
    found = said(Client().get("/classes/", {"municipality": "35202", "audience": "children"}))
    assert children.code in found
    assert Session.objects.get(course="kagawa-senior").code not in found
    parent = Client()
    page = said(parent.get(f"/classes/{children.code}/apply/"))
    assert "保護者" in page
    family = {
        "name": "湊 はな", "kana": "みなと はな", "needs": "4年生", "proxy_name": "湊 花子", "proxy_relation": "母",
        "proxy_phone": "090-0000-1234",
    }  # fmt: skip
    review = parent.post(f"/classes/{children.code}/apply/", family)
    parent.post(f"/classes/{children.code}/apply/confirm/", {"draft": review.context["draft"]})
    booking = Booking.objects.get()
    assert (booking.proxy_relation, booking.tell) == ("母", "proxy")
    close(hub, children, booking)


def close(hub: Client, session: Session, booking: Booking | None = None) -> None:
    over = timezone.now() - timedelta(hours=3)
    Session.objects.filter(pk=session.pk).update(starts_at=over, ends_at=over + timedelta(hours=1))
    at = f"/staff/sessions/{session.code}/"
    hub.post(f"{at}confirm/")
    if booking:
        hub.post(f"{at}attendance/{booking.pk}/", {"status": "attended"})
    hub.post(f"{at}close/", {"walk_ins": 0 if booking else 30})
    assert "報告しました" in said(
        hub.post(f"{at}report/", {"could": "most", "can_do": "みな楽しそうでした"}, follow=True)
    )


def test_a_school_asks_and_staff_make_a_session_of_it_in_one_step(hub: Client) -> None:
    lecture = ask()
    assert "常盤小学校" in said(hub.get("/staff/lectures/"))
    page = hub.get(f"/staff/lectures/{lecture.pk}/")
    when = page.context["form"].fields["when"].choices[0][0]
    answer = said(hub.post(f"/staff/lectures/{lecture.pk}/", {"when": when, "venue": "", "scheme": "own"}, follow=True))
    assert "返事を記録しました" in answer
    lecture.refresh_from_db()
    session = lecture.session
    assert session is not None
    assert (session.status, session.entry, session.capacity) == ("published", "closed", 30)
    assert session.venue == Venue.objects.get(name="常盤小学校")
    assert Client().get(f"/classes/{session.code}/").status_code == 404
    assert session.code not in said(Client().get("/classes/", {"municipality": "35202"}))
    assert AccessLog.objects.filter(subject=lecture.subject).exists()
    school = Client()
    own = said(school.post("/lectures/mine/", {"reference": lecture.reference, "phone": "03-0000-5678"}, follow=True))
    assert "日時が決まりました" in own
    assert "もう返事がついています" in said(school.post("/lectures/mine/withdraw/", follow=True))
    close(hub, session)


def test_the_same_form_twice_is_one_request_and_a_flood_ends(hub: Client) -> None:
    assert ask() == ask()
    for number in range(2, 6):
        ask(nonce=f"n{number}")
    menu = LectureMenu.objects.get(course="kagawa-safety")
    sixth = Client().post(f"/lectures/{menu.pk}/ask/", wished(phone="03-0000-5678", nonce="n6"))
    assert "返事待ちの依頼が5件" in said(sixth)
    assert LectureRequest.objects.count() == 5


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"people": "99"}, "一度に40人まで"),
        ({"day1": "2020-01-01"}, "あすか、それより後"),
        ({"day2": "2099-01-01"}, "両方入れて"),
        ({"note": "番号は 1234 5678 9018 です"}, "マイナンバー"),
        ({"phone": "12"}, "番号"),
    ],
)
def test_what_cannot_be_is_said(hub: Client, changes: dict[str, str], words: str) -> None:
    menu = LectureMenu.objects.get(course="kagawa-safety")
    assert words in said(Client().post(f"/lectures/{menu.pk}/ask/", wished(**{"phone": "03-0000-5678", **changes})))
    assert not LectureRequest.objects.exists()


def test_a_no_is_told_with_its_reason_and_another_office_sees_nothing(hub: Client) -> None:
    lecture = ask()
    other = Client()
    other.force_login(factories.user(Role.COORDINATOR, municipality=factories.municipality()))
    assert other.get(f"/staff/lectures/{lecture.pk}/").status_code == 404
    assert "常盤小学校" not in said(other.get("/staff/lectures/"))
    hub.post(f"/staff/lectures/{lecture.pk}/", {"decline": "1", "reason": "その週は、講師が出払っています"})
    lecture.refresh_from_db()
    assert lecture.status == "declined"
    school = Client()
    own = school.post("/lectures/mine/", {"reference": lecture.reference, "phone": "03-0000-5678"}, follow=True)
    assert "講師が出払っています" in said(own)
    wrong = Client().post("/lectures/mine/", {"reference": lecture.reference, "phone": "03-0000-9999"})
    assert "見つかりません" in said(wrong)
