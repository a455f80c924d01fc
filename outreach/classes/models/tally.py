"""数取り: those who come without a booking, one press each, so that two phones at one door count right."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from outreach.classes.models.sessions import Session
from outreach.people.models import User


class TallyMark(models.Model):
    """One press. The page's own nonce makes a double press one; `Session.walk_ins` holds the sum."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="tally_marks")
    nonce = models.CharField(max_length=24, unique=True)
    at = models.DateTimeField(_("時刻"), auto_now_add=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT)
    undone_at = models.DateTimeField(_("取り消した時刻"), null=True, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.session_id} {self.at:%H:%M}"
