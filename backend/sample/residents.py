"""What the office works on in the sample country: a class cancelled and one moved, with answers; questions; a queue."""

from datetime import timedelta
from random import Random

from django.db.models import QuerySet
from django.utils import timezone

from backend.sample.names import landline, mobile, name
from outreach.classes.models import OPEN, Session
from outreach.classes.rules import JST
from outreach.contact.models import CallStatus, CallTask, Kind
from outreach.desk.services import cancel_session, move_session, take_answer
from outreach.people.models import Membership, Role, User
from outreach.registration import services
from outreach.registration.models import Answer, AnswerStatus, Enquiry, Intake
from outreach.registration.services import Application

QUESTIONS = [
    ("バスで行けますか。帰りの時刻も知りたいです。", Intake.WEB),
    ("電話を持っていませんが、参加できますか。", Intake.COUNTER),
    ("耳が遠いのですが、いちばん前の席にしてもらえますか。", Intake.STAFF_PHONE),
    ("孫といっしょに聞いてもよいですか。", Intake.WEB),
    ("雪のときは、前の日に分かりますか。", Intake.FAX),
    ("駐車場はありますか。", Intake.WEB),
]
ANSWERS = ["はい。役場前から無料の送迎があります。", "あります。10台とめられます。"]


def seed_residents(rng: Random) -> None:
    """After the bookings: of the office whose coordinators can be tried out."""
    clerk = User.objects.get(username="coordinator")
    office = Membership.objects.get(user=clerk, role=Role.COORDINATOR).organisation
    soon = timezone.now() + timedelta(days=4)
    ours = Session.objects.filter(organisation=office, status__in=OPEN, starts_at__gt=soon)
    around = ("course", "venue", "municipality", "organisation", "programme_year")
    busy = list(ours.filter(seats_taken__gte=3).select_related(*around).order_by("starts_at")[:3])
    if len(busy) == 3:
        _cancel(busy[0], clerk)
        _come_together(busy[1], rng, clerk, 1235)
        _move(busy[1], clerk)
        _come_together(busy[2], rng, clerk, 1234)
    _ask(list(ours.select_related(*around).order_by("starts_at")[:6]), rng, clerk)
    _reorder(ours, clerk)


def _cancel(session: Session, clerk: User) -> None:
    """One takes another class, one gives up, one was not reached; the rest are still to be told."""
    cancel_session(session=session, by=clerk, reason="大雪の予報のため")
    answers = list(Answer.objects.filter(session=session).select_related("booking").order_by("pk"))
    other = Session.objects.filter(organisation=session.organisation, status__in=OPEN, starts_at__gt=session.starts_at)
    free = next((one for one in other.order_by("starts_at")[:30] if one.seats_left > 2), None)
    if free:
        note = "娘さんが送ってくる"
        take_answer(
            answer=answers[0], status=AnswerStatus.ANOTHER, to=free, by=clerk, channel=Intake.STAFF_PHONE, note=note
        )
    take_answer(answer=answers[1], status=AnswerStatus.GIVES_UP, by=clerk, channel=Intake.STAFF_PHONE)
    rung = CallTask.objects.filter(subject__in=[one.booking.subject for one in answers[2:]], kind=Kind.CANCELLATION)
    if call := rung.filter(status=CallStatus.WAITING).first():
        CallTask.objects.filter(pk=call.pk).update(status=CallStatus.GAVE_UP, tries=5)


def _move(session: Session, clerk: User) -> None:
    start = session.starts_at
    while start <= session.starts_at or start.astimezone(JST).weekday() > 4:
        start += timedelta(days=1)
    move_session(
        session=session, starts_at=start, ends_at=start + (session.ends_at - session.starts_at), venue=None, by=clerk,
        reason="会場の工事のため",
    )  # fmt: skip
    first = Answer.objects.filter(session=session).first()
    if first:
        take_answer(answer=first, status=AnswerStatus.COMES, by=clerk, channel=Intake.STAFF_PHONE)


def _come_together(session: Session, rng: Random, clerk: User, number: int) -> None:
    """Neighbours on one paper form, told at one number."""
    people = [name(rng) for _ in range(min(3, session.seats_left))]
    if len(people) < 2:
        return
    group = [Application(name=n, kana=k, phone=landline(number), contact="call") for n, k in dict(people).items()]
    services.book_group(
        session=session, applications=group, seats=len(group), channel=Intake.PAPER, by=clerk, sample=True
    )


def _ask(sessions: list[Session], rng: Random, clerk: User) -> None:
    """Some are answered; one is late."""
    for (question, source), session in zip(QUESTIONS, sessions, strict=False):
        number = rng.randrange(1000, 9000)
        phone = landline(number) if source != Intake.WEB else mobile(number)
        services.ask(question=question, source=source, phone=phone, name=name(rng)[0], session=session, sample=True)
    asked = list(Enquiry.objects.order_by("pk"))
    for enquiry, words in zip(asked[-2:], ANSWERS, strict=False):
        services.answer_enquiry(enquiry=enquiry, words=words, way=Enquiry.Way.CALL, by=clerk)
    for late in asked[:1]:
        Enquiry.objects.filter(pk=late.pk).update(due_on=timezone.localdate() - timedelta(days=1))


def _reorder(ours: QuerySet[Session], clerk: User) -> None:
    for session in ours.order_by("starts_at"):
        queue = services.queue_of(session)
        if len(queue) > 2:
            reason = "手話通訳が来られる日は、この日だけのため"
            services.put_in_queue(booking=queue[2], place=1, by=clerk, reason=reason)
            return
