"""受講: a resident in a series, the certificate at its end, and how the subsidy that it opens stands."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outreach.classes.models import Series
from outreach.people.models import User
from outreach.registration.models.bookings import Intake
from outreach.registration.models.residents import Resident


class SubsidyStatus(models.TextChoices):
    NOT_YET = "not_yet", _("まだ申請していない")
    APPLIED = "applied", _("申請した")
    GRANTED = "granted", _("交付が決まった")
    REFUSED = "refused", _("不交付になった")


class Enrolment(models.Model):
    """受講: a resident takes a series, signed up for all of it or lesson by lesson. Progress is read from bookings."""

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="enrolments")
    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="enrolments")
    channel = models.CharField(_("受付の方法"), max_length=12, choices=Intake)
    made_at = models.DateTimeField(_("受講を始めた日時"), auto_now_add=True)
    subsidy = models.CharField(_("補助の申請"), max_length=8, choices=SubsidyStatus, default=SubsidyStatus.NOT_YET)
    subsidy_on = models.DateField(_("その日"), null=True, blank=True)
    sample = models.BooleanField(_("見本データ"), default=False)

    class Meta:
        ordering = ["series", "resident__kana", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["series", "resident"], name="enrolment_once"),
            models.CheckConstraint(
                condition=Q(subsidy=SubsidyStatus.NOT_YET, subsidy_on__isnull=True)
                | (~Q(subsidy=SubsidyStatus.NOT_YET) & Q(subsidy_on__isnull=False)),
                name="enrolment_subsidy_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.series_id} {self.resident_id}"

    @property
    def subject(self) -> str:
        """The key under which the access log knows it."""
        return f"enrolment:{self.pk}"


class EnrolmentEvent(models.Model):
    """How the subsidy moved, in the same transaction (law 10)."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="events")
    old = models.CharField(max_length=8, choices=SubsidyStatus)
    new = models.CharField(max_length=8, choices=SubsidyStatus)
    on = models.DateField(null=True)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.old}→{self.new}"


class Certificate(models.Model):
    """修了証: keeps what the public check shows, and no name: it outlives the data of its holder."""

    code = models.CharField(_("証明番号"), max_length=10, unique=True)
    enrolment = models.OneToOneField(Enrolment, on_delete=models.PROTECT, related_name="certificate")
    series_name = models.CharField(_("講座"), max_length=100)
    organisation_name = models.CharField(_("発行した団体"), max_length=100)
    initials = models.CharField(_("カナの頭文字"), max_length=20)
    issued_on = models.DateField(_("発行した日"))
    revoked_on = models.DateField(_("取り消した日"), null=True, blank=True)
    revoked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sample = models.BooleanField(_("見本データ"), default=False)

    class Meta:
        ordering = ["issued_on", "pk"]

    def __str__(self) -> str:
        return self.code


class CertificateEvent(models.Model):
    """A certificate taken back, or given again, in the same transaction (law 10)."""

    certificate = models.ForeignKey(Certificate, on_delete=models.CASCADE, related_name="events")
    revoked = models.BooleanField(help_text="taken back; else given again")
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.revoked}"
