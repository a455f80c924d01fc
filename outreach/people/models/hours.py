"""When a person can work, how far they can be sent, and where they are when."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from outreach.people.models.persons import Person

WEEKDAYS = (_("月"), _("火"), _("水"), _("木"), _("金"), _("土"), _("日"))


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
    holidays = models.BooleanField(
        _("祝日・年末年始も出られる"),
        default=False,
        help_text=_("選ばなければ、祝日と12/29〜1/3は、ふだんの1週間の時間があっても休みです。"),
    )

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
