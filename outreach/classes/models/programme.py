"""What the programme is: types, years and their rules, courses and series of them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from outreach.people.models import Organisation, Skill


class Scheme(models.TextChoices):
    NATIONWIDE = "nationwide", _("全国展開型")
    PARTNER = "partner", _("地域連携型")
    DISPATCH = "dispatch", _("講師派遣型")
    OWN = "own", _("独自開催")


NATIONAL_SCHEMES = frozenset({Scheme.NATIONWIDE, Scheme.PARTNER, Scheme.DISPATCH})  # only these meet the target


class SessionKind(models.TextChoices):
    CLASS = "class", _("講習会")
    CONSULTATION = "consultation", _("相談会")


class Entry(models.TextChoices):
    """How one comes to a session."""

    BOOKING = "booking", _("申込制")
    DROP_IN = "drop_in", _("予約なし")
    CLOSED = "closed", _("関係者のみ")  # a school's own lecture: residents neither find nor book it


class ProgrammeYear(models.Model):
    """年度: a fiscal year's rules as data. Fiscal year 2022 runs from 2022-04-01 to 2023-03-31."""

    fiscal_year = models.PositiveSmallIntegerField(_("年度"), primary_key=True)
    target_sites = models.PositiveIntegerField(_("目標の実施箇所数"))
    slot_minutes = models.PositiveSmallIntegerField(_("1コマの分数"), default=60)
    reminder_day_before_at = models.TimeField(_("前日の連絡の時刻"), null=True, blank=True, default="10:00")
    reminder_same_day_at = models.TimeField(_("当日朝の連絡の時刻"), null=True, blank=True, default="09:00")
    offer_hours = models.PositiveSmallIntegerField(_("空席の案内の期限（時間）"), default=24)
    source = models.CharField(_("出典"), max_length=200, blank=True)

    class Meta:
        ordering = ["fiscal_year"]

    def __str__(self) -> str:
        return _("%(year)s年度") % {"year": self.fiscal_year}


class SchemeRule(models.Model):
    """A year's staffing and capacity by scheme and kind of session (law 3: the ratios are data)."""

    programme_year = models.ForeignKey(ProgrammeYear, on_delete=models.CASCADE, related_name="rules")
    scheme = models.CharField(_("事業類型"), max_length=12, choices=Scheme)
    kind = models.CharField(_("種別"), max_length=12, choices=SessionKind, default=SessionKind.CLASS)
    certified_instructors = models.PositiveSmallIntegerField(_("必要な講師の人数"), default=1)
    learners_per_helper = models.PositiveSmallIntegerField(_("補助者1人あたりの受講者数"), default=4)
    staffing_deadline_days = models.PositiveSmallIntegerField(_("要員の確定期限（日前）"), default=7)
    default_capacity = models.PositiveSmallIntegerField(_("定員の初期値"), default=20)
    minimum_learners = models.PositiveSmallIntegerField(_("最少の受講者数"), default=5)
    unit_cost = models.PositiveIntegerField(_("1コマの単価（円）"), null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme_year", "scheme", "kind"], name="scheme_rule_once")]

    def __str__(self) -> str:
        return f"{self.programme_year_id} {self.get_scheme_display()} {self.get_kind_display()}"


class Course(models.Model):
    """講座: something to learn in one session."""

    class Level(models.TextChoices):
        BASIC = "basic", _("基本")
        APPLIED = "applied", _("応用")

    class Audience(models.TextChoices):
        NO_PHONE = "no_phone", _("携帯電話を持っていない人")
        FEATURE_PHONE = "feature_phone", _("ガラケーの人")
        SMARTPHONE = "smartphone", _("スマートフォンの人")
        DISABILITY = "disability", _("障害のある人")
        CHILDREN = "children", _("子ども")

    code = models.SlugField(max_length=40, primary_key=True)
    name = models.CharField(_("名称"), max_length=80)
    kana = models.CharField(_("カナ"), max_length=120)
    level = models.CharField(_("区分"), max_length=8, choices=Level)
    audience = models.CharField(_("対象"), max_length=16, choices=Audience, default=Audience.SMARTPHONE)
    minutes = models.PositiveSmallIntegerField(_("分数"), default=60)
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, verbose_name=_("必要な資格"))
    description = models.TextField(_("内容"), blank=True)
    bring = models.CharField(_("持ち物"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(_("表示順"), default=0)
    dispatched = models.BooleanField(_("講師派遣で頼める"), default=True)  # not what one town made for itself

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name


class Series(models.Model):
    """連続講座: courses taken in order. Finishing it earns a certificate, which may open the way to a subsidy."""

    name = models.CharField(_("名称"), max_length=100)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    courses = models.ManyToManyField(Course, through="SeriesLesson")
    about = models.CharField(_("説明"), max_length=200, blank=True)
    subsidy = models.CharField(_("修了すると申請できる補助"), max_length=100, blank=True)
    sample = models.BooleanField(_("見本データ"), default=False)

    class Meta:
        verbose_name_plural = "series"
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class SeriesLesson(models.Model):
    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="lessons")
    course = models.ForeignKey(Course, on_delete=models.PROTECT)
    position = models.PositiveSmallIntegerField(_("順番"))

    class Meta:
        ordering = ["series", "position"]
        constraints = [models.UniqueConstraint(fields=["series", "position"], name="lesson_once")]

    def __str__(self) -> str:
        return f"{self.series} {self.position}"
