"""A second press, a back button, two at once: each act of the office on dispatch says the same and does it once."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outreach.classes.models import Session, SessionStatus
from outreach.contact.models import Message
from outreach.desk import services as desk_services
from outreach.dispatch import jobs, services
from outreach.dispatch.models import (
    DispatchRequest,
    LetterStatus,
    Offer,
    OfferLetter,
    OfferStatus,
    OtherVenue,
    Plan,
    RequestEvent,
    RequestLetter,
    RequestStatus,
    Visit,
)
from outreach.people.models import Organisation, Person
from tests import factories
from tests.dispatch import letters, rows

pytestmark = pytest.mark.django_db


def pressed(client: Client, address: str, **fields: Any) -> list[str]:
    """What is said above the page after each of two presses."""
    pages = [client.post(address, fields, follow=True) for _press in range(2)]
    assert [page.status_code for page in pages] == [200, 200]
    first, second = ([(one.level_tag, str(one)) for one in page.context["messages"]] for page in pages)
    assert first == second
    assert first[0][0] == "success"
    return [words for _level, words in first]


@pytest.fixture
def vacancy(db: None) -> Visit:
    """Its instructor said no; another could come."""
    rows.instructor(name="一番 太郎")
    rows.request()
    rows.published()
    services.decline_offer(offer=Offer.objects.get(), now=timezone.now())
    rows.instructor(name="二番 花子")
    return Visit.objects.select_related("plan__version", "lead").get()


def test_asking_a_substitute(desk: Client, vacancy: Visit) -> None:
    other = Person.objects.get(name="二番 花子")
    address = reverse("dispatch:substitutes", args=[vacancy.pk, vacancy.lead_id])
    assert "二番 花子さんに打診しました" in pressed(desk, address, person=other.pk)[0]
    assert Offer.objects.filter(person=other).count() == 1
    assert Message.objects.filter(to=other.email).count() == 1
    assert Plan.objects.get().versions.count() == 2
    assert desk.get(address).status_code == 404


def test_who_cannot_be_asked_is_not_named_to_whoever_tries_numbers(desk: Client, vacancy: Visit) -> None:
    stranger = factories.instructor(name="秘密 よしこ", municipality=factories.municipality("16204"))
    address = reverse("dispatch:substitutes", args=[vacancy.pk, vacancy.lead_id])
    answer = desk.post(address, {"person": stranger.pk}, follow=True)
    said = [str(one) for one in answer.context["messages"]]
    assert said == ["この人には、この訪問を頼めません。"]


@pytest.mark.django_db(transaction=True)
def test_asking_a_substitute_twice_at_once() -> None:
    rows.instructor()
    rows.request()
    rows.published()
    services.decline_offer(offer=Offer.objects.get(), now=timezone.now())
    other = rows.instructor()
    made = []

    def ask() -> None:
        visit = Visit.objects.select_related("plan__version", "lead").get()
        made.append(services.offer_to(visit=visit, leaving=visit.lead, person=other, by=None).pk)

    assert rows.at_once(ask, ask) == [None, None]
    assert len(made) == 2
    assert len(set(made)) == 1
    assert Offer.objects.filter(person=other).count() == 1


def test_telling_again_is_one_message(desk: Client) -> None:
    rows.instructor()
    rows.request()
    rows.published()
    OfferLetter.objects.update(told_at=timezone.now() - timedelta(hours=1))
    Message.objects.update(status="sent")
    pressed(desk, reverse("dispatch:offer-tell", args=[Offer.objects.get().pk]))
    assert Message.objects.count() == 2


def test_withdrawing_a_request(desk: Client) -> None:
    request = rows.request()
    pressed(desk, reverse("dispatch:request-withdraw", args=[request.pk]), reason="中止")
    assert RequestEvent.objects.filter(request=request, new=RequestStatus.WITHDRAWN).count() == 1


def test_a_request_whose_class_stands_is_not_withdrawn_though_its_instructor_is_ill(desk: Client) -> None:
    rows.instructor()
    request = rows.request()
    rows.published()
    services.accept_offer(offer=Offer.objects.get(), now=timezone.now())
    services.return_offer(offer=Offer.objects.get(), now=timezone.now(), reason="発熱")
    request.refresh_from_db()
    with pytest.raises(services.RequestError, match="先に、講習会の画面で"):
        services.withdraw_request(request=request, by=None, reason="中止")
    session = Session.objects.get()
    assert session.status == SessionStatus.PUBLISHED
    desk_services.cancel_session(session=session, by=factories.user(), reason="中止")
    request.refresh_from_db()
    services.withdraw_request(request=request, by=None, reason="中止")
    assert not Offer.objects.filter(status__in=[OfferStatus.OPEN, OfferStatus.ACCEPTED]).exists()


def test_accepting_declining_and_withdrawing_a_letter(desk: Client, centre: Organisation) -> None:
    letter = letters.letter()
    for how, words in (("decline", {"reason": "重複"}), ("reopen", {})):
        pressed(desk, reverse("dispatch:request-letter-settle", args=[letter.pk, how]), **words)
    pressed(desk, reverse("dispatch:request-letter-accept", args=[letter.pk]), organisation=centre.pk, sure="on")
    assert DispatchRequest.objects.count() == 1
    pressed(desk, reverse("dispatch:request-letter-settle", args=[letter.pk, "withdraw"]), reason="中止")
    assert RequestLetter.objects.get().status == LetterStatus.WITHDRAWN
    assert [one.new for one in letter.events.order_by("pk")] == [
        "waiting",
        "declined",
        "waiting",
        "accepted",
        "withdrawn",
    ]


def test_wishing_most_for_another_venue(desk: Client) -> None:
    request, venue = rows.request(), factories.venue(name="別の会館")
    OtherVenue.objects.create(request=request, rank=2, venue=venue, openings=[], blackouts=[])
    pressed(desk, reverse("dispatch:take-venue", args=[request.pk, venue.pk]))
    request.refresh_from_db()
    assert request.venue == venue


def test_whoever_is_killed_after_saving_leaves_nothing_to_be_planned_anew_once_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows.instructor()
    rows.request()
    plan = rows.plan()
    services.start_replan(plan=plan)

    def killed(_version: object) -> None:
        raise SystemExit

    monkeypatch.setattr(jobs, "keep_baseline", killed)
    with pytest.raises(SystemExit):
        jobs.run_replan(plan.pk)
    plan.refresh_from_db()
    assert (plan.replanning, plan.seen_at, plan.versions.count()) == (False, None, 2)
    services.start_replan(plan=plan)
    assert services.begin_run(plan.pk, anew=True) is not None
