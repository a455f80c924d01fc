"""Texts that staff have written instead of those delivered with the program."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outreach.contact.models.messages import Kind


class OwnText(models.Model):
    """The words of one kind of message: of one municipality, or of all that have none of their own."""

    class Way(models.TextChoices):
        SMS = "sms", _("SMS")
        CALL = "call", _("電話で話すこと")

    way = models.CharField(_("方法"), max_length=8, choices=Way)
    kind = models.CharField(_("種類"), max_length=24, choices=Kind)
    municipality = models.ForeignKey("geo.Municipality", on_delete=models.CASCADE, null=True, blank=True)
    text = models.TextField(_("文面"), max_length=600)
    changed_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["way", "kind", "municipality"]
        constraints = [
            models.UniqueConstraint(fields=["way", "kind", "municipality"], name="own_text_once_a_town"),
            models.UniqueConstraint(
                fields=["way", "kind"], condition=Q(municipality__isnull=True), name="own_text_once_for_all"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.way}/{self.kind}"
