"""申込: a resident in a session, and what happened to it."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from outreach.classes.models import Session
from outreach.people.models import User
from outreach.registration.models.residents import CONTACT_WAYS, Resident


class BookingStatus(models.TextChoices):
    WAITLISTED = "waitlisted", _("キャンセル待ち")
    OFFERED = "offered", _("空席のご案内中")
    CONFIRMED = "confirmed", _("申込済み")
    CANCELLED = "cancelled", _("取消")
    ATTENDED = "attended", _("出席")
    ABSENT = "absent", _("欠席")


SEATED = frozenset({BookingStatus.OFFERED, BookingStatus.CONFIRMED})  # holds a seat of a session to come
SEAT_HOLDERS = SEATED | {BookingStatus.ATTENDED, BookingStatus.ABSENT}  # counted in Session.seats_taken
LIVE = SEATED | {BookingStatus.WAITLISTED}
ROSTER = frozenset({BookingStatus.CONFIRMED, BookingStatus.ATTENDED, BookingStatus.ABSENT})


class Intake(models.TextChoices):
    """How a booking came in."""

    WEB = "web", _("ウェブ")
    API = "api", _("API")
    PHONE_LINE = "phone_line", _("電話の自動受付")
    STAFF_PHONE = "staff_phone", _("電話（職員）")
    COUNTER = "counter", _("窓口")
    FAX = "fax", _("FAX")
    PAPER = "paper", _("申込書")


QUEUE = (Coalesce("queue_at", "applied_at"), "pk")  # first come, first offered, unless staff said otherwise


class Booking(models.Model):
    """申込: a resident in a session. `party`: the first booking of those who applied on one form, also of itself."""

    class Tell(models.TextChoices):
        RESIDENT = "resident", _("本人")
        PROXY = "proxy", _("申し込んだ人")
        BOTH = "both", _("両方")

    reference = models.CharField(_("申込番号"), max_length=8, unique=True)
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="bookings")
    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="bookings")
    status = models.CharField(_("状態"), max_length=10, choices=BookingStatus)
    channel = models.CharField(_("受付の方法"), max_length=12, choices=Intake)
    contact = models.CharField(_("連絡の方法"), max_length=8, choices=CONTACT_WAYS)
    needs = models.CharField(_("必要な配慮"), max_length=300, blank=True)
    proxy_name = models.CharField(_("申し込んだ人の氏名"), max_length=80, blank=True)
    proxy_relation = models.CharField(_("本人との関係"), max_length=40, blank=True)
    proxy_phone = models.CharField(_("申し込んだ人の電話番号"), max_length=16, blank=True)
    tell = models.CharField(_("連絡する相手"), max_length=8, choices=Tell, default=Tell.RESIDENT)
    revision = models.PositiveSmallIntegerField(_("連絡の方法の改訂"), default=0)
    applied_at = models.DateTimeField(_("申込日時"))
    queue_at = models.DateTimeField(_("キャンセル待ちの順番"), null=True, blank=True, help_text=_("空なら申込日時の順"))
    party = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="members")
    offer_expires_at = models.DateTimeField(_("空席の案内の期限"), null=True, blank=True)
    sample = models.BooleanField(_("見本データ"), default=False)

    class Meta:
        ordering = ["applied_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "resident"],
                condition=~Q(status=BookingStatus.CANCELLED),
                name="booking_one_live_per_session",
            ),
            models.CheckConstraint(
                condition=~Q(tell__in=["proxy", "both"]) | ~Q(proxy_phone=""), name="booking_proxy_can_be_told"
            ),
            models.CheckConstraint(
                condition=Q(status=BookingStatus.OFFERED, offer_expires_at__isnull=False)
                | ~Q(status=BookingStatus.OFFERED),
                name="booking_offer_has_an_end",
            ),
        ]
        indexes = [
            models.Index(fields=["session", "status", "applied_at"], name="booking_by_session"),
            models.Index(
                F("offer_expires_at"), condition=Q(status=BookingStatus.OFFERED), name="booking_offers_lapsing"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def subject(self) -> str:
        """The key under which messages know this booking."""
        return f"booking:{self.pk}"


class BookingEvent(models.Model):
    """What happened to a booking, in the same transaction (law 10)."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="events")
    old = models.CharField(max_length=10, choices=BookingStatus, blank=True)
    new = models.CharField(max_length=10, choices=BookingStatus)
    at = models.DateTimeField(auto_now_add=True)
    channel = models.CharField(max_length=12, choices=Intake, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.old}→{self.new}"
