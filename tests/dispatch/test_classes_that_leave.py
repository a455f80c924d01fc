"""A class that came of a plan is cancelled or moved, by whatever way: its visit is released, and each is told once."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outreach.classes.models import Session, SessionStatus, UploadedSlot
from outreach.contact.models import Kind, Message, MessageStatus
from outreach.desk import services as desk_services
from outreach.dispatch import services
from outreach.dispatch.models import DroppedEvent, Offer, OfferStatus, RequestStatus, Visit
from outreach.people.models import Engagement, Person, Role, User
from tests import factories
from tests.dispatch import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def session() -> Session:
    """The class of a visit that its instructor accepted."""
    rows.instructor()
    rows.request()
    rows.published()
    services.accept_offer(offer=Offer.objects.get(), now=timezone.now())
    return Session.objects.get()


def told(person: Person) -> list[str]:
    found = Message.objects.filter(to=person.email).exclude(status=MessageStatus.WITHDRAWN)
    return list(found.order_by("pk").values_list("kind", flat=True))


def test_results_by_file_cancel_it_as_the_desk_does(client: Client, session: Session) -> None:
    teacher = session.shifts.get().person
    visit = Visit.objects.get()
    UploadedSlot.objects.create(organisation=session.organisation, key="A-1", session=session)
    client.force_login(factories.user(Role.COORDINATOR, organisation=session.organisation))
    content = "枠番号,結果,参加人数,講師,補助者,理由\nA-1,中止,,,,大雪のため".encode()
    file = SimpleUploadedFile("results.csv", content)
    address = client.post(reverse("desk:results"), {"file": file}).headers["Location"]
    for _twice in range(2):
        assert "実績を取り込みました" in client.post(address, follow=True).content.decode()

    session.refresh_from_db()
    assert session.status == SessionStatus.CANCELLED
    assert not Visit.objects.exists()
    assert not Engagement.objects.exists()
    assert told(teacher)[-1:] == [Kind.CANCELLATION]
    assert told(teacher).count(Kind.CANCELLATION) == 1
    assert [one.new for one in DroppedEvent.objects.all()] == ["open", "accepted", "withdrawn"]
    visit.request.refresh_from_db()
    assert visit.request.status == RequestStatus.RECEIVED


@pytest.fixture
def asked_since(session: Session) -> Person:
    """Its instructor fell ill; another was asked, was told so, and hasn't answered."""
    other = rows.instructor()
    offer = Offer.objects.get()
    services.return_offer(offer=offer, now=timezone.now(), reason="発熱")
    visit = Visit.objects.select_related("plan__version", "request").get()
    services.offer_to(visit=visit, leaving=offer.person, person=other, by=None)
    Message.objects.filter(to=other.email).update(status=MessageStatus.SENT)
    return other


def change(session: Session, by: User, act: str) -> None:
    if act == "cancel":
        desk_services.cancel_session(session=session, by=by, reason="大雪のため")
        return
    starts_at, ends_at = session.starts_at + timedelta(days=1), session.ends_at + timedelta(days=1)
    desk_services.move_session(
        session=session, starts_at=starts_at, ends_at=ends_at, venue=None, by=by, reason="大雪のため"
    )


@pytest.mark.parametrize("act", ["cancel", "move"])
def test_who_was_still_asked_is_told_that_nothing_is_asked_any_more(
    session: Session, asked_since: Person, act: str
) -> None:
    change(session, factories.user(), act)
    assert told(asked_since) == [Kind.DISPATCH_OFFER, Kind.DISPATCH_ENDED]
    assert not Offer.objects.filter(status__in=[OfferStatus.OPEN, OfferStatus.ACCEPTED]).exists()


@pytest.mark.parametrize("act", ["cancel", "move"])
def test_who_has_not_been_told_yet_is_told_nothing(session: Session, asked_since: Person, act: str) -> None:
    Message.objects.filter(to=asked_since.email).update(status=MessageStatus.PENDING)
    change(session, factories.user(), act)
    assert told(asked_since) == []
