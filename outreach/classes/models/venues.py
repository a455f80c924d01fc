"""Where classes are, and when a room is taken."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


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
