"""What is taught, where and when: programme years and schemes, courses, venues, sessions, sites and shifts."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from outreach.people.models import Organisation, Person, Skill, User


class Scheme(models.TextChoices):
    NATIONWIDE = "nationwide", _("全国展開型")
    PARTNER = "partner", _("地域連携型")
    DISPATCH = "dispatch", _("講師派遣型")
    OWN = "own", _("独自開催")


NATIONAL_SCHEMES = frozenset({Scheme.NATIONWIDE, Scheme.PARTNER, Scheme.DISPATCH})  # only these meet the target


class SessionKind(models.TextChoices):
    CLASS = "class", _("講習会")
    CONSULTATION = "consultation", _("相談会")


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

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name


class Venue(models.Model):
    """会場: a place with room for a class."""

    name = models.CharField(_("名称"), max_length=100)
    kana = models.CharField(_("カナ"), max_length=150, blank=True)
    municipality = models.ForeignKey("geo.Municipality", on_delete=models.PROTECT, related_name="venues")
    address = models.CharField(_("住所"), max_length=200)
    lat = models.FloatField(_("緯度"))
    lon = models.FloatField(_("経度"))
    capacity = models.PositiveSmallIntegerField(_("収容人数"))
    step_free = models.BooleanField(_("段差なし"), default=False)
    induction_loop = models.BooleanField(_("補聴の磁気ループ"), default=False)
    parking = models.BooleanField(_("駐車場"), default=False)
    heating = models.BooleanField(_("冷暖房"), default=False)
    wifi = models.BooleanField(_("Wi-Fi"), default=False)
    access = models.TextField(_("行き方"), blank=True)
    phone = models.CharField(_("会場の電話番号"), max_length=16, blank=True)
    hours = models.CharField(_("利用時間"), max_length=200, blank=True)
    key_holder = models.CharField(_("鍵の管理者"), max_length=200, blank=True)
    cost = models.CharField(_("使用料"), max_length=200, blank=True)
    sample = models.BooleanField(_("見本データ"), default=False)

    class Meta:
        ordering = ["municipality", "name"]
        constraints = [models.UniqueConstraint(fields=["municipality", "name", "address"], name="venue_once")]

    def __str__(self) -> str:
        return self.name


class VenueHold(models.Model):
    """A room taken for [starts_at, ends_at), whatever for: no two at once (law 2, see `people/overlap.py`)."""

    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="holds")
    starts_at = models.DateTimeField(_("始まり"))
    ends_at = models.DateTimeField(_("終わり"))
    subject = models.CharField(_("何のためか"), max_length=60, unique=True)

    class Meta:
        ordering = ["starts_at"]
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="hold_ends_later")]
        indexes = [models.Index(fields=["venue", "starts_at"], name="hold_by_venue")]

    def __str__(self) -> str:
        return f"{self.venue} {self.subject}"


class Series(models.Model):
    """連続講座: courses taken in order."""

    name = models.CharField(_("名称"), max_length=100)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    courses = models.ManyToManyField(Course, through="SeriesLesson")

    class Meta:
        verbose_name_plural = "series"

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


class SessionStatus(models.TextChoices):
    DRAFT = "draft", _("下書き")
    PUBLISHED = "published", _("受付中")
    CONFIRMED = "confirmed", _("開催決定")
    HELD = "held", _("開催済み")
    REPORTED = "reported", _("報告済み")
    CANCELLED = "cancelled", _("中止")


OPEN = frozenset({SessionStatus.PUBLISHED, SessionStatus.CONFIRMED})  # takes bookings
HELD = frozenset({SessionStatus.HELD, SessionStatus.REPORTED})
PLANNED = OPEN | HELD  # makes its venue a site of the year


class Session(models.Model):
    """回: one course at one venue at one time, with a pool of seats that every channel draws on (law 1)."""

    code = models.CharField(_("講習会番号"), max_length=7, unique=True)
    programme_year = models.ForeignKey(ProgrammeYear, on_delete=models.PROTECT, related_name="sessions")
    scheme = models.CharField(_("事業類型"), max_length=12, choices=Scheme)
    kind = models.CharField(_("種別"), max_length=12, choices=SessionKind, default=SessionKind.CLASS)
    course = models.ForeignKey(Course, on_delete=models.PROTECT)
    series = models.ForeignKey(Series, on_delete=models.PROTECT, null=True, blank=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="sessions")
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="sessions")
    municipality = models.ForeignKey("geo.Municipality", on_delete=models.PROTECT, related_name="sessions")
    starts_at = models.DateTimeField(_("始まり"))
    ends_at = models.DateTimeField(_("終わり"))
    capacity = models.PositiveSmallIntegerField(_("定員"))
    seats_taken = models.PositiveSmallIntegerField(_("使われている席"), default=0)
    walk_ins = models.PositiveSmallIntegerField(_("予約なしの参加者"), default=0)
    status = models.CharField(_("状態"), max_length=10, choices=SessionStatus, default=SessionStatus.DRAFT)
    revision = models.PositiveSmallIntegerField(_("日時・会場の改訂"), default=0)
    note = models.CharField(_("住民への補足"), max_length=200, blank=True)
    exception_reason = models.CharField(_("要員の例外の理由"), max_length=200, blank=True)
    exception_asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    exception_approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sample = models.BooleanField(_("見本データ"), default=False)

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_ends_later"),
            models.CheckConstraint(
                condition=Q(seats_taken__gte=0) & Q(seats_taken__lte=F("capacity")), name="session_never_oversold"
            ),
            models.CheckConstraint(
                condition=Q(exception_approved_by__isnull=True)
                | (Q(exception_asked_by__isnull=False) & ~Q(exception_approved_by=F("exception_asked_by"))),
                name="session_exception_needs_a_second_person",
            ),
        ]
        indexes = [
            models.Index(fields=["municipality", "starts_at"], name="session_by_municipality"),
            models.Index(fields=["status", "starts_at"], name="session_by_status"),
            models.Index(fields=["programme_year", "venue"], name="session_by_year_venue"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.course_id}"

    @property
    def subject(self) -> str:
        """The key under which the ledger, the rooms and the messages know this session."""
        return f"session:{self.pk}"

    @property
    def seats_left(self) -> int:
        return self.capacity - self.seats_taken


class SessionEvent(models.Model):
    """What happened to a session, in the same transaction (law 10)."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="events")
    old = models.CharField(max_length=10, choices=SessionStatus, blank=True)
    new = models.CharField(max_length=10, choices=SessionStatus)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.old}→{self.new}"


