"""The outbox: the row is the queue."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outreach.contact.statuses import MessageStatus

S = MessageStatus
SUBJECT_LENGTH = 60


class Channel(models.TextChoices):
    """How a person wants to be told. Residents choose any but e-mail, which is for those who work here."""

    SMS = "sms", _("SMS")
    CALL = "call", _("電話（職員がかけます）")
    VOICE = "voice", _("自動音声の電話")
    POST = "post", _("郵便")
    FAMILY = "family", _("家族など、代わりの人へ")
    EMAIL = "email", _("メール")


class Kind(models.TextChoices):
    """What is told."""

    CONFIRMATION = "confirmation", _("申込の確認")
    WAITLISTED = "waitlisted", _("キャンセル待ちの確認")
    BOOKING_CANCELLED = "booking_cancelled", _("申込取消の確認")
    REMINDER_DAY_BEFORE = "reminder_day_before", _("前日のお知らせ")
    REMINDER_SAME_DAY = "reminder_same_day", _("当日のお知らせ")
    VISIT_REMINDER = "visit_reminder", _("個別支援の前日のお知らせ")
    CHANGE = "change", _("変更のお知らせ")
    WAITLIST_CHANGE = "waitlist_change", _("キャンセル待ちの変更のお知らせ")
    CANCELLATION = "cancellation", _("中止のお知らせ")
    WAITLIST_OFFER = "waitlist_offer", _("空席のご案内")
    INVITATION = "invitation", _("講習会のご案内")
    WORK_NOTE = "work_note", _("業務の連絡")
    RING_BACK = "ring_back", _("折り返しの電話")
    DISPATCH_OFFER = "dispatch_offer", _("講師派遣の打診")
    DISPATCH_ENDED = "dispatch_ended", _("打診の取りやめ")


class Why(models.TextChoices):
    """Why a message went another way than the one asked for, so that staff see it."""

    CHOSEN = "chosen", _("本人が電話を希望")
    LANDLINE = "landline", _("固定電話はSMSを受け取れません")
    VOIP = "voip", _("050番号はSMSを受け取れないことがあります")
    NO_VOICE = "no_voice", _("自動音声は使っていません")
    TOO_LATE_FOR_POST = "too_late_for_post", _("郵便では間に合いません")
    NO_ADDRESS = "no_address", _("住所が分かりません")
    REFUSED = "refused", _("本人がこの方法を断っています")
    NUMBER_INVALID = "number_invalid", _("番号が使われていないようです")
    NOT_SMS = "not_sms", _("この番号はSMSを受け取れません")
    UNREACHABLE = "unreachable", _("電源が切れているか圏外です")
    BLOCKED = "blocked", _("通信会社が止めました")
    PROVIDER_REFUSED = "provider_refused", _("送信サービスが受け付けませんでした")
    GAVE_UP = "gave_up", _("何度送っても送れませんでした")
    IN_DOUBT = "in_doubt", _("届いたか分かりません")
    TOO_LATE = "too_late", _("知らせる時刻を過ぎました")
    SAMPLE = "sample", _("見本データは送信しません")
    GATEWAY_DOWN = "gateway_down", _("送信サービスに接続できません")
    ONE_REMINDER = "one_reminder", _("お知らせは前日の一度だけです")
    UNTRUE = "untrue", _("内容が変わったため取りやめ")


class Message(models.Model):
    """連絡: one thing to tell one person by one channel. A person is told once (law 4).

    Knows its subject only by a key ("booking:12"). `fields` are frozen when the row is written; the text is made of
    them at the instant of sending. `needed_by` is when the thing told of happens, or an answer is due: the nearest go
    first, and nothing is sent after it.
    """

    subject = models.CharField(_("何についてか"), max_length=SUBJECT_LENGTH)
    revision = models.PositiveIntegerField(_("版"), default=1)
    kind = models.CharField(_("種類"), max_length=24, choices=Kind)
    channel = models.CharField(_("方法"), max_length=8, choices=Channel)
    status = models.CharField(_("状態"), max_length=10, choices=MessageStatus, default=S.PENDING)
    why = models.CharField(_("理由"), max_length=20, choices=Why, blank=True)
    to = models.CharField(_("宛先"), max_length=254, blank=True, help_text=_("E.164 形式の番号、またはメール"))
    fields = models.JSONField(_("差し込む言葉"), default=dict)
    municipality = models.ForeignKey("geo.Municipality", on_delete=models.PROTECT, null=True, blank=True)
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, null=True, blank=True)
    sample = models.BooleanField(_("見本データ"), default=False)

    just_done = models.BooleanField(_("本人の操作の確認"), default=False)
    due_at = models.DateTimeField(_("送る時刻"))
    next_at = models.DateTimeField(_("次に試す時刻"))
    needed_by = models.DateTimeField(_("いつまでに"), null=True, blank=True)

    attempt = models.PositiveSmallIntegerField(_("試した回数"), default=0)
    lookups = models.PositiveSmallIntegerField(_("照会した回数"), default=0)
    lease_until = models.DateTimeField(_("送信の期限"), null=True, blank=True)
    repeats = models.BooleanField(_("再送と断って送る"), default=False)
    unwanted = models.BooleanField(_("送信中に取りやめ"), default=False)

    body = models.TextField(_("送った文面"), blank=True)
    segments = models.PositiveSmallIntegerField(_("通数"), default=0)
    gateway = models.CharField(_("送信サービス"), max_length=12, blank=True)
    provider_id = models.CharField(_("送信サービスの番号"), max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-due_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["subject", "revision", "kind", "channel"], name="message_told_once"),
            models.CheckConstraint(
                condition=~Q(status=S.SENDING) | Q(lease_until__isnull=False), name="message_sending_is_leased"
            ),
        ]
        indexes = [
            models.Index(fields=["needed_by", "next_at"], condition=Q(status=S.PENDING), name="message_due"),
            models.Index("lease_until", condition=Q(status__in=[S.SENDING, S.UNKNOWN]), name="message_in_doubt"),
            models.Index(fields=["status", "-changed_at"], name="message_by_status"),
            models.Index(fields=["to", "-created_at"], name="message_by_recipient"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.kind} {self.revision}"


class MessageEvent(models.Model):
    """What became of a message, in the same transaction (law 10). Also the provider's receipts that changed nothing."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(_("時刻"))
    old = models.CharField(max_length=10, choices=MessageStatus, blank=True)
    new = models.CharField(max_length=10, choices=MessageStatus)
    attempt = models.PositiveSmallIntegerField(default=0)
    code = models.CharField(_("理由・番号"), max_length=24, blank=True)
    receipt = models.CharField(max_length=100, null=True, blank=True, help_text="provider id:status")  # noqa: DJ001

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(fields=["message", "receipt"], name="receipt_once")]

    def __str__(self) -> str:
        return f"{self.old}→{self.new}"


class Pace(models.Model):
    """How fast a gateway may go: the instant from which its next message is free, and what it has sent today."""

    gateway = models.CharField(max_length=12, primary_key=True)
    free_at = models.DateTimeField()
    day = models.DateField()
    sent_on_day = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.gateway
