"""Where: prefectures and municipalities, by the codes that the ministry gives them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Prefecture(models.Model):
    code = models.CharField(_("都道府県コード"), max_length=2, primary_key=True)
    name = models.CharField(_("名称"), max_length=10)
    kana = models.CharField(_("カナ"), max_length=20)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


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
    kind = models.CharField(_("種別"), max_length=12, choices=Kind)
    lat = models.FloatField(_("緯度"))
    lon = models.FloatField(_("経度"))
    northern_territories = models.BooleanField(_("北方領土"), default=False)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name
