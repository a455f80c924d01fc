"""制度: a programme that a town runs, begun from a template (制度ひな形)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from outreach.people.models import Organisation, User


class Programme(models.Model):
    """Which template a town began with, and which steps it ticked by hand; the rest is read from what stands."""

    key = models.SlugField(_("ひな形"), max_length=20)
    name = models.CharField(_("名称"), max_length=100)
    municipality = models.ForeignKey("geo.Municipality", on_delete=models.PROTECT, related_name="programmes")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="programmes")
    ticked = models.JSONField(_("済んだこと"), default=list)
    started_at = models.DateTimeField(_("始めた日時"), auto_now_add=True)
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    sample = models.BooleanField(_("見本データ"), default=False)

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["key", "organisation"], name="programme_once")]

    def __str__(self) -> str:
        return self.name
