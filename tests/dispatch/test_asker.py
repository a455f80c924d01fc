"""Whoever asked is rung of their day, of another, and that it is off; their page says what stands."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from geo.shops import Shop, ShopStatuses, Witnesses
from outreach.classes.models import Session
from outreach.contact.models import CallOutcome, CallStatus, CallTask
from outreach.contact.services.calls import finish_call
from outreach.desk import services as desk
from outreach.dispatch import services
from outreach.dispatch.models import DispatchRequest, Offer, OfferStatus, Plan, RequestStatus, Visit
from outreach.dispatch.reaching import shopless_towns
from outreach.dispatch.services.plans import current
from outreach.dispatch.services.telling import spoken
from outreach.people.models import Role, User
from outreach.people.rules import Scope
from tests import factories
from tests.dispatch import letters, rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_() -> DispatchRequest:
    rows.instructor()
    rows.instructor()
    return letters.accepted()[1][0]


@pytest.fixture
def by() -> User:
    return factories.user(Role.ADMINISTRATOR)


def agree(plan: Plan) -> None:
    services.publish_plan(plan=plan, by=None)
    for offer in Offer.objects.filter(visit__plan=plan, status=OfferStatus.OPEN):
        services.accept_offer(offer=offer, now=timezone.now())


def waiting() -> list[CallTask]:
    return list(CallTask.objects.filter(subject__startswith="request:", status=CallStatus.WAITING))


def reached(by: User) -> None:
    (call,) = waiting()
    finish_call(task=call, outcome=CallOutcome.REACHED, by=by, now=timezone.now())


def test_of_two_plans_who_asked_is_told_the_day_of_the_one_that_was_agreed(
    request_: DispatchRequest, client: Client
) -> None:
    agreed, other = rows.plan(), rows.plan()  # the second was made before the first was published
    start = current(other)[0].visits[0].starts[-1]
    draft = Visit.objects.get(plan=other)
    services.move_visit(plan=other, request=request_.pk, start=start, crew=(draft.lead_id,), by=None)
    draft.refresh_from_db()
    with translation.override("en"):  # as the instructor reads their page; who rings reads Japanese
        agree(agreed)
    when = Visit.objects.get(plan=agreed).starts_at
    (call,) = waiting()
    assert spoken(when) in call.fields["text"]
    assert spoken(draft.starts_at) not in call.fields["text"]
    assert "講師が決まりました" in call.fields["text"]

    letter = request_.letter
    assert letter
    client.post(reverse("dispatch:ask-lookup"), {"reference": letter.reference, "phone": letter.contact_phone})
    page = client.get(reverse("dispatch:ask-mine")).content.decode()
    day, others = timezone.localdate(when), timezone.localdate(draft.starts_at)
    assert f"{day.month}月{day.day}日" in page
    assert f"{others.month}月{others.day}日" not in page.split("依頼の内容</h2>")[0]


def test_an_illness_takes_back_what_was_not_said_yet_and_the_same_day_is_said_once(
    request_: DispatchRequest, by: User
) -> None:
    plan = rows.plan()
    agree(plan)
    services.return_offer(offer=Offer.objects.get(status=OfferStatus.ACCEPTED), now=timezone.now())
    assert waiting() == []
    visit = Visit.objects.select_related("plan").get()
    other = rows.instructor()
    for _twice in range(2):
        leaving = Visit.objects.get().lead
        services.offer_to(visit=visit, leaving=leaving, person=other, by=None)
        services.accept_offer(offer=Offer.objects.get(status=OfferStatus.OPEN), now=timezone.now())
        if _twice == 0:
            reached(by)
            services.return_offer(offer=Offer.objects.get(status=OfferStatus.ACCEPTED), now=timezone.now())
            visit, other = Visit.objects.select_related("plan").get(), rows.instructor()
    assert waiting() == []  # the day is the one that they were told


def test_who_asked_is_rung_of_the_new_day_and_that_it_is_off(request_: DispatchRequest, by: User) -> None:
    agree(rows.plan())
    session = Session.objects.get()
    later = session.starts_at + timedelta(days=1)
    desk.move_session(
        session=session, starts_at=later, ends_at=later + timedelta(minutes=90), venue=None, by=by, reason="雪のため"
    )
    (call,) = waiting()
    assert call.fields["title"] == "講師派遣の変更"
    assert spoken(later) in call.fields["text"]
    reached(by)

    session.refresh_from_db()
    desk.cancel_session(session=session, by=by, reason="雪のため")
    (call,) = waiting()
    assert call.fields["title"] == "講師派遣の中止"
    assert spoken(later) in call.fields["text"]
    request_.refresh_from_db()
    assert request_.status == RequestStatus.RECEIVED  # to be planned anew, though it had left its plan


def test_a_town_whose_class_was_moved_counts_as_gone_to(request_: DispatchRequest, by: User) -> None:
    agree(rows.plan())
    session = Session.objects.get()
    later = session.starts_at + timedelta(days=1)
    ends = later + timedelta(minutes=90)
    desk.move_session(session=session, starts_at=later, ends_at=ends, venue=None, by=by, reason="雪のため")
    town = request_.municipality
    shops = ShopStatuses(later.date(), None, {town.code: Witnesses(Shop.NONE, Shop.UNKNOWN)}, sample=False)
    gone = [
        shopless_towns(Scope(nation=True), shops, DispatchRequest.objects.all(), at)[0].gone
        for at in (ends - timedelta(hours=1), ends)
    ]
    assert gone == [0, 1]


def test_who_was_never_rung_is_not_rung_that_it_is_off(request_: DispatchRequest, by: User) -> None:
    agree(rows.plan())
    desk.cancel_session(session=Session.objects.get(), by=by, reason="雪のため")
    assert waiting() == []


def test_of_two_classes_the_one_that_stays_is_named(by: User) -> None:
    rows.instructor()
    letters.accepted(sessions="2")
    agree(rows.plan())
    reached(by)
    first, second = Session.objects.order_by("starts_at")
    desk.cancel_session(session=first, by=by, reason="雪のため")
    (call,) = waiting()
    assert f"{spoken(first.starts_at)}の回は、中止" in call.fields["text"]
    assert f"{spoken(second.starts_at)}の回は、そのまま" in call.fields["text"]
