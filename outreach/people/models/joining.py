"""How someone becomes a supporter: an application, what happened to it, and the insurance of each year."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outreach.people.models.persons import Person, Supporter
from outreach.people.models.users import Organisation, User


class ApplicationStatus(models.TextChoices):
    APPLIED = "applied", _("応募")
    INTERVIEW = "interview", _("面談の予定")
    ACCEPTED = "accepted", _("採用")
    DECLINED = "declined", _("見送り")
    WITHDRAWN = "withdrawn", _("辞退")


OPEN_APPLICATIONS = frozenset({ApplicationStatus.APPLIED, ApplicationStatus.INTERVIEW})


class SupporterApplication(models.Model):
    """応募: someone who wishes to help. Kept only until it is decided and a while after; see `retention`.

    A minor is accepted only after staff confirmed the consent with the guardian themselves: a box ticked on a form
    may have been ticked by the child.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="applications")
    kind = models.CharField(_("種別"), max_length=16, choices=Supporter.Kind)
    name = models.CharField(_("氏名"), max_length=80, blank=True)
    kana = models.CharField(_("カナ"), max_length=80, blank=True)
    phone = models.CharField(_("電話番号"), max_length=16, blank=True, help_text=_("E.164 形式"))
    email = models.EmailField(_("メール"), blank=True)
    municipality = models.ForeignKey("geo.Municipality", on_delete=models.PROTECT, verbose_name=_("市区町村"))
    lat = models.FloatField(_("緯度"))
    lon = models.FloatField(_("経度"))
    wish = models.CharField(_("やってみたいこと"), max_length=300, blank=True)
    minor = models.BooleanField(_("18歳未満"), default=False)
    guardian_name = models.CharField(_("保護者の氏名"), max_length=80, blank=True)
    guardian_phone = models.CharField(_("保護者の電話番号"), max_length=16, blank=True)
    guardian_confirmed_at = models.DateTimeField(_("保護者に確かめた時刻"), null=True, blank=True)
    status = models.CharField(_("状態"), max_length=10, choices=ApplicationStatus, default=ApplicationStatus.APPLIED)
    interview_at = models.DateTimeField(_("面談の日時"), null=True, blank=True)
    applied_at = models.DateTimeField(_("応募した時刻"))
    decided_at = models.DateTimeField(_("決めた時刻"), null=True, blank=True)
    person = models.OneToOneField(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="application")
    sample = models.BooleanField(_("見本データ"), default=False)

    class Meta:
        ordering = ["applied_at", "pk"]
        indexes = [models.Index(fields=["status", "applied_at"], name="application_by_status")]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "phone", "kana"],
                condition=Q(status__in=["applied", "interview"]),
                name="application_only_one_open",
            ),
            models.CheckConstraint(
                condition=~Q(status="accepted") | Q(minor=False) | Q(guardian_confirmed_at__isnull=False),
                name="application_minor_needs_a_guardian",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ApplicationEvent(models.Model):
    """What happened to an application, in the same transaction (law 10)."""

    application = models.ForeignKey(SupporterApplication, on_delete=models.CASCADE, related_name="events")
    old = models.CharField(max_length=10, choices=ApplicationStatus, blank=True)
    new = models.CharField(max_length=10, choices=ApplicationStatus)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.old}→{self.new}"


class Insurance(models.Model):
    """ボランティア保険: a supporter insured for a fiscal year (to 31 March), from the day on which it begins."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="insurances")
    fiscal_year = models.PositiveSmallIntegerField(_("年度"))
    starts_on = models.DateField(_("補償の初日"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        ordering = ["person", "fiscal_year"]
        constraints = [models.UniqueConstraint(fields=["person", "fiscal_year"], name="insurance_once_a_year")]

    def __str__(self) -> str:
        return f"{self.person} {self.fiscal_year}"
