"""外れた依頼: what became of a visit's offers, once the visit has left its plan."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from outreach.classes.models import Venue
from outreach.dispatch.models.offers import OfferStatus
from outreach.dispatch.models.plans import Plan
from outreach.dispatch.models.requests import DispatchRequest
from outreach.people.models import Person, User


class DroppedVisit(models.Model):
    """A visit that people had been asked about, and that stands no longer in the plan."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="dropped")
    request = models.ForeignKey(DispatchRequest, on_delete=models.CASCADE, related_name="dropped")
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="+", verbose_name=_("会場"))
    starts_at = models.DateTimeField(_("始まり"))
    at = models.DateTimeField(_("外れた時刻"))

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.request_id} {self.at:%Y-%m-%d %H:%M}"


class DroppedEvent(models.Model):
    """One event of one of its offers, as `OfferEvent` had it."""

    dropped = models.ForeignKey(DroppedVisit, on_delete=models.CASCADE, related_name="events")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    new = models.CharField(max_length=10, choices=OfferStatus)
    at = models.DateTimeField(_("時刻"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.person_id} {self.new}"
