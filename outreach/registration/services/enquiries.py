"""Questions from residents: taken by any channel, put on the call list, answered by a day that is promised."""

import hashlib
from datetime import date, datetime
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from geo.models import Municipality
from outreach.classes.models import Session
from outreach.classes.rules import JST
from outreach.contact.models import CallTask, Kind
from outreach.contact.services import open_call_task, withdraw_messages
from outreach.contact.working_days import add_working_days
from outreach.people.models import USUAL_HOURS, Organisation, User
from outreach.registration.models import Enquiry, EnquiryEvent, EnquiryStatus, Intake

ANSWERED_WITHIN = 2  # working days
S = EnquiryStatus


class EnquiryError(Exception):
    """An enquiry cannot become so. `str()` is for staff to read."""


@transaction.atomic
def ask(
    *,
    question: str,
    source: str,
    name: str = "",
    phone: str = "",
    session: Session | None = None,
    municipality: Municipality | None = None,
    organisation: Organisation | None = None,
    by: User | None = None,
    key: str | None = None,
    about: str = "",
    sample: bool = False,
) -> Enquiry:
    """Keep a question, and have someone ring with the answer; the same `key` again gives the same enquiry.

    A class says whose question it is; without one, `municipality` and `organisation` do. `about`: what staff read of
    the call, where the question is still to be written down.
    """
    now = timezone.now()
    enquiry, made = Enquiry.objects.get_or_create(
        key=key or f"new:{uuid4().hex}",
        defaults={
            "source": source,
            "name": name,
            "phone": phone,
            "question": question,
            "session": session,
            "municipality_id": session.municipality_id if session else getattr(municipality, "pk", None),
            "organisation_id": session.organisation_id if session else getattr(organisation, "pk", None),
            "due_on": add_working_days(now.astimezone(JST).date(), ANSWERED_WITHIN),
            "asked_at": now,
            "sample": sample or bool(session and session.sample),
        },
    )
    if made:
        EnquiryEvent.objects.create(enquiry=enquiry, new=S.OPEN, by=by)
        if phone or source == Intake.PHONE_LINE:
            _put_on_list(enquiry, about or question)
    return enquiry


def _put_on_list(enquiry: Enquiry, about: str) -> CallTask:
    town, holder = enquiry.municipality, enquiry.organisation
    return open_call_task(
        subject=enquiry.subject,
        kind=Kind.RING_BACK,
        number=enquiry.phone,
        fields={
            "town": town.name if town else _("津々浦々"),
            "callback": (holder.phone if holder else "") or settings.CALLBACK_NUMBER,
            "name": enquiry.name or _("（お名前なし）"),
            "about": about,
        },
        at=timezone.now(),
        needed_by=end_of(enquiry.due_on, holder),
        municipality=town,
        organisation=holder,
        sample=enquiry.sample,
    )


def end_of(day: date, office: Organisation | None) -> datetime:
    """When the office stops answering its telephone that day."""
    _opens, shuts = office.answers if office else USUAL_HOURS
    return datetime.combine(day, shuts, tzinfo=JST)


@transaction.atomic
def answer_enquiry(*, enquiry: Enquiry, words: str, way: str, by: User) -> None:
    """Note the answer and how it was given; the call leaves the list. Raises: EnquiryError if it is closed already."""
    _move(enquiry, {S.OPEN}, S.ANSWERED, by, answer=words[:600], way=way)
    withdraw_messages(subject=enquiry.subject)


@transaction.atomic
def drop_enquiry(*, enquiry: Enquiry, words: str, by: User) -> None:
    """End it without an answer, saying why: nobody was reached, or it was asked twice. Raises: EnquiryError."""
    _move(enquiry, {S.OPEN}, S.DROPPED, by, answer=words[:600])
    withdraw_messages(subject=enquiry.subject)


@transaction.atomic
def reopen_enquiry(*, enquiry: Enquiry, by: User, ring: bool = True) -> None:
    """Back among the open ones, where it was closed by mistake; `ring`: also on the call list. Raises: EnquiryError."""
    _move(enquiry, {S.ANSWERED, S.DROPPED}, S.OPEN, by, way="")
    if ring and enquiry.phone:
        _put_on_list(enquiry, enquiry.question)


@transaction.atomic
def word_enquiry(*, subject: str, words: str) -> None:
    """Write down what was asked on a recording. `subject`: that of its call; nothing happens for other calls."""
    kind, _colon, pk = subject.partition(":")
    if kind == "enquiry" and pk.isdigit():
        Enquiry.objects.filter(pk=int(pk)).update(question=words)


def _move(enquiry: Enquiry, allowed: set[EnquiryStatus], to: EnquiryStatus, by: User, **changes: str) -> None:
    old = Enquiry.objects.values_list("status", flat=True).get(pk=enquiry.pk)
    same = Enquiry.objects.filter(pk=enquiry.pk, status=old)
    if old not in allowed or not same.update(status=to, changed_at=timezone.now(), **changes):
        raise EnquiryError(_("この問い合わせは「%(status)s」です。") % {"status": EnquiryStatus(old).label})
    enquiry.refresh_from_db()
    EnquiryEvent.objects.create(enquiry=enquiry, old=old, new=to, by=by)


def once_a_day(phone: str, question: str) -> str:
    """The key of a question from the web: two presses, or a reload, make one enquiry."""
    told = f"{phone}\n{question}\n{timezone.localdate()}"
    return "web:" + hashlib.sha256(f"{settings.SECRET_KEY}\n{told}".encode()).hexdigest()[:48]
