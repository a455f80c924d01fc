"""報告: what a session came to, on one page."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from outreach.classes.models.sessions import Session
from outreach.people.models import User


class SessionReport(models.Model):
    """Written in two minutes after the class, or made from a carrier's file of results. Names no resident."""

    class Could(models.TextChoices):
        """How many could do by themselves at the end what was taught."""

        MOST = "most", _("ほとんどの人")
        HALF = "half", _("半分くらいの人")
        FEW = "few", _("少しの人")
        UNKNOWN = "unknown", _("分からない")

    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="report")
    taught = models.CharField(_("教えたこと"), max_length=200, blank=True)
    learners = models.PositiveSmallIntegerField(_("参加した人数"))
    could = models.CharField(_("終わりに一人でできた人"), max_length=8, choices=Could, default=Could.UNKNOWN)
    can_do = models.CharField(_("できるようになったこと"), max_length=300, blank=True)
    trouble = models.CharField(_("困ったこと・次への申し送り"), max_length=300, blank=True)
    made_at = models.DateTimeField(_("報告した時刻"), auto_now=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.session_id} {self.learners}"
