"""What the line leaves to people: names to write or ask for, and callers to ring back."""

from collections.abc import Mapping

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outreach.contact.models import CallTask, Kind
from outreach.contact.services import open_call_task, withdraw_messages
from outreach.phone.models import Call, PendingName, Recording
from outreach.registration.models import Intake
from outreach.registration.services import ask

LISTEN = gettext_lazy(
    "電話の自動受付で申し込まれました。「録音」の画面で聞いて、お名前を書き取ってください。聞き取れないときは、お電話でうかがいます。"
)
ASK = gettext_lazy("電話の自動受付で申し込まれました。お名前とふりがなを、うかがってください。")
MESSAGE = gettext_lazy("伝言があります。「録音」の画面で聞いてください。")
TALK = gettext_lazy("係の者と話したいとのことでした。")
LOST = gettext_lazy("伝言を残されましたが、録音を受け取れませんでした。ご用件をうかがってください。")


def ask_name(pending: PendingName) -> CallTask:
    """Have staff write the name from the recording, or, where there is none, ring and ask."""
    booking = pending.booking
    recorded = pending.recordings.filter(removed_at=None).exists() or pending.recordings.exclude(file="").exists()
    task = open_call_task(
        subject=pending.subject,
        kind=Kind.RING_BACK,
        number=booking.resident.phone,
        fields=_fields(booking.session.municipality.name, booking.session.organisation.phone, ASK),
        at=timezone.now(),
        needed_by=booking.session.starts_at,
        municipality=booking.session.municipality_id,
        organisation=booking.session.organisation_id,
        sample=booking.sample,
    )
    return say_about(task, LISTEN if recorded else ASK)


def open_ring_back(call: Call) -> CallTask:
    """Have staff ring someone who asked for a person when none was there, and left no message."""
    return open_call_task(
        subject=f"call:{call.pk}",
        kind=Kind.RING_BACK,
        number=call.number,
        fields=_fields(call.municipality.name if call.municipality else "", "", TALK),
        at=timezone.now(),
        municipality=call.municipality_id,
        sample=call.sample,
    )


def take_message(call: Call) -> CallTask | None:
    """A message is an enquiry: someone listens, and rings with the answer. One for each call, however often told."""
    withdraw_messages(subject=f"call:{call.pk}")
    enquiry = ask(
        question="",
        source=Intake.PHONE_LINE,
        phone=call.number,
        municipality=call.municipality,
        key=f"call:{call.pk}",
        about=str(MESSAGE),
        sample=call.sample,
    )
    return CallTask.objects.filter(subject=enquiry.subject).order_by("pk").last()


def _fields(town: str, callback: str, about: str | Promise) -> Mapping[str, str]:
    return {
        "town": town or _("津々浦々"),
        "callback": callback or settings.CALLBACK_NUMBER,
        "name": _("（お名前待ち）"),
        "about": str(about),
    }


def tell_lost(recording: Recording) -> None:
    """The recording was gone before we had it: staff ring instead."""
    if recording.pending:
        ask_name(recording.pending)
    elif recording.task:
        say_about(recording.task, LOST)


def say_about(task: CallTask, about: str | Promise) -> CallTask:
    """What staff read of a waiting call follows what is known of it."""
    task.fields = {**task.fields, "about": str(about)}
    CallTask.objects.filter(pk=task.pk).update(fields=task.fields)
    return task
