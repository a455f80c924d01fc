"""回: classes and consultations, what happened to them, the sites they make and who stands in them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from outreach.classes.models.programme import Course, Entry, ProgrammeYear, Scheme, Series, SessionKind
from outreach.classes.models.venues import Venue
from outreach.people.models import Organisation, Person, User


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
    entry = models.CharField(_("参加のしかた"), max_length=8, choices=Entry, default=Entry.BOOKING)
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
    arrived_at = models.DateTimeField(_("来た時刻"), null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(_("活動した分数"), null=True, blank=True)

    class Meta:
        ordering = ["-duty", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["session", "person"], name="shift_once"),
            models.CheckConstraint(
                condition=Q(minutes__isnull=True) | Q(arrived_at__isnull=False, minutes__lte=1440),
                name="shift_hours_of_those_who_came",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.get_duty_display()}"
