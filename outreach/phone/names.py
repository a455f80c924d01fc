"""Writing down what was recorded: a name puts a person to a booking, a message becomes the words of a call."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.contact.models import CallStatus, CallTask, Message, MessageStatus
from outreach.contact.services import withdraw_messages
from outreach.people.models import User
from outreach.phone.models import PendingName, Recording
from outreach.phone.recordings import forget
from outreach.phone.tasks import say_about
from outreach.registration.models import Booking, Resident
from outreach.registration.services import word_enquiry


class NameTaken(Exception):
    """That person is in that class already. `str()` is for staff to read."""


@transaction.atomic
def write_name(*, pending: PendingName, name: str, kana: str) -> Resident:
    """Put a name to a booking: the pending resident becomes who they are, or one whom we know already.

    Its recordings are deleted, its call leaves the list, and what waits to be told takes the name.
    Raises: NameTaken where that person is in that class already; nothing has changed then.
    """
    placeholder = pending.booking.resident
    subject, recordings = pending.subject, list(pending.recordings.all())
    bookings = list(Booking.objects.filter(resident=placeholder))
    resident = _become(placeholder, name, kana)
    for booking in bookings:
        _rename_messages(booking, resident)
    PendingName.objects.filter(booking__in=bookings).delete()
    withdraw_messages(subject=subject)
    for recording in recordings:
        forget(recording)
    return resident


def _become(placeholder: Resident, name: str, kana: str) -> Resident:
    known = Resident.objects.filter(phone=placeholder.phone, kana=kana).exclude(pk=placeholder.pk).first()
    if known is None:
        placeholder.name, placeholder.kana = name, kana
        placeholder.save(update_fields=["name", "kana"])
        return placeholder
    try:
        with transaction.atomic():
            Booking.objects.filter(resident=placeholder).update(resident=known)
    except IntegrityError as error:
        raise NameTaken(
            _(
                "この方は、同じ講習会にもう申し込んでいます。どちらかの申し込みを取り消してから、もう一度書いてください。"
            )
        ) from error
    placeholder.delete()
    return known


def _rename_messages(booking: Booking, resident: Resident) -> None:
    """Only the name was open when the words were frozen: what has not been told takes it, and nothing is told anew."""
    for message in Message.objects.filter(subject=booking.subject, status=MessageStatus.PENDING):
        fields = {**message.fields, "name": str(resident)}
        Message.objects.filter(pk=message.pk, status=MessageStatus.PENDING).update(fields=fields)
    for task in CallTask.objects.filter(subject=booking.subject, status=CallStatus.WAITING):
        CallTask.objects.filter(pk=task.pk).update(fields={**task.fields, "name": str(resident)})


@transaction.atomic
def write_message(*, recording: Recording, words: str, by: User) -> None:
    """Put what was said into the words of its call, and delete the recording."""
    if recording.task:
        say_about(recording.task, words)
        word_enquiry(subject=recording.task.subject, words=words)
    Recording.objects.filter(pk=recording.pk).update(written_at=timezone.now(), written_by=by)
    forget(recording)
