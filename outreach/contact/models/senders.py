"""Who we are on a handset's display: published at /senders/, so that people can tell us from swindlers."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SenderNumber(models.Model):
    """A number that we ring from, or that people can ring back."""

    class Use(models.TextChoices):
        STAFF = "staff", _("職員がかける電話")
        LINE = "line", _("予約の電話")
        SMS = "sms", _("SMS")

    number = models.CharField(_("電話番号"), max_length=16, unique=True, help_text=_("E.164 形式"))
    use = models.CharField(_("使い方"), max_length=8, choices=Use)
    label = models.CharField(_("どこの番号か"), max_length=80)
    municipality = models.ForeignKey("geo.Municipality", on_delete=models.PROTECT, null=True, blank=True)
    active = models.BooleanField(_("使用中"), default=True)
    sample = models.BooleanField(_("見本データ"), default=False)

    class Meta:
        ordering = ["municipality", "use", "number"]

    def __str__(self) -> str:
        return self.label


class HandsetDisplay(models.Model):
    """What a carrier's handset showed as the sender of our SMS, as staff saw it in a test."""

    class Carrier(models.TextChoices):
        DOCOMO = "docomo", _("NTTドコモ")
        AU = "au", _("au・UQモバイル")
        SOFTBANK = "softbank", _("ソフトバンク・ワイモバイル")
        RAKUTEN = "rakuten", _("楽天モバイル")

    gateway = models.CharField(_("送信サービス"), max_length=12)
    carrier = models.CharField(_("携帯電話会社"), max_length=10, choices=Carrier)
    shown_as = models.CharField(_("画面の表示"), max_length=40)
    tested_on = models.DateField(_("確かめた日"))
    tested_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        ordering = ["gateway", "carrier"]
        constraints = [models.UniqueConstraint(fields=["gateway", "carrier"], name="handset_display_once")]

    def __str__(self) -> str:
        return self.shown_as
