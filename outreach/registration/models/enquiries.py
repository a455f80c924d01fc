"""問い合わせ: a question from a resident, kept until it is answered."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outreach.classes.models import Session
from outreach.people.models import User
from outreach.registration.models.bookings import Intake


class EnquiryStatus(models.TextChoices):
    OPEN = "open", _("答えていない")
    ANSWERED = "answered", _("答えた")
    DROPPED = "dropped", _("答えずに終えた")


class Enquiry(models.Model):
    """問い合わせ. Who asks need not be known; by `due_on` someone answers. `key`: so that one question comes once."""

    class Way(models.TextChoices):
        """How it was answered."""

        CALL = "call", _("電話")
        COUNTER = "counter", _("窓口")
        POST = "post", _("手紙")
        VISIT = "visit", _("訪問")

    key = models.CharField(max_length=60, unique=True)
    source = models.CharField(_("受付の方法"), max_length=12, choices=Intake)
    name = models.CharField(_("氏名"), max_length=80, blank=True)
    phone = models.CharField(_("電話番号"), max_length=16, blank=True, help_text=_("E.164 形式"))
    question = models.TextField(_("ご質問"), max_length=600, blank=True)
    session = models.ForeignKey(Session, on_delete=models.PROTECT, null=True, blank=True, related_name="enquiries")
    municipality = models.ForeignKey("geo.Municipality", on_delete=models.PROTECT, null=True, blank=True)
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, null=True, blank=True)
    status = models.CharField(_("状態"), max_length=10, choices=EnquiryStatus, default=EnquiryStatus.OPEN)
    due_on = models.DateField(_("いつまでに"))
    answer = models.TextField(_("答え"), max_length=600, blank=True)
    way = models.CharField(_("答えた方法"), max_length=8, choices=Way, blank=True)
    asked_at = models.DateTimeField(_("受付日時"))
    changed_at = models.DateTimeField(auto_now=True)
    sample = models.BooleanField(_("見本データ"), default=False)

    class Meta:
        ordering = ["due_on", "asked_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status=EnquiryStatus.ANSWERED) | ~Q(way=""), name="enquiry_answered_some_way"
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(status=EnquiryStatus.OPEN), name="enquiry_open"),
            models.Index(fields=["status", "changed_at"], name="enquiry_by_status"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def subject(self) -> str:
        """The key under which the call list knows this enquiry."""
        return f"enquiry:{self.pk}"


class EnquiryEvent(models.Model):
    """What happened to an enquiry, in the same transaction (law 10)."""

    enquiry = models.ForeignKey(Enquiry, on_delete=models.CASCADE, related_name="events")
    old = models.CharField(max_length=10, choices=EnquiryStatus, blank=True)
    new = models.CharField(max_length=10, choices=EnquiryStatus)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.old}→{self.new}"
