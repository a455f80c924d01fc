"""Requests that came by file."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from outreach.people.models import Organisation, User


class RequestUpload(models.Model):
    """A list of requests as it arrived: looked over first, taken in once when confirmed.

    `result`: what came of it then, for whoever presses again: `Report`'s counts and refusals, and the rows left alone.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("ファイル名"), max_length=100)
    content = models.BinaryField(_("中身"))
    made_at = models.DateTimeField(_("受け取った時刻"), auto_now_add=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(_("取り込んだ時刻"), null=True, blank=True)
    result = models.JSONField(_("結果"), null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.name
