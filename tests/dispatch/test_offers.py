"""Offers: told once, answered once, passed on; and the ledger, the classes and the plan that follow."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outreach.classes.models import PLANNED, Session, SessionStatus, Shift
from outreach.classes.services import cancel_session
from outreach.contact.models import CallTask, Channel, Consent, Kind, Message, MessageStatus
from outreach.desk import services as desk
from outreach.dispatch import services
from outreach.dispatch.asking import substitutes, unasked_in, vacancies_in
from outreach.dispatch.models import (
    DispatchRequest,
    Offer,
    OfferEvent,
    OfferLetter,
    OfferStatus,
    Plan,
    RequestStatus,
    Trip,
    Visit,
)
from outreach.dispatch.services import offers
from outreach.dispatch.services.answers import withdraw_offers
from outreach.dispatch.services.plans import current
from outreach.people.models import DayException, Engagement, Person
from outreach.people.rules import Scope
from outreach.people.services import engage
from tests import factories
from tests.dispatch import rows

pytestmark = pytest.mark.django_db
NATION = Scope(nation=True)


@pytest.fixture
def teachers(db: None) -> list[Person]:
    return [rows.instructor(), rows.instructor()]


@pytest.fixture
def visit(teachers: list[Person]) -> Visit:
    rows.request()
    return Visit.objects.select_related("plan", "request").get(plan=rows.published())


@pytest.fixture
def offer(visit: Visit) -> Offer:
    return Offer.objects.get(visit=visit)


def other_than(teachers: list[Person], person: Person) -> Person:
    return next(one for one in teachers if one != person)


# --- told -----------------------------------------------------------------------------------------------------------
def test_a_person_is_told_once_of_all_their_visits(teachers: list[Person]) -> None:
    Person.objects.filter(pk=teachers[1].pk).update(email="")
    for _ in range(3):
        rows.request(crew=2)
    plan = rows.plan()
    assert services.publish_plan(plan=plan, by=None) == 6
    assert services.publish_plan(plan=plan, by=None) == 0
    told = Message.objects.filter(kind=Kind.DISPATCH_OFFER)
    assert told.count() == 2
    assert {message.revision for message in told} == {1}
    assert "ほか2件" in told[0].fields["visits"]
    letter = OfferLetter.objects.get(person=teachers[0])
    assert told.get(subject=letter.subject).fields["link"].endswith(f"/o/{letter.token}/")
    told.filter(status=MessageStatus.PENDING).update(status=MessageStatus.SENT)
    withdraw_offers(Offer.objects.filter(person=teachers[0]), by=None)
    (ended,) = Message.objects.filter(kind=Kind.DISPATCH_ENDED)
    assert ended.fields["visits"].count("猿払村") == 3  # all by name: which of them else?


@pytest.mark.parametrize(
    ("fields", "channel", "status"),
    [
        ({"email": "a@example.com", "phone": "+819000000001"}, Channel.EMAIL, MessageStatus.PENDING),
        ({"email": "", "phone": "+819000000001"}, Channel.SMS, MessageStatus.PENDING),
        ({"email": "", "phone": "+81300000001"}, Channel.SMS, MessageStatus.CALL),
        ({"email": "", "phone": ""}, Channel.CALL, MessageStatus.CALL),  # rung where they work
    ],
)
def test_by_mail_else_by_text_else_a_person_rings(fields: dict[str, str], channel: str, status: str) -> None:
    teacher = rows.instructor()
    Person.objects.filter(pk=teacher.pk).update(**fields)
    rows.request()
    rows.published()
    message = Message.objects.get()
    assert (message.channel, message.status) == (channel, status)
    assert CallTask.objects.exists() == (status == MessageStatus.CALL)


def test_who_refuses_texts_is_rung_and_who_has_no_number_is_known_of() -> None:
    teacher = rows.instructor()
    Person.objects.filter(pk=teacher.pk).update(email="", phone="+819000000001")
    Consent.objects.create(
        number="+819000000001", channel="sms", purpose="any", given=False, at=rows.now(), source="spoken"
    )
    rows.request()
    rows.published()
    assert CallTask.objects.get().number == "+819000000001"
    Person.objects.filter(pk=teacher.pk).update(phone="")
    teacher.instructor.organisation.phone = ""
    teacher.instructor.organisation.save()
    rows.request()
    rows.published()
    assert OfferLetter.objects.order_by("pk").last().unreachable  # type: ignore[union-attr]


def test_a_mail_that_failed_becomes_a_call_once(offer: Offer) -> None:
    Person.objects.update(phone="+819000000001")
    assert services.ring_unreached(now=rows.now()) == 0
    Message.objects.update(status=MessageStatus.FAILED)
    assert services.ring_unreached(now=rows.now()) == 1
    assert services.ring_unreached(now=rows.now()) == 0


# --- accepted -------------------------------------------------------------------------------------------------------
def test_accepting_books_the_day_makes_the_class_and_takes_back_what_waits(visit: Visit, offer: Offer) -> None:
    services.accept_offer(offer=offer, now=rows.now())
    trip = Trip.objects.get(plan=visit.plan)
    engaged = Engagement.objects.get(person=visit.lead)
    assert (engaged.starts_at, engaged.ends_at) == (trip.leaves_at, trip.back_at)
    session = Session.objects.get()
    assert session.status == SessionStatus.PUBLISHED
    assert Shift.objects.get(session=session).person == visit.lead
    visit.request.refresh_from_db()
    assert visit.request.status == RequestStatus.AGREED
    assert Message.objects.get().status == MessageStatus.WITHDRAWN
    assert list(OfferEvent.objects.values_list("new", flat=True)) == ["open", "accepted"]


def test_a_second_yes_changes_nothing(offer: Offer) -> None:
    services.accept_offer(offer=offer, now=rows.now())
    services.accept_offer(offer=offer, now=rows.now())
    assert Session.objects.count() == Engagement.objects.count() == 1
    assert OfferEvent.objects.filter(new=OfferStatus.ACCEPTED).count() == 1


def test_after_the_deadline_or_a_no_there_is_no_yes(offer: Offer) -> None:
    with pytest.raises(services.OfferError):
        services.accept_offer(offer=offer, now=offer.answer_by)
    services.decline_offer(offer=offer, now=rows.now(), reason="通院")
    with pytest.raises(services.OfferError):
        services.accept_offer(offer=offer, now=rows.now())
    assert not Engagement.objects.exists()
    assert not Session.objects.exists()


def test_two_must_agree_before_there_is_a_class(teachers: list[Person]) -> None:
    rows.request(crew=2, sessions=2)
    rows.published()
    one, two = Offer.objects.all()
    services.accept_offer(offer=one, now=rows.now())
    assert not Session.objects.exists()
    assert Engagement.objects.count() == 1
    services.accept_offer(offer=two, now=rows.now())
    assert Session.objects.count() == 2
    assert {shift.duty for shift in Shift.objects.all()} == {"instructor"}
    assert Shift.objects.count() == 4


def test_a_plan_that_changed_since_is_not_accepted_as_it_was(visit: Visit, offer: Offer) -> None:
    plan = visit.plan
    start = current(plan)[0].visits[0].starts[-1]
    services.move_visit(plan=plan, request=visit.request_id, start=start, crew=(offer.person_id,), by=None)
    with pytest.raises(services.OfferError):
        services.accept_offer(offer=offer, now=rows.now())
    offer.refresh_from_db()
    assert offer.status == OfferStatus.WITHDRAWN
    assert services.publish_plan(plan=plan, by=None) == 1  # asked anew, of the new time
    assert Message.objects.filter(status=MessageStatus.PENDING).count() == 1


def test_who_was_told_already_is_told_that_it_ended(visit: Visit, teachers: list[Person], offer: Offer) -> None:
    Message.objects.update(status=MessageStatus.SENT)
    start = current(visit.plan)[0].visits[0].starts[0]
    other = other_than(teachers, offer.person)
    services.move_visit(plan=visit.plan, request=visit.request_id, start=start, crew=(other.pk,), by=None)
    ended = Message.objects.get(kind=Kind.DISPATCH_ENDED)
    assert (ended.to, ended.revision) == (offer.person.email, 2)


def test_what_ends_is_told_although_a_newer_letter_still_waits(visit: Visit, offer: Offer) -> None:
    Message.objects.update(status=MessageStatus.SENT)
    services.tell_again(letter=OfferLetter.objects.get(), now=rows.now() + timedelta(minutes=1))
    services.withdraw_request(request=visit.request, by=None, reason="中止")
    kinds = dict(Message.objects.order_by("pk").values_list("kind", "status"))
    assert kinds == {Kind.DISPATCH_OFFER: MessageStatus.WITHDRAWN, Kind.DISPATCH_ENDED: MessageStatus.PENDING}


def test_what_was_accepted_is_not_moved_nor_dropped(visit: Visit, offer: Offer, teachers: list[Person]) -> None:
    services.accept_offer(offer=offer, now=rows.now())
    other = other_than(teachers, offer.person)
    for start, crew in ((current(visit.plan)[0].visits[0].starts[-1], offer.person_id), (None, other.pk)):
        with pytest.raises(services.PlanRefused):
            services.move_visit(
                plan=visit.plan,
                request=visit.request_id,
                start=start or current(visit.plan)[1].visits[0].start,
                crew=(crew,),
                by=None,
            )
    assert services.replan(plan=visit.plan, by=None).served == 1
    assert Visit.objects.get(pk=visit.pk).lead == offer.person


def test_who_is_engaged_elsewhere_by_now_is_told_so(visit: Visit, offer: Offer) -> None:
    engage(person=offer.person, starts_at=visit.starts_at, ends_at=visit.ends_at, subject="session:99")
    with pytest.raises(services.OfferError, match="別の予定"):
        services.accept_offer(offer=offer, now=rows.now())
    offer.refresh_from_db()
    assert offer.status == OfferStatus.OPEN


def test_a_yes_stands_where_the_room_is_taken_and_the_class_is_made_later(visit: Visit, offer: Offer) -> None:
    taken = factories.session(
        venue=visit.request.venue, starts_at=visit.starts_at, ends_at=visit.starts_at + timedelta(minutes=30)
    )
    services.accept_offer(offer=offer, now=rows.now())
    visit.refresh_from_db()
    assert "会場" in visit.trouble
    with pytest.raises(services.OfferError):
        services.try_classes_again(visit=visit)
    cancel_session(session=taken, by=None, reason="重複")
    services.try_classes_again(visit=visit)
    visit.refresh_from_db()
    assert (visit.trouble, visit.sessions.count()) == ("", 1)


def test_the_ledger_follows_the_plan_when_a_day_gets_a_second_visit(offer: Offer, visit: Visit) -> None:
    services.accept_offer(offer=offer, now=rows.now())
    before = Engagement.objects.get()
    rows.request(earliest=timezone.localdate(visit.starts_at), latest=timezone.localdate(visit.starts_at))
    DayException.objects.create(
        person=Person.objects.exclude(pk=offer.person_id).get(), day=timezone.localdate(visit.starts_at), kind="off"
    )
    services.replan(plan=visit.plan, by=None)
    trip = Trip.objects.get(plan=visit.plan, person=offer.person)
    engaged = Engagement.objects.get()
    assert visit.plan.visits.count() == 2
    assert (engaged.starts_at, engaged.ends_at) == (trip.leaves_at, trip.back_at) != (before.starts_at, before.ends_at)


def test_a_journey_with_a_night_is_booked_from_home_to_home(visit: Visit, offer: Offer) -> None:
    trip = Trip.objects.get(plan=visit.plan)
    eve = trip.day - timedelta(days=1)
    Trip.objects.create(
        plan=visit.plan, person=offer.person, day=eve, leaves_at=trip.leaves_at - timedelta(hours=16),
        back_at=trip.leaves_at - timedelta(hours=12), hm=0, road_minutes=0, overnight=True,
    )  # fmt: skip
    services.accept_offer(offer=offer, now=rows.now())
    engaged = Engagement.objects.get()
    assert (engaged.starts_at, engaged.ends_at) == (trip.leaves_at - timedelta(hours=16), trip.back_at)
    assert engaged.subject == f"trip:{visit.plan_id}:{eve}"


# --- declined, silent, unwell ---------------------------------------------------------------------------------------
def test_silence_lapses_and_goes_to_the_next(visit: Visit, offer: Offer) -> None:
    assert services.lapse_offers(now=offer.answer_by + timedelta(minutes=1)) == 1
    offer.refresh_from_db()
    assert offer.status == OfferStatus.LAPSED
    assert Offer.objects.get(status=OfferStatus.OPEN).person != offer.person
    assert services.lapse_offers(now=rows.now()) == 0
    assert Message.objects.filter(kind=Kind.DISPATCH_OFFER, status=MessageStatus.PENDING).count() == 1


def test_a_place_left_open_by_a_killed_worker_is_taken_up(visit: Visit, offer: Offer) -> None:
    late = offer.answer_by + timedelta(minutes=1)
    Offer.objects.update(status=OfferStatus.LAPSED, answered_at=late)
    assert services.lapse_offers(now=late + timedelta(minutes=5)) == 0
    assert Offer.objects.get(status=OfferStatus.OPEN).person != offer.person
    services.lapse_offers(now=late + timedelta(minutes=10))
    assert Offer.objects.count() == 2


def test_what_is_wrong_with_one_plan_keeps_no_other_from_being_passed_on(
    visit: Visit, offer: Offer, teachers: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Offer.objects.create(
        visit=visit, person=other_than(teachers, offer.person), starts_at=visit.starts_at, answer_by=offer.answer_by
    )
    Offer.objects.filter(pk=broken.pk).update(starts_at=visit.starts_at - timedelta(hours=1))  # its turn comes first
    ask = offers._ask_next

    def fails(one: Offer, now: datetime) -> None:
        if one.pk == broken.pk:
            raise ValueError
        ask(one, now)

    monkeypatch.setattr(offers, "_ask_next", fails)
    rows.instructor()
    assert services.lapse_offers(now=offer.answer_by) == 2
    assert Offer.objects.filter(status=OfferStatus.OPEN).count() == 1


def test_who_declined_is_not_asked_again(visit: Visit, offer: Offer, teachers: list[Person]) -> None:
    services.decline_offer(offer=offer, now=rows.now(), reason="通院")
    assert list(vacancies_in(NATION, rows.now())) == [visit]
    other = other_than(teachers, offer.person)
    services.offer_to(visit=visit, leaving=offer.person, person=other, by=None)
    visit.refresh_from_db()
    assert visit.lead == other
    assert not vacancies_in(NATION, rows.now()).exists()
    assert services.publish_plan(plan=visit.plan, by=None) == 0
    found = substitutes(visit, other.pk)
    assert found.able == []
    assert "辞退" in found.unable[0].hindrances[0]


def test_who_declined_a_whole_day_leaves_each_visit_to_a_substitute(teachers: list[Person]) -> None:
    day = rows.monday()
    DayException.objects.create(person=teachers[1], day=day, kind="off")
    for _ in range(2):
        rows.request(earliest=day, latest=day)
    plan = rows.plan()
    services.publish_plan(plan=plan, by=None)
    for offer in Offer.objects.all():
        services.decline_offer(offer=offer, now=rows.now())
    DayException.objects.all().delete()
    for pk in Visit.objects.values_list("pk", flat=True):
        vacant = Visit.objects.select_related("plan__version").get(pk=pk)
        services.offer_to(visit=vacant, leaving=teachers[0], person=teachers[1], by=None)
    assert set(Visit.objects.values_list("lead", flat=True)) == {teachers[1].pk}
    assert not Trip.objects.filter(person=teachers[0]).exists()


def test_who_is_suddenly_unwell_is_replaced_and_the_class_stays(
    visit: Visit, offer: Offer, teachers: list[Person]
) -> None:
    services.accept_offer(offer=offer, now=rows.now())
    DayException.objects.create(person=offer.person, day=timezone.localdate(visit.starts_at), kind="off")
    with pytest.raises(services.OfferError, match="承諾しています"):
        services.offer_to(visit=visit, leaving=offer.person, person=other_than(teachers, offer.person), by=None)
    services.return_offer(offer=offer, now=rows.now(), reason="発熱")
    session = Session.objects.get(status__in=PLANNED)
    assert not session.shifts.exists()
    assert not Engagement.objects.exists()
    other = other_than(teachers, offer.person)
    visit = Visit.objects.select_related("plan__version", "request").get(pk=visit.pk)
    asked = services.offer_to(visit=visit, leaving=offer.person, person=other, by=None)
    services.accept_offer(offer=asked, now=rows.now())
    assert Session.objects.get(status__in=PLANNED).shifts.get().person == other
    visit.request.refresh_from_db()
    assert visit.request.status == RequestStatus.AGREED


def test_withdrawing_a_request_frees_who_had_accepted(teachers: list[Person]) -> None:
    rows.request(crew=2)
    plan = rows.plan()
    services.publish_plan(plan=plan, by=None)
    offer = Offer.objects.all()[0]
    services.accept_offer(offer=offer, now=rows.now())
    services.withdraw_request(request=plan.visits.get().request, by=None, reason="中止")
    assert set(Offer.objects.values_list("status", flat=True)) == {OfferStatus.WITHDRAWN}
    assert not Engagement.objects.exists()


def test_nobody_is_asked_for_a_request_that_was_withdrawn(visit: Visit, offer: Offer) -> None:
    services.withdraw_request(request=visit.request, by=None, reason="中止")
    assert unasked_in(NATION, rows.now()) == []
    assert services.publish_plan(plan=visit.plan, by=None) == 0
    assert set(Offer.objects.values_list("status", flat=True)) == {OfferStatus.WITHDRAWN}


def test_a_yes_to_a_withdrawn_request_is_answered_in_words(visit: Visit, offer: Offer) -> None:
    DispatchRequest.objects.update(status=RequestStatus.WITHDRAWN)
    with pytest.raises(services.OfferError, match="取り下げ"):
        services.accept_offer(offer=offer, now=rows.now())


def test_only_the_plan_that_was_shown_is_published(teachers: list[Person]) -> None:
    rows.request()
    plan = rows.plan()
    Plan.objects.filter(pk=plan.pk).update(replanning=True)
    with pytest.raises(services.OfferError):
        services.publish_plan(plan=plan, by=None)
    Plan.objects.filter(pk=plan.pk).update(replanning=False, version=None)
    with pytest.raises(services.OfferError, match="先に変更"):
        services.publish_plan(plan=plan, by=None)
    assert not Offer.objects.exists()


@pytest.mark.parametrize("act", ["cancel", "move"])
def test_who_changes_a_class_locks_its_plan_first_as_who_answers_an_offer(offer: Offer, act: str) -> None:
    services.accept_offer(offer=offer, now=rows.now())
    session, by = Session.objects.get(), factories.user()
    with CaptureQueriesContext(connection) as said:
        if act == "cancel":
            desk.cancel_session(session=session, by=by, reason="大雪のため")
        else:
            starts_at, ends_at = session.starts_at + timedelta(days=1), session.ends_at + timedelta(days=1)
            desk.move_session(
                session=session, starts_at=starts_at, ends_at=ends_at, venue=None, by=by, reason="大雪のため"
            )
    words = [one["sql"] for one in said]
    plan = next(n for n, sql in enumerate(words) if 'FROM "dispatch_plan"' in sql)
    held = next(n for n, sql in enumerate(words) if 'FROM "classes_session"' in sql)
    person = next(n for n, sql in enumerate(words) if 'FROM "people_person"' in sql)
    assert plan < held < person


# --- at the same time -----------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_two_who_accept_at_once_make_the_class_once() -> None:
    rows.instructor(), rows.instructor()
    rows.request(crew=2)
    rows.published()
    one, two = Offer.objects.select_related("visit", "person").all()
    now = rows.now()
    raised = rows.at_once(
        lambda: services.accept_offer(offer=one, now=now),
        lambda: services.accept_offer(offer=two, now=now),
        lambda: services.accept_offer(offer=one, now=now),
    )
    assert raised == [None, None, None]
    assert Session.objects.count() == 1
    assert Shift.objects.count() == Engagement.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_yes_and_a_lapse_at_once_end_in_one_of_the_two() -> None:
    rows.instructor(), rows.instructor()
    rows.request()
    rows.published()
    offer = Offer.objects.select_related("visit", "person").get()
    rows.at_once(
        lambda: services.accept_offer(offer=offer, now=offer.answer_by - timedelta(seconds=1)),
        lambda: services.lapse_offers(now=offer.answer_by),
    )
    offer.refresh_from_db()
    assert OfferEvent.objects.filter(offer=offer).count() == 2
    assert Engagement.objects.exists() == Session.objects.exists() == (offer.status == OfferStatus.ACCEPTED)
    assert Offer.objects.filter(status=OfferStatus.OPEN).exists() == (offer.status == OfferStatus.LAPSED)


@pytest.mark.django_db(transaction=True)
def test_two_visits_of_one_day_accepted_at_once_book_the_day_once() -> None:
    rows.instructor()
    day = rows.monday()
    for _ in range(2):
        rows.request(earliest=day, latest=day)
    rows.published()
    offers = list(Offer.objects.select_related("visit", "person"))
    now = rows.now()
    raised = rows.at_once(*[lambda one=one: services.accept_offer(offer=one, now=now) for one in offers])
    assert raised == [None, None]
    assert Engagement.objects.count() == 1
    assert Session.objects.count() == 2


def two_classes() -> list[Session]:
    """Of one plan, each accepted, a day apart."""
    rows.instructor()
    for n in range(2):
        day = rows.monday() + timedelta(days=n)
        rows.request(earliest=day, latest=day)
    rows.published()
    for offer in Offer.objects.select_related("visit", "person"):
        services.accept_offer(offer=offer, now=rows.now())
    return list(Session.objects.order_by("starts_at"))


@pytest.mark.django_db(transaction=True)
def test_what_is_left_of_a_plan_is_computed_while_nothing_is_locked_and_again_if_it_changed_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = two_classes()
    by, computed = factories.user(), services.checked
    calls: list[int] = []

    def overtaken(*given: Any) -> Any:
        assert not connection.in_atomic_block
        calls.append(len(calls))
        made = computed(*given)
        if len(calls) == 1:
            desk.cancel_session(session=second, by=by, reason="大雪のため")
        return made

    monkeypatch.setattr("outreach.dispatch.services.leaving.checked", overtaken)
    desk.cancel_session(session=first, by=by, reason="大雪のため")
    assert len(calls) == 3
    assert not Visit.objects.exists()
    assert not Engagement.objects.exists()
    assert set(Session.objects.values_list("status", flat=True)) == {"cancelled"}
    plan = Plan.objects.get()
    assert plan.version
    assert plan.version.served == 0
    assert plan.versions.count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_classes_of_a_plan_cancelled_and_moved_at_once_both_leave_it() -> None:
    first, second = two_classes()
    by = factories.user()
    starts_at, ends_at = second.starts_at + timedelta(days=2), second.ends_at + timedelta(days=2)
    raised = rows.at_once(
        lambda: desk.cancel_session(session=first, by=by, reason="大雪のため"),
        lambda: desk.move_session(
            session=second, starts_at=starts_at, ends_at=ends_at, venue=None, by=by, reason="大雪のため"
        ),
    )
    assert raised == [None, None]
    assert not Visit.objects.exists()
    assert sorted(Session.objects.values_list("status", flat=True)) == ["cancelled", second.status]
    assert Engagement.objects.count() == 1
    assert Plan.objects.get().versions.count() == 3
