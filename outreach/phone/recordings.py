"""Recordings: kept, fetched, deleted at the provider, forgotten."""

import logging
from datetime import datetime

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from outreach.contact.services import withdraw_messages
from outreach.phone import rules
from outreach.phone.models import Call, PendingName, Recording
from outreach.phone.provider import ProviderTrouble, Recordings
from outreach.phone.tasks import ask_name, take_message, tell_lost
from outreach.registration.models import LIVE, SEAT_HOLDERS

log = logging.getLogger(__name__)


# --- kept -----------------------------------------------------------------------------------------------------------
@transaction.atomic
def keep(*, sid: str, kind: str, call: Call) -> Recording:
    """Note a recording at the provider, however often and in whatever order we are told of it."""
    pending = PendingName.objects.filter(call=call).order_by("-made_at", "-pk").first() if kind == "name" else None
    session = pending.booking.session if pending else None
    recording, made = Recording.objects.get_or_create(
        sid=sid,
        defaults={
            "kind": kind,
            "call": call,
            "pending": pending,
            "municipality_id": session.municipality_id if session else call.municipality_id,
            "organisation_id": session.organisation_id if session else None,
        },
    )
    if made:
        recording.task = ask_name(pending) if pending else take_message(call)
        recording.save(update_fields=["task"])
    return recording


# --- fetched and deleted at the provider ----------------------------------------------------------------------------
def collect(*, now: datetime) -> int:
    """Fetch what is at the provider, then delete it there; after 45 minutes delete it unfetched. Returns how many.

    Outside any transaction: each recording settles alone, and one that fails is tried again the next minute.
    """
    waiting = list(Recording.objects.filter(removed_at=None).order_by("made_at")[:100])
    if not waiting or not settings.TWILIO_ACCOUNT_SID:
        return 0
    provider = Recordings()
    return sum(_collect(recording, provider, now) for recording in waiting)


def _collect(recording: Recording, provider: Recordings, now: datetime) -> bool:
    late = now - recording.made_at >= rules.PROVIDER_KEEPS
    wanted = recording.fetched_at is None and recording.written_at is None
    try:
        if wanted:
            wanted = not _fetch(recording, provider, now)
        if wanted and not late:
            return False
        provider.remove(recording.sid)
    except ProviderTrouble as trouble:
        log.warning("recording %d was not deleted at the provider: %s", recording.pk, trouble)
        return False
    recording.removed_at = now
    recording.save(update_fields=["removed_at"])
    if wanted:
        tell_lost(recording)
        forget(recording)
    return True


def _fetch(recording: Recording, provider: Recordings, now: datetime) -> bool:
    try:
        sound = provider.download(recording.sid)
    except ProviderTrouble as trouble:
        log.warning("recording %d was not fetched: %s", recording.pk, trouble)
        return False
    recording.file.save(f"{recording.pk}.mp3", ContentFile(sound), save=False)
    recording.fetched_at = now
    recording.save(update_fields=["file", "fetched_at"])
    return True


def find_unannounced(*, now: datetime) -> int:
    """Note recordings of our calls that no webhook told us of, so that they too leave the provider in time."""
    if not settings.TWILIO_ACCOUNT_SID or not Call.objects.filter(sample=False).exists():
        return 0
    found = dict(Recordings().since(now - rules.CALL_KEPT))
    known = set(Recording.objects.filter(sid__in=found).values_list("sid", flat=True))
    calls = {call.sid: call for call in Call.objects.filter(sid__in=set(found.values()))}
    missed = {sid: calls[call] for sid, call in found.items() if sid not in known and call in calls}
    for sid, call in missed.items():
        named = PendingName.objects.filter(call=call, recordings=None).exists()
        keep(sid=sid, kind="name" if named else "message", call=call)
    return len(missed)


# --- forgotten ------------------------------------------------------------------------------------------------------
def forget(recording: Recording) -> None:
    """Delete our copy at the end of the transaction. The row goes once the provider has deleted theirs."""
    name = recording.file.name
    Recording.objects.filter(pk=recording.pk).update(
        file="", pending=None, written_at=recording.written_at or timezone.now()
    )
    if name:
        storage = recording.file.storage
        transaction.on_commit(lambda: storage.delete(name))


def purge(*, now: datetime) -> int:
    """Drop calls that are over, rows of recordings that are gone everywhere, and names no longer needed."""
    Call.objects.filter(ended=False, changed_at__lt=now - rules.CALL_LASTS).update(ended=True, answer={})
    for pending in PendingName.objects.exclude(booking__status__in=LIVE | SEAT_HOLDERS):
        _drop(pending)
    for recording in Recording.objects.filter(written_at=None, made_at__lt=now - rules.KEPT_AT_MOST):
        forget(recording)
    for recording in Recording.objects.exclude(written_at=None).exclude(removed_at=None):
        recording.file.delete(save=False)  # one fetched while it was being written down
        recording.delete()
    return Call.objects.filter(changed_at__lt=now - rules.CALL_KEPT).delete()[0]


@transaction.atomic
def _drop(pending: PendingName) -> None:
    """The booking was given up: nobody need ring for its name, and the recording goes."""
    withdraw_messages(subject=pending.subject)
    for recording in pending.recordings.all():
        forget(recording)
    pending.delete()
