"""打診: what is asked of whom, what they answered, and the page by which they answer."""

import secrets

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from outreach.dispatch.models.plans import Plan, Visit
from outreach.people.models import Person, User


def new_token() -> str:
    """128 bits: short enough for an SMS, too long to guess."""
    return secrets.token_urlsafe(16)


class OfferStatus(models.TextChoices):
    OPEN = "open", _("返事待ち")
    ACCEPTED = "accepted", _("承諾")
    DECLINED = "declined", _("辞退")
    LAPSED = "lapsed", _("返事なし")
    RETURNED = "returned", _("承諾のあと、行けなくなった")
    WITHDRAWN = "withdrawn", _("取りやめ")


STANDING = frozenset({OfferStatus.OPEN, OfferStatus.ACCEPTED})
SAID_NO = frozenset({OfferStatus.DECLINED, OfferStatus.LAPSED, OfferStatus.RETURNED})  # not asked again for this visit


class OfferLetter(models.Model):
    """打診状: all that one person is asked in one plan, on a page that opens by `token` without signing in.

    `revision` rises each time they are told anew (law 4: one message a person and revision).
    """

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="letters")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="offer_letters")
    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    revision = models.PositiveIntegerField(_("版"), default=0)
    told_at = models.DateTimeField(null=True, blank=True)
    unreachable = models.BooleanField(_("連絡先がない"), default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "person"], name="offer_letter_once")]

    def __str__(self) -> str:
        return f"{self.plan_id}/{self.person_id}"

    @property
    def subject(self) -> str:
        return f"offers:{self.pk}"

    @property
    def address(self) -> str:
        """Where the page opens, from outside: on a split house the office's own process does not serve it."""
        return f"{settings.PUBLIC_URL.rstrip('/')}/o/{self.token}/"


class Offer(models.Model):
    """打診: a visit, at the time that it had then, asked of one person."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="offers")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="offers")
    starts_at = models.DateTimeField(_("打診した始まり"))
    status = models.CharField(_("状態"), max_length=10, choices=OfferStatus, default=OfferStatus.OPEN)
    sent_at = models.DateTimeField(auto_now_add=True)
    answer_by = models.DateTimeField(_("返事の期限"))
    answered_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(_("辞退の理由"), max_length=200, blank=True)

    class Meta:
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "person"],
                condition=models.Q(status__in=["open", "accepted"]),
                name="offer_one_standing_per_person",
            )
        ]
        indexes = [
            models.Index(fields=["status", "answer_by"], name="offer_by_deadline"),
            models.Index(fields=["person", "status"], name="offer_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.get_status_display()}"


class OfferEvent(models.Model):
    """What became of an offer, in the same transaction (law 10). `by` is empty where the person answered themselves."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="events")
    old = models.CharField(max_length=10, choices=OfferStatus, blank=True)
    new = models.CharField(max_length=10, choices=OfferStatus)
    at = models.DateTimeField(_("時刻"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.old}→{self.new}"
