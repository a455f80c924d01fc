"""A carrier's monthly plan, as it came by file."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from outreach.classes.models.sessions import Session
from outreach.people.models import Organisation, User


class Upload(models.Model):
    """A monthly plan (全国展開型) as it arrived: looked over first, carried out once when confirmed."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="uploads")
    name = models.CharField(_("ファイル名"), max_length=100)
    content = models.BinaryField(_("中身"))
    made_at = models.DateTimeField(_("受け取った時刻"), auto_now_add=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(_("取り込んだ時刻"), null=True, blank=True)

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.name


class UploadedSlot(models.Model):
    """The organisation's own number of a session that came by file, so that the next file finds it again."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="uploaded_slots")
    key = models.CharField(_("枠番号"), max_length=60)
    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="uploaded_slot")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "key"], name="uploaded_slot_once")]

    def __str__(self) -> str:
        return self.key
