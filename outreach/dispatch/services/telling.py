"""Letters: each person is told once of all that they are asked in a plan, by the way that reaches them (law 4)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from outreach.contact.models import CallTask, Channel, Kind, Message, MessageStatus
from outreach.contact.numbers import NumberRefused, kind_of
from outreach.contact.rules import has_no_hour_left
from outreach.contact.services import open_call_task, queue_message, withdraw_messages
from outreach.contact.services.calls import is_refused
from outreach.dispatch.models import Offer, OfferLetter, OfferStatus, Plan
from outreach.people.models import Organisation, Person

MOST_NAMED = 4  # visits in a text that some are called off: nobody need guess which, and two SMS hold them
SAME_PRESS = timedelta(seconds=10)
NO_ANSWER_FROM = (MessageStatus.FAILED, MessageStatus.REFUSED, MessageStatus.WITHDRAWN)


def tell_asked(*, plan: Plan, people: Iterable[int], now: datetime) -> int:
    """Tell each of these people, once, what they are asked now. Returns how many have no way to be told.

    Call it in the transaction that made the offers.
    """
    return sum(_tell_one(plan, key, now) for key in sorted(set(people)))


@transaction.atomic
def tell_again(*, letter: OfferLetter, now: datetime) -> bool:
    """Tell once more, under a new revision, what is still to be answered; False where nothing is, or by no way.

    A second press of the same button is one telling.
    """
    Plan.objects.select_for_update().get(pk=letter.plan_id)  # first, as whoever publishes or answers
    found = OfferLetter.objects.select_related("plan").get(pk=letter.pk)
    waiting = Offer.objects.filter(visit__plan=found.plan_id, person=found.person_id, status=OfferStatus.OPEN)
    if found.told_at and found.told_at > now - SAME_PRESS:
        return waiting.exists() and not found.unreachable
    return waiting.exists() and not _tell_one(found.plan, found.person_id, now)


def _tell_one(plan: Plan, person: int, now: datetime) -> bool:
    offers = _offers(plan, person, OfferStatus.OPEN)
    if not offers:
        return False
    words = {
        "visits": _summary(offers),
        "answer_by": spoken(min(offer.answer_by for offer in offers)),
    }
    return _send(plan, person, Kind.DISPATCH_OFFER, words, min(offer.answer_by for offer in offers), now)


def tell_ended(*, offers: Iterable[Offer], now: datetime) -> None:
    """Tell people that these offers of theirs, already withdrawn, stand no more; all of one person in one message.

    Who has not been told of the offer yet is told nothing: the message that waits is taken back, and made anew
    for what is still asked.
    """
    by_letter: dict[tuple[int, int], list[Offer]] = {}
    for offer in offers:
        by_letter.setdefault((offer.visit.plan_id, offer.person_id), []).append(offer)
    for (plan_key, person), ended in sorted(by_letter.items()):
        plan = ended[0].visit.plan
        letter = OfferLetter.objects.filter(plan=plan_key, person=person).first()
        if letter is None:
            continue
        taken_back = withdraw_messages(subject=letter.subject, kinds=[Kind.DISPATCH_OFFER])
        known = [offer for offer in ended if offer.starts_at > now and _was_told(letter, offer)]
        if taken_back:
            _tell_one(plan, person, now)
        if known:
            words = {"visits": _summary(known, named=MOST_NAMED)}
            _send(plan, person, Kind.DISPATCH_ENDED, words, min(offer.starts_at for offer in known), now)


def _was_told(letter: OfferLetter, offer: Offer) -> bool:
    """Whether a message that went out, or a call, came after the offer was made."""
    told = Message.objects.filter(subject=letter.subject, kind=Kind.DISPATCH_OFFER, created_at__gte=offer.sent_at)
    return told.exclude(status=MessageStatus.WITHDRAWN).exists()


def answered(*, plan: int, person: int) -> None:
    """Take back what waits to be told, once nothing is left to answer."""
    if Offer.objects.filter(visit__plan=plan, person=person, status=OfferStatus.OPEN).exists():
        return
    for letter in OfferLetter.objects.filter(plan=plan, person=person):
        withdraw_messages(subject=letter.subject, kinds=[Kind.DISPATCH_OFFER])


def ring_unreached(*, now: datetime) -> int:
    """Open a call where an e-mail or text failed and an answer is still awaited. Returns how many."""
    waiting = Offer.objects.filter(status=OfferStatus.OPEN, answer_by__gt=now)
    pairs = set(waiting.values_list("visit__plan_id", "person_id"))
    letters = OfferLetter.objects.filter(person__in={person for _plan, person in pairs}).select_related("person")
    return sum(_ring_instead(letter, now) for letter in letters if (letter.plan_id, letter.person_id) in pairs)


def _ring_instead(letter: OfferLetter, now: datetime) -> bool:
    told = Message.objects.filter(
        subject=letter.subject, revision=letter.revision, kind=Kind.DISPATCH_OFFER, status__in=NO_ANSWER_FROM
    ).first()
    number = letter.person.phone or organisation_of(letter.person).phone
    if told is None or not number or CallTask.objects.filter(subject=letter.subject, revision=told.revision).exists():
        return False
    open_call_task(
        subject=letter.subject,
        revision=told.revision,
        kind=told.kind,
        number=number,
        fields=told.fields,
        at=now,
        needed_by=told.needed_by,
        why=told.why,
        organisation=told.organisation_id,
        sample=told.sample,
    )
    return True


def _offers(plan: Plan, person: int, status: OfferStatus) -> list[Offer]:
    found = Offer.objects.filter(visit__plan=plan, person=person, status=status)
    return list(found.select_related("visit__request__municipality").order_by("starts_at"))


def _send(plan: Plan, person_key: int, kind: Kind, words: dict[str, str], needed_by: datetime, now: datetime) -> bool:
    """Whether the person has no way to be told."""
    person = Person.objects.select_related("instructor__organisation").get(pk=person_key)
    letter, _made = OfferLetter.objects.get_or_create(plan=plan, person=person)
    if kind == Kind.DISPATCH_OFFER:
        withdraw_messages(subject=letter.subject, kinds=[kind])  # what ended is still to be told
    way = way_to(person, kind, needed_by, now)
    OfferLetter.objects.filter(pk=letter.pk).update(revision=F("revision") + 1, told_at=now, unreachable=way is None)
    letter.refresh_from_db()
    if way is None:
        return True
    asker = organisation_of(person)
    link = {"link": letter.address} if kind == Kind.DISPATCH_OFFER else {}
    queue_message(
        subject=letter.subject,
        revision=letter.revision,
        kind=kind,
        channel=way[0],
        to=way[1],
        fields={
            "town": asker.name,
            "callback": asker.phone or settings.CALLBACK_NUMBER,
            "name": person.name,
            **words,
            **link,
        },
        needed_by=needed_by,
        organisation=asker.pk,
        sample=person.sample or plan.sample,
    )
    return False


def way_to(person: Person, kind: Kind, needed_by: datetime, now: datetime) -> tuple[Channel, str] | None:
    """E-mail, else an SMS, else a call to them, or to whom they work for; None where there is no number at all.

    Where nothing automated may go out any more before it matters (law 6), a person rings.
    """
    late = has_no_hour_left(now, needed_by)
    if person.email and not late and not is_refused(person.email, Channel.EMAIL, kind):
        return Channel.EMAIL, person.email
    for number in (person.phone, organisation_of(person).phone):
        try:
            if number and kind_of(number):
                silent = late or number != person.phone or is_refused(number, Channel.SMS, kind)
                return (Channel.CALL if silent else Channel.SMS), number
        except NumberRefused:
            continue
    return None


def organisation_of(person: Person) -> Organisation:
    return person.instructor.organisation


def _summary(offers: list[Offer], named: int = 1) -> str:
    """6月3日(月)13:30 猿払村ほか2件. As it is told, so always in Japanese."""
    told = sorted(offers, key=lambda offer: offer.starts_at)
    words = "、".join(f"{spoken(offer.starts_at)} {offer.visit.request.municipality.name}" for offer in told[:named])
    return f"{words}ほか{len(told) - named}件" if len(told) > named else words


def spoken(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local.month}月{local.day}日({WEEKDAYS_JA[local.weekday()]}){local:%H:%M}"


WEEKDAYS_JA = "月火水木金土日"
