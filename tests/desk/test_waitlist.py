"""The queue on the desk: seen in order with who would be passed over, changed with a reason."""

import pytest
from django.test import Client
from django.urls import reverse

from outreach.classes.models import Session
from outreach.people.models import Organisation, Role
from outreach.registration.models import Booking, BookingStatus
from outreach.registration.services import queue_of
from tests import factories
from tests.desk.conftest import SignIn, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def full(office: Organisation) -> Session:
    session = factories.session(organisation=office, capacity=1)
    factories.booking(session)
    return session


def override(client: Client, booking: Booking, **form: str) -> str:
    return said(client.post(reverse("desk:waitlist-override", args=[booking.pk]), form, follow=True))


def test_the_order_is_seen_and_changed_with_a_reason(desk: Client, full: Session) -> None:
    first, second = factories.booking(full), factories.booking(full)
    url = reverse("desk:waitlist", args=[full.code])
    assert url in said(desk.get(reverse("desk:session", args=[full.code])))
    assert "理由を書いてください" in override(desk, second, place="1", reason="")
    page = override(desk, second, place="1", reason="手話通訳の都合")
    assert "職員が順番を決めました" in page
    assert [one.pk for one in queue_of(full)] == [second.pk, first.pk]
    assert "手話通訳の都合" in said(desk.get(reverse("desk:booking", args=[second.pk])))


def test_a_free_seat_is_given_at_once(desk: Client, full: Session) -> None:
    waiting = factories.booking(full)
    Session.objects.filter(pk=full.pk).update(capacity=2)
    assert "お席を確定しました" in override(desk, waiting, seat="1", reason="電話で確かめた")
    waiting.refresh_from_db()
    assert waiting.status == BookingStatus.CONFIRMED


@pytest.mark.parametrize("place", ["", "x", "99999999999999999999", "-1"])
def test_a_place_that_is_no_number_breaks_nothing(desk: Client, full: Session, place: str) -> None:
    waiting = factories.booking(full)
    override(desk, waiting, place=place, reason="x")
    assert [one.pk for one in queue_of(full)] == [waiting.pk]


def test_the_queue_of_another_office_does_not_exist(sign_in: SignIn, full: Session) -> None:
    waiting = factories.booking(full)
    other = sign_in(Role.COORDINATOR, organisation=factories.organisation(municipality=None))
    assert other.get(reverse("desk:waitlist", args=[full.code])).status_code == 404
    assert other.post(reverse("desk:waitlist-override", args=[waiting.pk]), {"seat": "1"}).status_code == 404
    assert (
        sign_in(Role.PREFECTURE, prefecture=factories.municipality().prefecture)
        .get(reverse("desk:waitlist", args=[full.code]))
        .status_code
        == 403
    )


def test_the_page_names_who_would_be_passed_over(desk: Client, full: Session) -> None:
    waiting = factories.booking(full)
    other = factories.session(organisation=full.organisation, starts_at=full.starts_at)
    factories.booking(other, phone=waiting.resident.phone, name=waiting.resident.name)
    assert "同じ時間に、ほかの回の席があります" in said(desk.get(reverse("desk:waitlist", args=[full.code])))
