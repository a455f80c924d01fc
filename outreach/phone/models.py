"""What the line remembers: a call while it lasts, recordings until written down, names still to be written."""

from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outreach.contact.models import CallTask
from outreach.people.models import User
from outreach.registration.models import Booking


def private_files() -> Storage:
    """Outside what any web server serves: read only through a view that asks who is there."""
    return FileSystemStorage(location=Path(settings.MEDIA_ROOT) / "private", file_permissions_mode=0o600)


class Call(models.Model):
    """受電: where one call stands. `step` counts the answers given, so that a repeated webhook changes nothing."""

    sid = models.CharField(max_length=40, unique=True, help_text="the provider's CallSid, or demo-…")
    line = models.CharField(_("かけられた番号"), max_length=16, blank=True, help_text=_("E.164 形式"))
    number = models.CharField(_("電話番号"), max_length=16, blank=True, help_text=_("E.164 形式、非通知は空"))
    municipality = models.ForeignKey("geo.Municipality", on_delete=models.PROTECT, null=True, blank=True)
    step = models.PositiveSmallIntegerField(default=0)
    answer = models.JSONField(default=dict, help_text="state, words and question of the last step; emptied at the end")
    ended = models.BooleanField(default=False)
    sample = models.BooleanField(_("見本データ"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [models.Index(fields=["changed_at"], name="call_by_change")]

    def __str__(self) -> str:
        return str(self.pk)


class PendingName(models.Model):
    """A booking made by someone who has not been written down yet: the name is on a recording, or to be asked for."""

    booking = models.OneToOneField(Booking, on_delete=models.CASCADE, related_name="pending_name")
    call = models.ForeignKey(Call, on_delete=models.SET_NULL, null=True, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["made_at", "pk"]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def subject(self) -> str:
        """The key under which the call list knows that the name is to be written; its booking is found by it."""
        return f"{self.booking.subject}/name"


class Recording(models.Model):
    """録音: what a caller said after the tone. At the provider less than an hour; with us until it is written down."""

    class Kind(models.TextChoices):
        NAME = "name", _("お名前")
        MESSAGE = "message", _("伝言")

    sid = models.CharField(max_length=40, unique=True, help_text="the provider's RecordingSid")
    kind = models.CharField(_("種類"), max_length=8, choices=Kind)
    call = models.ForeignKey(Call, on_delete=models.SET_NULL, null=True, blank=True)
    pending = models.ForeignKey(
        PendingName, on_delete=models.SET_NULL, null=True, blank=True, related_name="recordings"
    )
    task = models.ForeignKey(CallTask, on_delete=models.SET_NULL, null=True, blank=True)
    municipality = models.ForeignKey("geo.Municipality", on_delete=models.PROTECT, null=True, blank=True)
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, null=True, blank=True)
    file = models.FileField(_("音声"), storage=private_files, upload_to="recordings", blank=True)
    made_at = models.DateTimeField(_("録音した時刻"), auto_now_add=True)
    fetched_at = models.DateTimeField(_("受け取った時刻"), null=True, blank=True)
    removed_at = models.DateTimeField(_("通信事業者から消した時刻"), null=True, blank=True)
    written_at = models.DateTimeField(_("書き取った時刻"), null=True, blank=True)
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        ordering = ["made_at", "pk"]
        indexes = [models.Index(fields=["made_at"], condition=Q(removed_at=None), name="recording_at_provider")]

    def __str__(self) -> str:
        return str(self.pk)
