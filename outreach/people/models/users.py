"""Who works here: organisations, users, their roles and how far these reach, and the log of who looked at whom."""

from datetime import time

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from outreach import dates

USUAL_HOURS = time(8, 30), time(17, 15)  # a town hall's, for an office that has not said its own


class Organisation(models.Model):
    """実施団体: who runs sessions. One may run several schemes."""

    class Kind(models.TextChoices):
        CARRIER = "carrier", _("携帯電話事業者")
        PARTNER = "partner", _("地域の団体・企業")
        MUNICIPALITY = "municipality", _("市区町村")
        DISPATCH = "dispatch", _("講師派遣の実施機関")

    name = models.CharField(_("名称"), max_length=100)
    kind = models.CharField(_("種別"), max_length=12, choices=Kind)
    municipality = models.ForeignKey(
        "geo.Municipality", on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("市区町村")
    )
    phone = models.CharField(_("電話番号"), max_length=16, blank=True)
    phone_opens = models.TimeField(_("電話に出られる時間（開始）"), null=True, blank=True)
    phone_closes = models.TimeField(_("電話に出られる時間（終了）"), null=True, blank=True)
    phone_note = models.CharField(_("電話に出られる時間の補足"), max_length=40, blank=True)
    takes_supporters = models.BooleanField(_("サポーターを募集する"), default=False)
    takes_requests = models.BooleanField(_("個別支援の依頼を受ける"), default=False)
    two_at_first_visit = models.BooleanField(_("初めての訪問は2人で行く"), default=False)
    sample = models.BooleanField(_("見本データ"), default=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["name", "municipality"], name="organisation_once"),
            models.CheckConstraint(
                name="organisation_hours_are_a_stretch",
                condition=Q(phone_opens=None, phone_closes=None)
                | Q(phone_opens__isnull=False, phone_closes__isnull=False, phone_closes__gt=F("phone_opens")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def answers(self) -> tuple[time, time]:
        """From when to when, on working days, someone sits at the telephone; what is due that day is due by its end."""
        if self.phone_opens is None or self.phone_closes is None:
            return USUAL_HOURS
        return self.phone_opens, self.phone_closes

    @property
    def phone_hours(self) -> str:
        """When someone answers the telephone, as residents read; the line puts callers through then and only then."""
        if self.phone_opens is None or self.phone_closes is None:
            return self.phone_note
        hours = gettext("平日 %(opens)s～%(closes)s") % {
            "opens": f"{self.phone_opens.hour}:{self.phone_opens:%M}",
            "closes": f"{self.phone_closes.hour}:{self.phone_closes:%M}",
        }
        return hours + dates.aside(self.phone_note)


class OrganisationEvent(models.Model):
    """A setting of an organisation changed: what, from what to what, and by whom."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="events")
    what = models.CharField(_("項目"), max_length=40)
    old = models.CharField(_("前"), max_length=120, blank=True)
    new = models.CharField(_("後"), max_length=120, blank=True)
    by = models.ForeignKey("people.User", on_delete=models.PROTECT)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.what}: {self.old}→{self.new}"


class User(AbstractUser):
    """Someone who signs in to work. Residents have no account."""


class Role(models.TextChoices):
    MINISTRY = "ministry", _("総務省")
    PREFECTURE = "prefecture", _("都道府県")
    COORDINATOR = "coordinator", _("調整担当")
    INSTRUCTOR = "instructor", _("講師")
    SUPPORTER = "supporter", _("サポーター")
    ADMINISTRATOR = "administrator", _("管理者")


class Membership(models.Model):
    """A user's role and how far it reaches. A user may hold several."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("役割"), max_length=16, choices=Role)
    prefecture = models.ForeignKey("geo.Prefecture", on_delete=models.PROTECT, null=True, blank=True)
    municipality = models.ForeignKey("geo.Municipality", on_delete=models.PROTECT, null=True, blank=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="membership_reach_fits_role",
                condition=(
                    Q(role=Role.PREFECTURE, prefecture__isnull=False)
                    | (Q(role=Role.COORDINATOR) & (Q(municipality__isnull=False) | Q(organisation__isnull=False)))
                    | Q(role__in=[Role.MINISTRY, Role.INSTRUCTOR, Role.SUPPORTER, Role.ADMINISTRATOR])
                ),
            ),
        ]

    def __str__(self) -> str:
        reach = self.prefecture or self.municipality or self.organisation
        return str(self.get_role_display()) + dates.aside(reach)


class AccessLog(models.Model):
    """Who looked at or changed personal data, and when. Holds no personal data itself."""

    user = models.ForeignKey(User, on_delete=models.PROTECT)
    action = models.CharField(_("操作"), max_length=40)
    subject = models.CharField(_("対象"), max_length=60)
    at = models.DateTimeField(_("時刻"), auto_now_add=True)

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["subject", "-at"], name="access_by_subject")]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"
