"""調べもの: what would serve a request that a plan leaves out, looked for at length by the worker."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from outreach.dispatch.models.plans import Plan
from outreach.dispatch.models.requests import DispatchRequest
from outreach.people.models import User


class SearchStatus(models.TextChoices):
    QUEUED = "queued", _("順番待ち")
    RUNNING = "running", _("調べています")
    DONE = "done", _("調べました")
    FAILED = "failed", _("調べられませんでした")


class Search(models.Model):
    """One a plan and request; gone with the plan's version that it was about.

    `state` is a digest of what was asked about, as it then was: where that changed since, `found` is not heeded.
    `found` holds ids, not words, so that each reader has it in their language. `seen_at`, `run` and `deaths` are as
    a plan's own.
    """

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="searches")
    request = models.ForeignKey(DispatchRequest, on_delete=models.CASCADE, related_name="searches")
    status = models.CharField(max_length=10, choices=SearchStatus, default=SearchStatus.QUEUED)
    state = models.CharField(max_length=64)
    found = models.JSONField(default=dict, editable=False)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField()
    found_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True, editable=False)
    run = models.PositiveIntegerField(default=0, editable=False)
    deaths = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "request"], name="search_once_in_a_plan")]
        indexes = [models.Index(fields=["status", "seen_at"], name="search_by_status")]

    def __str__(self) -> str:
        return f"{self.plan_id}/{self.request_id}"
