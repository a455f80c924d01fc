"""Everyone at once on one plan, at random: what is refused is refused in words, and in the end all of it agrees."""

import random
import time
import traceback
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from datetime import time as clock
from threading import Lock, Thread

import pytest
from django.db import connection
from django.utils import timezone

from outreach.classes.models import PLANNED, Session, SessionStatus, Shift
from outreach.classes.services import SessionError
from outreach.contact.models import Kind, Message, MessageStatus
from outreach.desk import services as desk
from outreach.dispatch import services
from outreach.dispatch.ahead import journeys
from outreach.dispatch.asking import substitutes
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
from outreach.dispatch.overwork import excesses
from outreach.people.models import Engagement, Person, User
from outreach.people.services import PersonBusy
from tests import factories
from tests.dispatch import rows

REFUSALS = (services.OfferError, services.PlanRefused, services.RequestError, SessionError, PersonBusy)
SECONDS, HANDS = 12, 5


class Hand:
    """One of those who act; each act reads anew, as a request does."""

    def __init__(self, seed: int, by: User) -> None:
        self.chance, self.by = random.Random(seed), by
        self.venues = [request.venue for request in DispatchRequest.objects.select_related("venue")]
        self.acts: list[Callable[[], object]] = [
            self.accept, self.accept, self.decline, self.give_back, self.substitute, self.publish, self.lapse,
            self.move, self.cancel, self.reschedule, self.withdraw, self.anew, self.lock, self.tell,
        ]  # fmt: skip

    def one(self) -> None:
        self.chance.choice(self.acts)()

    def _offer(self, *status: str) -> Offer | None:
        found = list(Offer.objects.filter(status__in=status).select_related("visit", "person"))
        return self.chance.choice(found) if found else None

    def _visit(self) -> Visit | None:
        found = list(Visit.objects.select_related("plan__version__problem", "lead", "second", "request"))
        return self.chance.choice(found) if found else None

    def accept(self) -> None:
        if offer := self._offer(OfferStatus.OPEN):
            services.accept_offer(offer=offer, now=timezone.now())

    def decline(self) -> None:
        if offer := self._offer(OfferStatus.OPEN):
            services.decline_offer(offer=offer, now=timezone.now())

    def give_back(self) -> None:
        if offer := self._offer(OfferStatus.ACCEPTED):
            services.return_offer(offer=offer, now=timezone.now())

    def substitute(self) -> None:
        if visit := self._visit():
            leaving = Person.objects.get(pk=self.chance.choice(visit.crew))
            if able := substitutes(visit, leaving.pk).able:
                person = Person.objects.get(pk=able[0].candidate.person)
                services.offer_to(visit=visit, leaving=leaving, person=person, by=self.by)

    def publish(self) -> None:
        services.publish_plan(plan=Plan.objects.get(), by=self.by)

    def lapse(self) -> None:
        if offer := self._offer(OfferStatus.OPEN):
            Offer.objects.filter(pk=offer.pk, status=OfferStatus.OPEN).update(answer_by=timezone.now())
            services.lapse_offers(now=timezone.now())

    def move(self) -> None:
        if visit := self._visit():
            plan = Plan.objects.select_related("version__problem").get()
            start = int((visit.starts_at - timezone.make_aware(_midnight(plan))).total_seconds() // 60)
            hours = self.chance.choice([-1, 1]) * 60
            crew = tuple(visit.crew)
            services.move_visit(plan=plan, request=visit.request_id, start=start + hours, crew=crew, by=self.by)

    def _session(self) -> Session | None:
        found = list(Session.objects.filter(status__in=PLANNED).select_related("venue", "course", "municipality"))
        return self.chance.choice(found) if found else None

    def cancel(self) -> None:
        if (session := self._session()) and self.chance.random() < 0.1:
            desk.cancel_session(session=session, by=self.by, reason="大雪のため")

    def reschedule(self) -> None:
        if (session := self._session()) and self.chance.random() < 0.1:
            later = timedelta(days=self.chance.randint(1, 20), hours=self.chance.randint(-2, 2))
            starts_at, ends_at = session.starts_at + later, session.ends_at + later
            desk.move_session(
                session=session, starts_at=starts_at, ends_at=ends_at, venue=None, by=self.by, reason="大雪のため"
            )

    def withdraw(self) -> None:
        request = self.chance.choice(list(DispatchRequest.objects.all()))
        if self.chance.random() < 0.05:
            services.withdraw_request(request=request, by=self.by, reason="中止")

    def anew(self) -> None:
        """Another town asks, and the rest is planned anew: else there would soon be nothing left to act upon."""
        if DispatchRequest.objects.exclude(status=RequestStatus.WITHDRAWN).count() < 30:
            rows.request(crew=self.chance.randint(1, 2), venue=self.chance.choice(self.venues))
        plan = Plan.objects.select_related("version__problem").get()
        services.replan(plan=plan, by=self.by, seconds=1)
        services.publish_plan(plan=Plan.objects.get(), by=self.by)

    def lock(self) -> None:
        if visit := self._visit():
            services.lock_visit(visit=visit, locked=self.chance.random() < 0.1)

    def tell(self) -> None:
        if letters := list(OfferLetter.objects.all()):
            services.tell_again(letter=self.chance.choice(letters), now=timezone.now() + timedelta(seconds=11))


def _midnight(plan: Plan) -> datetime:
    return datetime.combine(plan.first, clock())


@pytest.mark.proof
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", range(4))
def test_everyone_at_once(seed: int) -> None:
    for n in range(6):
        rows.instructor(lat=43.5 + n / 12, lon=142.2)
    for n in range(8):
        rows.request(crew=1 + n % 2, venue=factories.venue(lat=43.5 + n / 13, lon=142.1))
    rows.published()
    by, guard = factories.user(), Lock()
    said, wrong, end = Counter[str](), list[str](), time.monotonic() + SECONDS

    def act(number: int) -> None:
        hand = Hand(seed * 100 + number, by)
        while time.monotonic() < end:
            name = "?"
            try:
                chosen = hand.chance.choice(hand.acts)
                name = chosen.__name__
                chosen()
                with guard:
                    said[f"{name} done"] += 1
            except REFUSALS:
                with guard:
                    said[f"{name} refused"] += 1
            except Exception as error:
                with guard:
                    wrong.append(f"{name}: {error}\n{traceback.format_exc(limit=-12)}")
        connection.close()

    team = [Thread(target=act, args=(n,)) for n in range(HANDS)]
    for one in team:
        one.start()
    for one in team:
        one.join()
    print(f"\n{seed}: {dict(said)}")
    agree()
    assert not wrong, "\n".join(wrong)


def agree() -> None:
    """What the rows say of one another."""
    for visit in Visit.objects.select_related("request"):
        standing = visit.offers.filter(status__in=[OfferStatus.OPEN, OfferStatus.ACCEPTED])
        for offer in standing:
            assert offer.person_id in visit.crew, "someone is asked who is not in the crew"
            assert offer.starts_at == visit.starts_at
            assert visit.request.status != RequestStatus.WITHDRAWN
        classes = list(visit.sessions.filter(status__in=PLANNED))
        yes = set(standing.filter(status=OfferStatus.ACCEPTED).values_list("person", flat=True))
        for session in classes:
            assert session.starts_at >= visit.starts_at
            assert set(session.shifts.values_list("person", flat=True)) <= set(visit.crew)
            assert yes <= set(session.shifts.values_list("person", flat=True)) or len(yes) < len(visit.crew)
        if yes == set(visit.crew):
            assert classes or visit.trouble, "all said yes, and there is neither a class nor a reason"
            assert visit.request.status == RequestStatus.AGREED or visit.trouble
    for person in Person.objects.all():
        accepted = Offer.objects.filter(person=person, status=OfferStatus.ACCEPTED)
        days = {timezone.localdate(one.starts_at) for one in accepted}
        wanted = {
            one[0].subject for one in journeys(Trip.objects.filter(person=person)) if days & {trip.day for trip in one}
        }
        booked = Engagement.objects.filter(person=person)
        assert set(booked.filter(subject__startswith="trip:").values_list("subject", flat=True)) == wanted
        for shift in Shift.objects.filter(person=person, session__status__in=PLANNED).select_related("session"):
            here = booked.filter(starts_at__lte=shift.session.starts_at, ends_at__gte=shift.session.ends_at)
            assert here.exists(), "on a class without their time being booked"
        assert excesses([person], {timezone.localdate(one.starts_at) for one in booked}) == []
    for session in Session.objects.filter(status=SessionStatus.CANCELLED):
        assert not session.shifts.exists()
        assert not Engagement.objects.filter(subject=session.subject).exists()
    for offer in Offer.objects.all():
        events = list(OfferEvent.objects.filter(offer=offer).order_by("pk"))
        assert [one.old for one in events] == ["", *(one.new for one in events[:-1])]
        assert events[-1].new == offer.status
    for letter_subject in set(Message.objects.filter(kind=Kind.DISPATCH_OFFER).values_list("subject", flat=True)):
        waiting = Message.objects.filter(subject=letter_subject, kind=Kind.DISPATCH_OFFER, status=MessageStatus.PENDING)
        assert waiting.count() <= 1, "two letters of one person wait"
        if waiting.exists():
            letter = OfferLetter.objects.get(pk=letter_subject.partition(":")[2])
            open_ = Offer.objects.filter(status=OfferStatus.OPEN, visit__plan=letter.plan_id, person=letter.person_id)
            assert open_.exists(), "a letter waits that asks nothing"
