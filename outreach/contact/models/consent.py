"""What people said about being contacted: a ledger, only ever added to."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from outreach.contact.models.messages import Channel

ANY = "any"


class Purpose(models.TextChoices):
    """What a contact is for: a refusal may be about one of these only."""

    BOOKING = "booking", _("申込の確認")
    REMINDER = "reminder", _("お知らせ（前日・当日）")
    CHANGE = "change", _("変更・中止")
    OFFER = "offer", _("空席のご案内")
    INVITATION = "invitation", _("講習会のご案内")
    WORK = "work", _("業務の連絡")
    ANY = ANY, _("すべて")


class ConsentSource(models.TextChoices):
    WEB = "web", _("ウェブ")
    SPOKEN = "spoken", _("口頭（職員が記録）")
    PHONE_MENU = "phone_menu", _("電話の自動受付")
    PAPER = "paper", _("紙の申込書")
    PROVIDER = "provider", _("送信サービスからの通知")


class Consent(models.Model):
    """One opt-in or opt-out: by number, channel and purpose (law 6). The latest that fits holds."""

    number = models.CharField(_("宛先"), max_length=254, help_text=_("E.164 形式の番号、またはメール"))
    channel = models.CharField(_("方法"), max_length=8, choices=[*Channel.choices, (ANY, _("すべて"))])
    purpose = models.CharField(_("目的"), max_length=12, choices=Purpose)
    given = models.BooleanField(_("同意"))
    at = models.DateTimeField(_("時刻"))
    source = models.CharField(_("どこで"), max_length=12, choices=ConsentSource)
    words = models.CharField(_("本人の言葉"), max_length=200, blank=True)
    noted_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, blank=True)
    sample = models.BooleanField(_("見本データ"), default=False)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["number", "-at"], name="consent_by_number")]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.get_purpose_display()}"
