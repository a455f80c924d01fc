"""An organisation's own settings: changed by its office, checked, logged, shown to residents; nobody else's."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from outreach.contact.models import SenderNumber
from outreach.desk.services import OfficeError, add_sender, change_office
from outreach.people.models import AccessLog, Organisation, OrganisationEvent, Role, User
from tests import factories
from tests.desk.conftest import SignIn, said

pytestmark = pytest.mark.django_db
HOURS = {"phone_opens": "09:00", "phone_closes": "17:00", "phone_note": "昼休みも出ます"}
SAID = "平日 9:00～17:00（昼休みも出ます）"


@pytest.fixture
def hall(db: None) -> Organisation:
    """The town's own office."""
    factories.programme_year()
    town = factories.municipality()
    return factories.organisation(name="猿払村役場", kind="municipality", municipality=town, phone="+81300000901")


@pytest.fixture
def clerk(client: Client, hall: Organisation) -> Client:
    client.force_login(factories.user(Role.COORDINATOR, municipality=hall.municipality))
    return client


def url(name: str, *parts: Any) -> str:
    return reverse(f"desk:{name}", args=parts)


def sent(one: Organisation, **changes: str) -> dict[str, str]:
    return {"name": one.name, "phone": "03-0000-0901", **changes}


def test_who_has_one_office_goes_there_at_once_and_reads_what_each_entry_does(
    clerk: Client, hall: Organisation
) -> None:
    page = said(clerk.get(url("offices"), follow=True))
    assert "この団体の設定" in page
    assert "問い合わせ先として出ます" in page
    assert url("offices") in said(clerk.get("/staff/"))


def test_what_is_changed_is_logged_and_shown_to_residents(clerk: Client, hall: Organisation) -> None:
    session = factories.session(organisation=hall)
    changes = sent(hall, phone="03-0000-0902", takes_requests="on", **HOURS)
    page = said(clerk.post(url("office", hall.pk), changes, follow=True))
    hall.refresh_from_db()
    assert (hall.phone, hall.phone_hours, hall.takes_requests) == ("+81300000902", SAID, True)
    assert sorted(OrganisationEvent.objects.values_list("what", "old", "new")) == [
        ("個別支援の依頼を受ける", "いいえ", "はい"),
        ("電話に出られる時間の補足", "", "昼休みも出ます"),
        ("電話に出られる時間（終了）", "", "17:00"),
        ("電話に出られる時間（開始）", "", "09:00"),
        ("電話番号", "03-0000-0901", "03-0000-0902"),
    ]
    assert "03-0000-0901 → 03-0000-0902" in page
    assert AccessLog.objects.filter(action="edit_office", subject=f"organisation:{hall.pk}").exists()
    shown = said(clerk.get(reverse("classes:detail", args=[session.code])))
    assert "03-0000-0902" in shown
    assert SAID in shown


@pytest.mark.parametrize(
    "wrong",
    [
        {"phone": ""},
        {"phone": "110"},
        {"name": ""},
        {"phone_note": "あ" * 41},
        {"phone_note": "1234 5678 9018"},
        {"phone_opens": "09:00"},
        {"phone_closes": "17:00"},
        {"phone_opens": "17:00", "phone_closes": "09:00"},
        {"phone_opens": "25:00", "phone_closes": "17:00"},
    ],
)
def test_what_cannot_be_is_refused_with_words_and_changes_nothing(
    clerk: Client, hall: Organisation, wrong: dict[str, str]
) -> None:
    answer = clerk.post(url("office", hall.pk), sent(hall, **{"takes_requests": "on", **wrong}))
    assert "エラー：" in said(answer)
    hall.refresh_from_db()
    assert (hall.phone, hall.takes_requests) == ("+81300000901", False)
    assert not OrganisationEvent.objects.exists()


def test_pressed_twice_it_is_logged_once(clerk: Client, hall: Organisation) -> None:
    for _press in range(2):
        clerk.post(url("office", hall.pk), sent(hall, **HOURS))
    assert OrganisationEvent.objects.count() == len(HOURS)


def test_two_offices_of_a_town_have_two_names(hall: Organisation, coordinator: User) -> None:
    other = factories.organisation(name="猿払村教育委員会", kind="municipality", municipality=hall.municipality)
    with pytest.raises(OfficeError):
        change_office(organisation=other, settings={"name": hall.name}, by=coordinator)
    assert not OrganisationEvent.objects.exists()


def test_a_town_publishes_and_takes_back_the_numbers_it_rings_from(clerk: Client, hall: Organisation) -> None:
    clerk.post(url("sender-add", hall.pk), {"number": "03-0000-0955", "label": "市民課"})
    assert "03-0000-0955" in said(clerk.get(reverse("contact:senders")))
    sender = SenderNumber.objects.get()
    assert (sender.municipality, sender.use) == (hall.municipality, "staff")
    assert "もう載っています" in said(
        clerk.post(url("sender-add", hall.pk), {"number": "03-0000-0955", "label": "市民課"})
    )
    clerk.post(url("sender-drop", hall.pk, sender.pk))
    assert "03-0000-0955" not in said(clerk.get(reverse("contact:senders")))
    assert OrganisationEvent.objects.count() == 2


def test_nobody_publishes_a_number_for_another_town(clerk: Client, hall: Organisation, coordinator: User) -> None:
    theirs = SenderNumber.objects.create(
        number="+81300000977", use="staff", label="隣町", municipality=factories.municipality("35202")
    )
    assert clerk.post(url("sender-drop", hall.pk, theirs.pk)).status_code == 404
    SenderNumber.objects.update(active=False)
    clerk.post(url("sender-add", hall.pk), {"number": "03-0000-0977", "label": "乗っ取り"})
    theirs.refresh_from_db()
    assert (theirs.label, theirs.active) == ("隣町", False)
    partner = factories.organisation(name="協会", kind="partner", municipality=hall.municipality)
    with pytest.raises(OfficeError):
        add_sender(organisation=partner, number="+81300000978", label="協会", by=coordinator)


def test_another_organisations_settings_do_not_exist(clerk: Client, sign_in: SignIn, hall: Organisation) -> None:
    other = factories.organisation(name="よその協会", kind="partner", municipality=factories.municipality("35202"))
    assert clerk.get(url("office", other.pk)).status_code == 404
    assert clerk.post(url("office", other.pk), sent(other)).status_code == 404
    for role in (Role.MINISTRY, Role.INSTRUCTOR, Role.SUPPORTER):
        assert sign_in(role).get(url("office", hall.pk)).status_code == 403
    everyone = sign_in(Role.ADMINISTRATOR)
    assert "よその協会" in said(everyone.get(url("offices"), {"q": "よその"}))


def test_the_list_costs_the_same_at_1_and_at_30(
    sign_in: SignIn, office: Organisation, same_queries_at_1_and_30: Callable[..., None]
) -> None:
    admin = sign_in(Role.ADMINISTRATOR)
    town = factories.municipality("35202")
    same_queries_at_1_and_30(
        lambda: factories.organisation(name=f"団体{next(factories.serial)}", kind="partner", municipality=town),
        lambda: admin.get(url("offices")),
    )
