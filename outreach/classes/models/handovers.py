"""A shift that someone cannot do after all, looking for someone else."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outreach.classes.models.sessions import Shift
from outreach.people.models import Person


class Handover(models.Model):
    """交代: a shift looking for someone else. Until it is taken, it stays with whoever has it.

    `in_return`: another supporter would take it if theirs is taken instead; whoever asked must agree.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("交代をさがしています")
        TAKEN = "taken", _("交代しました")
        WITHDRAWN = "withdrawn", _("取りやめ")

    shift = models.ForeignKey(Shift, on_delete=models.CASCADE, related_name="handovers")
    giver = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", verbose_name=_("代わってほしい人"))
    taker = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="+", verbose_name=_("代わる人"))
    in_return = models.ForeignKey(Shift, on_delete=models.SET_NULL, null=True, related_name="+")
    status = models.CharField(_("状態"), max_length=10, choices=Status, default=Status.OPEN)
    asked_at = models.DateTimeField(_("たのんだ時刻"))
    settled_at = models.DateTimeField(_("決まった時刻"), null=True)

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["shift"], condition=Q(status="open"), name="handover_only_one_open"),
        ]

    def __str__(self) -> str:
        return f"{self.shift} {self.get_status_display()}"
