"""Who: users and their roles, organisations, the people who teach and help, and where each of them is when."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

WEEKDAYS = (_("月"), _("火"), _("水"), _("木"), _("金"), _("土"), _("日"))


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
    sample = models.BooleanField(_("見本データ"), default=False)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["name", "municipality"], name="organisation_once")]

    def __str__(self) -> str:
        return self.name


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
        return f"{self.get_role_display()}（{reach}）" if reach else str(self.get_role_display())


class Person(models.Model):
    """Someone who teaches or helps: the one row that the ledger of engagements knows them by."""

    user = models.OneToOneField(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="person")
    name = models.CharField(_("氏名"), max_length=80)
    kana = models.CharField(_("カナ"), max_length=80)
    phone = models.CharField(_("電話番号"), max_length=16, blank=True, help_text=_("E.164 形式"))
    email = models.EmailField(_("メール"), blank=True)
    municipality = models.ForeignKey("geo.Municipality", on_delete=models.PROTECT, verbose_name=_("拠点の市区町村"))
    lat = models.FloatField(_("拠点の緯度"))
    lon = models.FloatField(_("拠点の経度"))
    sample = models.BooleanField(_("見本データ"), default=False)

    class Meta:
        ordering = ["kana", "pk"]

    def __str__(self) -> str:
        return self.name


class Skill(models.Model):
    """技能: what courses need and qualifications give."""

    code = models.SlugField(max_length=40, primary_key=True)
    name = models.CharField(_("名称"), max_length=60)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Instructor(models.Model):
    """講師: a person certified to teach, on behalf of an organisation."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="instructor")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="instructors")
    active = models.BooleanField(_("活動中"), default=True)

    def __str__(self) -> str:
        return self.person.name


class Supporter(models.Model):
    """サポーター: a volunteer who helps beside the teacher or visits homes."""

    class Kind(models.TextChoices):
        STUDENT = "student", _("学生")
        RESIDENT = "resident", _("住民")
        DISABILITY_PC = "disability_pc", _("障害者パソコンサポーター")

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="supporter")
    kind = models.CharField(_("種別"), max_length=16, choices=Kind)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="supporters")
    active = models.BooleanField(_("活動中"), default=True)

    def __str__(self) -> str:
        return self.person.name


class Qualification(models.Model):
    """資格: what a person may teach or do, from when until when."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="qualifications")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT)
    issuer = models.CharField(_("発行者"), max_length=100)
    number = models.CharField(_("認定番号"), max_length=40, blank=True)
    valid_from = models.DateField(_("有効期間の初日"))
    valid_to = models.DateField(_("有効期間の末日"), null=True, blank=True)

    class Meta:
        ordering = ["person", "skill", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["person", "skill", "valid_from"], name="qualification_once"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="qualification_ends_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.skill}"


class WeeklyHours(models.Model):
    """When a person can usually work: one stretch of one weekday (0 Monday … 6 Sunday), door to door."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="weekly_hours")
    weekday = models.PositiveSmallIntegerField(_("曜日"), choices=list(enumerate(WEEKDAYS)))
    starts = models.TimeField(_("始まり"))
    ends = models.TimeField(_("終わり"))

    class Meta:
        ordering = ["person", "weekday", "starts"]
        constraints = [
            models.UniqueConstraint(fields=["person", "weekday", "starts"], name="weekly_hours_once"),
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="weekly_hours_end_later"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="weekly_hours_in_week"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts:%H:%M}–{self.ends:%H:%M}"


class DayException(models.Model):
    """A day that differs from the week's pattern: leave or hours taken, or hours offered besides. No times: all day."""

    class Kind(models.TextChoices):
        OFF = "off", _("休み・都合が悪い")
        ON = "on", _("この日は出られる")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="day_exceptions")
    day = models.DateField(_("日"))
    kind = models.CharField(_("種別"), max_length=4, choices=Kind)
    starts = models.TimeField(_("始まり"), null=True, blank=True)
    ends = models.TimeField(_("終わり"), null=True, blank=True)
    imported = models.BooleanField(_("ほかの予定表から取り込み"), default=False)

    class Meta:
        ordering = ["person", "day", "starts"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts__isnull=True, ends__isnull=True, kind="off")
                | Q(starts__isnull=False, ends__isnull=False, ends__gt=F("starts")),
                name="day_exception_ends_later",
            ),
        ]
        indexes = [models.Index(fields=["person", "day"], name="day_exception_by_person")]

    def __str__(self) -> str:
        return f"{self.day} {self.get_kind_display()}"


class TravelLimits(models.Model):
    """How far a person may be sent. Minutes are door to door. Without a row, these defaults hold."""

    class Mode(models.TextChoices):
        CAR = "car", _("車")
        TRANSIT = "transit", _("電車・バス")

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="travel_limits")
    mode = models.CharField(_("移動の手段"), max_length=8, choices=Mode, default=Mode.CAR)
    max_day_minutes = models.PositiveSmallIntegerField(_("1日の上限（分）"), default=600)
    max_week_minutes = models.PositiveSmallIntegerField(_("1週間の上限（分）"), default=2400)
    max_day_sessions = models.PositiveSmallIntegerField(_("1日の回数の上限"), default=3)
    rest_minutes = models.PositiveSmallIntegerField(
        _("翌日までの休み（分）"), default=660, help_text=_("勤務間インターバル。ふつうは660分（11時間）。")
    )
    max_nights = models.PositiveSmallIntegerField(_("続けて外泊できる夜の数"), default=0)
    ferries = models.BooleanField(_("船で島へ行ける"), default=False)
    holidays = models.BooleanField(_("祝日も出られる"), default=False)

    class Meta:
        verbose_name_plural = "travel limits"
        constraints = [
            models.CheckConstraint(condition=Q(rest_minutes__lte=1440), name="travel_rest_within_a_day"),
            models.CheckConstraint(
                condition=Q(max_day_minutes__lte=1440, max_nights__lte=6), name="travel_limits_fit_a_week"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.get_mode_display()}"


class Engagement(models.Model):
    """拘束時間: a person's time from door to door, half-open, whatever for (law 2: nobody is in two places).

    PostgreSQL excludes overlaps by a gist constraint, SQLite by triggers: see `people/overlap.py`. A place, where it
    is known, lets the service also demand the time to travel there from the neighbouring engagement.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="engagements")
    starts_at = models.DateTimeField(_("始まり"))
    ends_at = models.DateTimeField(_("終わり"))
    subject = models.CharField(_("何のためか"), max_length=60, help_text=_("例：session:123"))
    lat = models.FloatField(_("緯度"), null=True, blank=True)
    lon = models.FloatField(_("経度"), null=True, blank=True)

    class Meta:
        ordering = ["starts_at"]
        indexes = [models.Index(fields=["person", "starts_at"], name="engagement_by_person")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="engagement_ends_later"),
            models.UniqueConstraint(fields=["person", "subject"], name="engagement_once_per_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.starts_at:%Y-%m-%d %H:%M}"


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
