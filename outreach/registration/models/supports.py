"""個別支援: a supporter's visit at home, help by telephone, or a teacher for a group.

No diagnosis is kept: only the arrangement asked for. What a helper noted is read by who helps that person, and ends.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from outreach.people.models import Organisation, Person, Skill, Supporter, User
from outreach.registration.models.bookings import Intake
from outreach.registration.models.residents import Resident


class SupportKind(models.TextChoices):
    VISIT = "visit", _("自宅への訪問")
    PHONE = "phone", _("電話での手伝い")
    GROUP = "group", _("団体への講師")


class SupportStatus(models.TextChoices):
    REQUESTED = "requested", _("受付")
    MATCHED = "matched", _("サポーターに打診中")
    AGREED = "agreed", _("決定")
    DONE = "done", _("終了")
    CANCELLED = "cancelled", _("取消")


OPEN_SUPPORTS = frozenset({SupportStatus.REQUESTED, SupportStatus.MATCHED, SupportStatus.AGREED})
PLACED_SUPPORTS = frozenset({SupportStatus.MATCHED, SupportStatus.AGREED})  # hold helpers' time


class Support(models.Model):
    """個別支援: requested, matched with helpers, agreed by them, done; or cancelled."""

    reference = models.CharField(_("受付番号"), max_length=8, unique=True)
    kind = models.CharField(_("種別"), max_length=8, choices=SupportKind)
    status = models.CharField(_("状態"), max_length=10, choices=SupportStatus, default=SupportStatus.REQUESTED)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="supports")
    municipality = models.ForeignKey("geo.Municipality", on_delete=models.PROTECT, related_name="supports")
    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="supports")
    lat = models.FloatField(_("緯度"))
    lon = models.FloatField(_("経度"))
    group_name = models.CharField(_("団体の名前"), max_length=80, blank=True)
    head_count = models.PositiveSmallIntegerField(_("人数"), default=1)
    topic = models.CharField(_("手伝ってほしいこと"), max_length=200, blank=True)
    arrangement = models.CharField(_("お願いしたい配慮"), max_length=200, blank=True)
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("必要な技能"))
    gender_wish = models.CharField(
        _("訪問する人の性別の希望"), max_length=8, choices=Supporter.Gender, blank=True, default=""
    )
    wanted_times = models.CharField(_("都合のよい日時"), max_length=200, blank=True)
    helpers_needed = models.PositiveSmallIntegerField(_("必要な人数"), default=1)
    starts_at = models.DateTimeField(_("始まり"), null=True, blank=True)
    ends_at = models.DateTimeField(_("終わり"), null=True, blank=True)
    channel = models.CharField(_("受付の方法"), max_length=12, choices=Intake, default=Intake.WEB)
    requested_at = models.DateTimeField(_("受け付けた時刻"))
    sample = models.BooleanField(_("見本データ"), default=False)

    class Meta:
        ordering = ["requested_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status__in=["matched", "agreed", "done"])
                | Q(starts_at__isnull=False, ends_at__isnull=False, ends_at__gt=F("starts_at")),
                name="support_placed_has_a_time",
            ),
            models.CheckConstraint(condition=Q(helpers_needed__range=(1, 2)), name="support_helpers_one_or_two"),
        ]
        indexes = [
            models.Index(fields=["organisation", "status", "requested_at"], name="support_by_organisation"),
            models.Index(fields=["resident", "starts_at"], name="support_by_resident"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def subject(self) -> str:
        """The key under which the ledger and the messages know it."""
        return f"support:{self.pk}"

    @property
    def remote(self) -> bool:
        return self.kind == SupportKind.PHONE


class SupportHelper(models.Model):
    """A supporter asked to help: their answer, when they arrived and left, and the little that the next must know."""

    class Answer(models.TextChoices):
        ASKED = "asked", _("返事待ち")
        ACCEPTED = "accepted", _("引き受けた")
        DECLINED = "declined", _("断った")

    support = models.ForeignKey(Support, on_delete=models.CASCADE, related_name="helpers")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="supports")
    answer = models.CharField(_("返事"), max_length=10, choices=Answer, default=Answer.ASKED)
    asked_at = models.DateTimeField(_("打診した時刻"))
    arrived_at = models.DateTimeField(_("着いた時刻"), null=True, blank=True)
    left_at = models.DateTimeField(_("終えた時刻"), null=True, blank=True)
    note = models.CharField(_("次に手伝う人への申し送り"), max_length=300, blank=True)

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["support", "person"], name="support_helper_once"),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | Q(arrived_at__isnull=False, left_at__gte=F("arrived_at")),
                name="support_left_after_arriving",
            ),
        ]
        indexes = [models.Index(fields=["person", "answer"], name="support_by_helper")]

    def __str__(self) -> str:
        return f"{self.person} {self.support}"

    @property
    def subject(self) -> str:
        """The key under which messages to this helper are known."""
        return f"support:{self.support_id}/helper:{self.pk}"

    @property
    def minutes(self) -> int:
        """Spent there, in whole minutes; 0 until they left."""
        if self.arrived_at is None or self.left_at is None:
            return 0
        return int((self.left_at - self.arrived_at).total_seconds() // 60)


class SupportEvent(models.Model):
    """What happened to a request, in the same transaction (law 10)."""

    support = models.ForeignKey(Support, on_delete=models.CASCADE, related_name="events")
    old = models.CharField(max_length=10, choices=SupportStatus, blank=True)
    new = models.CharField(max_length=10, choices=SupportStatus)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.old}→{self.new}"
