"""派遣依頼: what a municipality asks for, when its venue is open, and what became of it."""

from datetime import date, time

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from outreach.classes.models import Course, Session, Venue
from outreach.dispatch.models.letters import Channel, RequestLetter
from outreach.dispatch.openings import LABELS
from outreach.people.models import Organisation, User


class RequestStatus(models.TextChoices):
    RECEIVED = "received", _("受付")
    PLANNED = "planned", _("計画済み")
    OFFERED = "offered", _("講師に打診中")
    AGREED = "agreed", _("講師決定")
    WITHDRAWN = "withdrawn", _("取り下げ")


AMENDABLE = frozenset({RequestStatus.RECEIVED})
ENDED = frozenset({RequestStatus.AGREED, RequestStatus.WITHDRAWN})


class Need(models.TextChoices):
    """Beyond the course's own skill; the values are codes of `people.Skill`, as `people/skills.py` loads them."""

    SIGN = "sign", _("手話")
    WOMAN = "woman", _("女性の講師")
    ENGLISH = "english", _("英語")
    CHINESE = "chinese", _("中国語")
    CHILDREN = "children", _("子どもへの指導")


class DispatchRequest(models.Model):
    """派遣依頼: sessions in a row at one venue on one day, some time between two dates."""

    Channel = Channel  # as in `DispatchRequest.Channel.WEB`

    letter = models.ForeignKey(
        RequestLetter,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="requests",
        verbose_name=_("依頼書"),
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, verbose_name=_("実施団体"))
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, verbose_name=_("会場"))
    municipality = models.ForeignKey("geo.Municipality", on_delete=models.PROTECT, verbose_name=_("市区町村"))
    course = models.ForeignKey(Course, on_delete=models.PROTECT, verbose_name=_("講座"))
    sessions = models.PositiveSmallIntegerField(_("続けて開く回数"), default=1)
    heads = models.PositiveSmallIntegerField(_("参加の見込み（人）"))
    learners_65 = models.PositiveSmallIntegerField(_("そのうち65歳以上（人）"), default=0)
    crew = models.PositiveSmallIntegerField(_("講師の人数"), default=1, choices=[(1, _("1人")), (2, _("2人"))])
    needs = models.JSONField(_("必要な配慮"), default=list, blank=True)
    hearing_loop = models.BooleanField(_("補聴の磁気ループ"), default=False)
    loan_phones = models.PositiveSmallIntegerField(_("貸し出すスマートフォン（台）"), default=0)
    earliest = models.DateField(_("いちばん早い日"))
    latest = models.DateField(_("いちばん遅い日"))
    contact_name = models.CharField(_("担当者の氏名"), max_length=80)
    contact_phone = models.CharField(_("担当者の電話番号"), max_length=16)
    note = models.CharField(_("備考"), max_length=300, blank=True)
    channel = models.CharField(_("受けた方法"), max_length=8, choices=Channel, default=Channel.WEB)
    status = models.CharField(_("状態"), max_length=10, choices=RequestStatus, default=RequestStatus.RECEIVED)
    received_on = models.DateField(_("受付日"))
    classes = models.ManyToManyField(Session, blank=True, related_name="dispatch_requests")  # also once moved by hand
    sample = models.BooleanField(_("見本データ"), default=False)

    class Meta:
        ordering = ["-received_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(latest__gte=F("earliest")), name="request_ends_later"),
            models.CheckConstraint(condition=Q(sessions__gte=1, sessions__lte=4), name="request_one_to_four_sessions"),
            models.CheckConstraint(condition=Q(crew__in=[1, 2]), name="request_crew_one_or_two"),
        ]
        indexes = [
            models.Index(fields=["municipality", "status"], name="request_by_municipality"),
            models.Index(fields=["earliest", "latest"], name="request_by_dates"),
        ]

    def __str__(self) -> str:
        return f"{self.municipality} {self.course}"

    @property
    def minutes(self) -> int:
        """All sessions with ten minutes between two; needs `course`."""
        return self.sessions * self.course.minutes + (self.sessions - 1) * 10

    @property
    def need_labels(self) -> list[str]:
        """All that was asked for beyond the course: of the instructor, and a hearing loop."""
        labels = [str(Need(code).label) for code in self.needs if code in Need.values]
        return [*labels, gettext("補聴の磁気ループ")] if self.hearing_loop else labels


class RequestWindow(models.Model):
    """When the venue is open: a stretch of one weekday, or of rest days, which are no other weekday's.

    A request without any is open 9:00–17:00, Monday to Friday.
    """

    request = models.ForeignKey(DispatchRequest, on_delete=models.CASCADE, related_name="windows")
    weekday = models.PositiveSmallIntegerField(_("曜日"), choices=list(enumerate(LABELS)))
    opens = models.TimeField(_("開く時刻"))
    closes = models.TimeField(_("閉まる時刻"))

    class Meta:
        ordering = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="request_window_closes_later"),
            models.UniqueConstraint(fields=["request", "weekday", "opens"], name="request_window_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"


class RequestBlackout(models.Model):
    """A day on which the venue is closed."""

    request = models.ForeignKey(DispatchRequest, on_delete=models.CASCADE, related_name="blackouts")
    day = models.DateField(_("使えない日"))

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["request", "day"], name="request_blackout_once")]

    def __str__(self) -> str:
        return str(self.day)


class OtherVenue(models.Model):
    """Where else it could be, next in order: planned at where the first is closed, or nobody can come to it.

    `openings`: [weekday, "9:00", "17:00"], none for office hours; `blackouts`: ISO days.
    """

    request = models.ForeignKey(DispatchRequest, on_delete=models.CASCADE, related_name="other_venues")
    rank = models.PositiveSmallIntegerField(_("順位"))
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="+", verbose_name=_("会場"))
    openings = models.JSONField(default=list)
    blackouts = models.JSONField(default=list)

    class Meta:
        ordering = ["rank"]
        constraints = [models.UniqueConstraint(fields=["request", "venue"], name="other_venue_once")]

    def __str__(self) -> str:
        return f"{self.rank} {self.venue_id}"

    @property
    def times(self) -> list[tuple[int, time, time]]:
        """Weekday, opens, closes."""
        return [(int(day), time.fromisoformat(opens), time.fromisoformat(shuts)) for day, opens, shuts in self.openings]

    @property
    def closed(self) -> list[date]:
        return [date.fromisoformat(day) for day in self.blackouts]


class RequestEvent(models.Model):
    """What happened to a request, in the same transaction (law 10)."""

    request = models.ForeignKey(DispatchRequest, on_delete=models.CASCADE, related_name="events")
    old = models.CharField(max_length=10, choices=RequestStatus, blank=True)
    new = models.CharField(max_length=10, choices=RequestStatus)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.old}→{self.new}"
