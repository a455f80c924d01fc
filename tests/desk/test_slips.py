"""Post: printed once, by those who may see the address."""

import pytest
from django.test import Client

from outreach.contact.models import Message, MessageStatus
from outreach.people.models import AccessLog, Organisation, Role
from tests import factories
from tests.desk.conftest import SignIn, said

pytestmark = pytest.mark.django_db
PAGE = "/staff/slips/"


@pytest.fixture
def slip(office: Organisation) -> Message:
    booking = factories.booking(
        factories.session(organisation=office, starts_at=factories.next_week(days=12)),
        name="郵便 花子",
        contact="post",
        postal_code="0986200",
        address="猿払村鬼志別西町1-2",
    )
    return Message.objects.filter(subject=booking.subject, status=MessageStatus.TO_PRINT).earliest("due_at")


def test_a_slip_has_address_class_and_who_we_are(desk: Client, slip: Message) -> None:
    page = said(desk.get(PAGE))
    for words in (
        "〒098-6200",
        "猿払村鬼志別西町1-2",
        "郵便 花子 様",
        "電話のかけ方",
        "お聞きすることは、決してありません",
    ):
        assert words in page
    assert AccessLog.objects.filter(action="see_slips").exists()


def test_what_was_printed_leaves_the_pile_and_is_not_printed_again(desk: Client, slip: Message) -> None:
    for _ in range(2):
        desk.post(f"{PAGE}printed/", {"slip": [slip.pk]})
    slip.refresh_from_db()
    assert slip.status == MessageStatus.PRINTED
    assert slip.events.filter(new=MessageStatus.PRINTED).count() == 1
    assert f'value="{slip.pk}"' not in said(desk.get(PAGE))


def test_only_what_was_on_the_page_is_marked(desk: Client, slip: Message) -> None:
    desk.post(f"{PAGE}printed/", {"slip": ["0", "x", "²"]})
    slip.refresh_from_db()
    assert slip.status == MessageStatus.TO_PRINT


def test_another_office_neither_sees_nor_marks_it(sign_in: SignIn, slip: Message) -> None:
    other = sign_in(Role.COORDINATOR, organisation=factories.organisation(municipality=None))
    assert "郵便 花子" not in said(other.get(PAGE))
    other.post(f"{PAGE}printed/", {"slip": [slip.pk]})
    slip.refresh_from_db()
    assert slip.status == MessageStatus.TO_PRINT


def test_today_leads_to_the_pile(desk: Client, slip: Message) -> None:
    assert PAGE in said(desk.get("/staff/"))


def test_a_number_too_long_for_any_row_marks_nothing(desk: Client, slip: Message) -> None:
    assert desk.post("/staff/slips/printed/", {"slip": "9" * 40}).status_code == 302
    slip.refresh_from_db()
    assert slip.status == MessageStatus.TO_PRINT
