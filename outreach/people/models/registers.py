"""Registers that were taken in by file: what came of each, for whoever presses again."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from outreach.people.models.users import Organisation, User


class RegisterFile(models.Model):
    """One press of the button; the file itself, full of names, is not kept. `result`: counts, and rows refused."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    press = models.CharField(max_length=64, unique=True, editable=False)  # digest of the form, the file and who
    made_at = models.DateTimeField(_("取り込んだ時刻"), auto_now_add=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    result = models.JSONField(_("結果"), default=dict)

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.made_at:%Y-%m-%d %H:%M}"
