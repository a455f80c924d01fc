"""提案 (地域連携型): what a local partner would hold in a town's halls, for what cost, and what the town says to it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from outreach.classes.models.programme import Course
from outreach.classes.models.sessions import Session
from outreach.classes.models.venues import Venue
from outreach.people.models import Organisation, User


class ProposalStatus(models.TextChoices):
    DRAFT = "draft", _("作成中")
    SENT = "sent", _("市区町村の返事待ち")
    RETURNED = "returned", _("差し戻し")
    APPROVED = "approved", _("承認")
    WITHDRAWN = "withdrawn", _("取り下げ")


WRITABLE = frozenset({ProposalStatus.DRAFT, ProposalStatus.RETURNED})


class Proposal(models.Model):
    """A partner's plan for one town. Approved, its sessions stand; sent back, it can be mended and sent again."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="proposals")
    municipality = models.ForeignKey("geo.Municipality", on_delete=models.PROTECT, related_name="proposals")
    title = models.CharField(_("題名"), max_length=100)
    words = models.TextField(_("ねらい・内容"), max_length=1000, blank=True)
    status = models.CharField(_("状態"), max_length=10, choices=ProposalStatus, default=ProposalStatus.DRAFT)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("作成した時刻"), auto_now_add=True)
    sample = models.BooleanField(_("見本データ"), default=False)

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.title


class ProposedSlot(models.Model):
    """One class of a proposal: where, what, when, for how many, at what cost; later its session and what it cost."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="slots")
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="+")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField(_("始まり"))
    ends_at = models.DateTimeField(_("終わり"))
    capacity = models.PositiveSmallIntegerField(_("定員"))
    cost = models.PositiveIntegerField(_("見込みの費用（円）"))
    actual_cost = models.PositiveIntegerField(_("かかった費用（円）"), null=True, blank=True)
    session = models.OneToOneField(Session, on_delete=models.SET_NULL, null=True, blank=True, related_name="proposed")

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "venue", "starts_at"], name="proposed_slot_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="proposed_slot_ends_later"),
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.starts_at:%Y-%m-%d %H:%M}"


class ProposalEvent(models.Model):
    """What happened to a proposal, in the same transaction (law 10)."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="events")
    old = models.CharField(max_length=10, choices=ProposalStatus)
    new = models.CharField(max_length=10, choices=ProposalStatus)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT)
    words = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.old}→{self.new}"
