"""Calls in place of messages, and a slip of the finger undone."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from outreach.contact import services as contact
from outreach.contact.models import CallOutcome, CallStatus, CallTask, Channel, ConsentSource, Message
from outreach.contact.services import open_call_task
from outreach.desk.queries.enquiries import enquiry_of
from outreach.people.models import User
from outreach.registration import services as registration
from outreach.registration.models import Enquiry, EnquiryStatus


@transaction.atomic
def ring_instead(*, message: Message, now: datetime) -> CallTask:
    """A person rings about what failed or is in doubt; asked twice, the same call is given back."""
    existing = CallTask.objects.filter(message=message).first()
    return existing or open_call_task(
        subject=message.subject,
        revision=message.revision,
        kind=message.kind,
        number=message.to,
        fields=message.fields,
        at=now,
        needed_by=message.needed_by,
        why=message.why,
        message=message,
        municipality=message.municipality_id,
        organisation=message.organisation_id,
        sample=message.sample,
    )


@transaction.atomic
def finish_call(*, task: CallTask, outcome: CallOutcome, by: User, now: datetime, note: str) -> CallTask:
    """Write down what came of one try; who was reached about a question has its answer, in the words of the note.

    Raises: contact.services.CallTaken.
    """
    done = contact.finish_call(task=task, outcome=outcome, by=by, now=now, note=note)
    enquiry = enquiry_of(task.subject, Enquiry.objects.filter(status=EnquiryStatus.OPEN))
    if enquiry and outcome == CallOutcome.REACHED:
        words = note or _("お電話でお答えしました。")
        registration.answer_enquiry(enquiry=enquiry, words=words, way=Enquiry.Way.CALL, by=by)
    return done


@transaction.atomic
def undo_call(*, task: CallTask, by: User, now: datetime) -> CallTask:
    """Put a finished call back on the list; a "never again" that `by` noted is taken back in the ledger too.

    With it come back the other calls that it closed. Raises: contact.services.CallTaken.
    """
    noted = task.events.filter(outcome=CallOutcome.NEVER_AGAIN, by=by).order_by("-at").first()
    if noted and task.status == CallStatus.REFUSED:
        contact.record_consent(
            number=task.number,
            given=True,
            at=now,
            source=ConsentSource.SPOKEN,
            channel=Channel.CALL,
            words=_("記録の誤りを直しました"),
            noted_by=by,
            sample=task.sample,
        )
        closed = CallTask.objects.filter(number=task.number, status=CallStatus.REFUSED, events__at=noted.at)
        for other in closed.exclude(pk=task.pk).distinct():
            contact.undo_call(task=other, by=by, now=now)
    if task.status == CallStatus.REACHED:
        _ask_again(task, by)
    return contact.undo_call(task=task, by=by, now=now)


def _ask_again(task: CallTask, by: User) -> None:
    """The question that the call had answered is open again."""
    answered = Enquiry.objects.filter(status=EnquiryStatus.ANSWERED, way=Enquiry.Way.CALL)
    if enquiry := enquiry_of(task.subject, answered):
        registration.reopen_enquiry(enquiry=enquiry, by=by, ring=False)