class Site(models.Model):
    """実施箇所: a venue in a programme year and scheme, counted as sessions come and go.

    Kept by `services.change_status` in the transaction that makes it true; `services.recount_sites` gives the same.
    """

    programme_year = models.ForeignKey(ProgrammeYear, on_delete=models.CASCADE, related_name="sites")
    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="sites")
    scheme = models.CharField(_("事業類型"), max_length=12, choices=Scheme)
    municipality = models.ForeignKey("geo.Municipality", on_delete=models.PROTECT)
    planned_sessions = models.IntegerField(_("計画された回数"), default=0)
    held_sessions = models.IntegerField(_("開催された回数"), default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme_year", "venue", "scheme"], name="site_once"),
            models.CheckConstraint(
                condition=Q(planned_sessions__gte=0) & Q(held_sessions__gte=0), name="site_counts_not_negative"
            ),
        ]
        indexes = [models.Index(fields=["programme_year", "municipality"], name="site_by_municipality")]

    def __str__(self) -> str:
        return f"{self.programme_year_id} {self.venue_id}"


class Shift(models.Model):
    """担当: a person who teaches or helps at a session."""

    class Duty(models.TextChoices):
        INSTRUCTOR = "instructor", _("講師")
        HELPER = "helper", _("補助者")

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="shifts")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="shifts")
    duty = models.CharField(_("役目"), max_length=12, choices=Duty)

    class Meta:
        ordering = ["-duty", "pk"]
        constraints = [models.UniqueConstraint(fields=["session", "person"], name="shift_once")]

    def __str__(self) -> str:
        return f"{self.person} {self.get_duty_display()}"


class Upload(models.Model):
    """A monthly plan (全国展開型) as it arrived: looked over first, carried out once when confirmed."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="uploads")
    name = models.CharField(_("ファイル名"), max_length=100)
    content = models.BinaryField(_("中身"))
    made_at = models.DateTimeField(_("受け取った時刻"), auto_now_add=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(_("取り込んだ時刻"), null=True, blank=True)

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.name


class UploadedSlot(models.Model):
    """The organisation's own number of a session that came by file, so that the next file finds it again."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="uploaded_slots")
    key = models.CharField(_("枠番号"), max_length=60)
    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="uploaded_slot")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "key"], name="uploaded_slot_once")]

    def __str__(self) -> str:
        return self.key
