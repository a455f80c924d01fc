"""Where: prefectures, municipalities and wards, by the codes that the ministry gives them, and their areas."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from geo.rules import place_key


class Prefecture(models.Model):
    code = models.CharField(_("都道府県コード"), max_length=2, primary_key=True)
    name = models.CharField(_("名称"), max_length=10)
    kana = models.CharField(_("カナ"), max_length=20)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class MunicipalityQuerySet(models.QuerySet["Municipality"]):
    def of_today(self) -> "MunicipalityQuerySet":
        """The 1,741: without the six villages of the Northern Territories, which nobody administers."""
        return self.filter(northern_territories=False)


class Municipality(models.Model):
    """One of the 1,741 municipalities, or of the six villages of the Northern Territories."""

    class Kind(models.TextChoices):
        CITY = "city", _("市")
        TOWN = "town", _("町")
        VILLAGE = "village", _("村")
        SPECIAL_WARD = "special_ward", _("特別区")

    code = models.CharField(_("団体コード（5桁）"), max_length=5, primary_key=True)
    code6 = models.CharField(_("団体コード（6桁）"), max_length=6, unique=True)
    prefecture = models.ForeignKey(Prefecture, on_delete=models.PROTECT, related_name="municipalities")
    name = models.CharField(_("名称"), max_length=40)
    kana = models.CharField(_("カナ"), max_length=80)
    district = models.CharField(_("郡"), max_length=20, blank=True)
    kind = models.CharField(_("種別"), max_length=12, choices=Kind)
    lat = models.FloatField(_("緯度"))
    lon = models.FloatField(_("経度"))
    northern_territories = models.BooleanField(_("北方領土"), default=False)
    # What a search looks through: see `geo.rules.place_key`.
    search_key = models.CharField(max_length=160, editable=False, default="")

    objects = MunicipalityQuerySet.as_manager()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_key = place_key(self.prefecture.name, self.district, self.name, self.kana)
        super().save(*args, **kwargs)


class Ward(models.Model):
    """A ward (行政区) of a designated city. It has a code, but is part of its city and none of the 1,741."""

    code = models.CharField(_("団体コード（5桁）"), max_length=5, primary_key=True)
    code6 = models.CharField(_("団体コード（6桁）"), max_length=6, unique=True)
    municipality = models.ForeignKey(Municipality, on_delete=models.CASCADE, related_name="wards")
    name = models.CharField(_("名称"), max_length=20)
    kana = models.CharField(_("カナ"), max_length=40)
    lat = models.FloatField(_("緯度"))
    lon = models.FloatField(_("経度"))

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class OldCode(models.Model):
    """A code that was in force once, and what stands in its place today."""

    code = models.CharField(_("旧団体コード（5桁）"), max_length=5, primary_key=True)
    name = models.CharField(_("旧名称"), max_length=40)
    ended = models.DateField(_("廃止日"))
    municipality = models.ForeignKey(Municipality, on_delete=models.CASCADE, related_name="old_codes")
    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, null=True, blank=True, related_name="old_codes")

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class BoundarySet(models.Model):
    """The areas of all municipalities from one source, as the bytes that maps are sent: one set is current."""

    version = models.CharField(_("版"), max_length=16, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    source = models.CharField(_("出典"), max_length=300)
    licence = models.CharField(_("利用条件"), max_length=200)
    as_of = models.DateField(_("基準日"))
    approximate = models.BooleanField(_("概略境界"), default=False)
    is_current = models.BooleanField(_("使用中"), default=False)
    installed_at = models.DateTimeField(_("登録日時"), auto_now=True)
    topojson_gzip = models.BinaryField(_("境界データ"), editable=False)

    class Meta:
        ordering = ["-installed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_current"], condition=models.Q(is_current=True), name="one_boundary_set_is_current"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.as_of:%Y-%m-%d}"
