"""依頼書: what someone sent in, as they wrote it, with the reference by which they find it again."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outreach.people.models import Organisation, User


class LetterStatus(models.TextChoices):
    WAITING = "waiting", _("確認待ち")
    ACCEPTED = "accepted", _("受付済み")
    DECLINED = "declined", _("お断り")
    WITHDRAWN = "withdrawn", _("取り下げ")


class Channel(models.TextChoices):
    """How a letter came in."""

    WEB = "web", _("ウェブ")
    PHONE = "phone", _("電話")
    PAPER = "paper", _("書面")
    CSV = "csv", _("CSV")
    API = "api", _("API")


class RequestLetter(models.Model):
    """依頼書: one form, from which one request a course is made once staff accept it.

    What strangers send from the web waits here: until someone has rung the town hall, no venue, organisation or
    request exists because of it. `written` is the form as it was filled in: name → values; `filed` the same as a file
    last said it, where one did: what differs was changed since, on a page or by telephone.
    """

    reference = models.CharField(_("受付番号"), max_length=8, unique=True)
    key = models.CharField(max_length=200, unique=True, help_text="the same thing sent twice is one letter")
    status = models.CharField(_("状態"), max_length=10, choices=LetterStatus, default=LetterStatus.WAITING)
    channel = models.CharField(_("受けた方法"), max_length=8, choices=Channel)
    municipality = models.ForeignKey("geo.Municipality", on_delete=models.PROTECT, verbose_name=_("市区町村"))
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("実施団体")
    )
    asked_by = models.CharField(_("依頼した団体"), max_length=100)
    contact_name = models.CharField(_("担当者の氏名"), max_length=80)
    contact_phone = models.CharField(_("担当者の電話番号"), max_length=16)
    written = models.JSONField(default=dict)
    filed = models.JSONField(null=True, blank=True, editable=False)
    received_on = models.DateField(_("受付日"))
    made_at = models.DateTimeField(auto_now_add=True)
    sample = models.BooleanField(_("見本データ"), default=False)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="accepted") | Q(organisation__isnull=False), name="letter_accepted_has_organisation"
            )
        ]
        indexes = [models.Index(fields=["municipality", "status"], name="letter_by_municipality")]

    def __str__(self) -> str:
        return self.reference


class LetterEvent(models.Model):
    """What happened to a letter, in the same transaction (law 10). `by` None: whoever sent it."""

    letter = models.ForeignKey(RequestLetter, on_delete=models.CASCADE, related_name="events")
    old = models.CharField(max_length=10, choices=LetterStatus, blank=True)
    new = models.CharField(max_length=10, choices=LetterStatus)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.old}→{self.new}"
