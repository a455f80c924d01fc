"""A limit of rest, day or week that the office knowingly let someone pass for a class, and why."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from outreach.classes.models.sessions import Session
from outreach.people.models import Person, User


class Waiver(models.Model):
    """上限の例外: one limit, by how much, for which class. It stays when the person leaves the class; only the reason
    goes, once they are forgotten."""

    class Limit(models.TextChoices):
        DAY = "day-hours", _("1日の拘束時間")
        WEEK = "week-hours", _("1週間の拘束時間")
        REST = "rest", _("翌日までの休み")
        SESSIONS = "day-sessions", _("1日の回数")

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="waivers")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="waivers")
    limit = models.CharField(_("上限"), max_length=16, choices=Limit)
    day = models.DateField(_("日"), help_text=_("週は月曜日、休みは前の日"))
    got = models.PositiveIntegerField(_("なった値"))
    most = models.PositiveIntegerField(_("上限の値"))
    reason = models.CharField(_("理由"), max_length=200)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("いつ"), help_text=_("一度に超えた上限は同じ時刻"))

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="waiver_says_why")]

    def __str__(self) -> str:
        return f"{self.session_id} {self.person_id} {self.limit} {self.day}"
