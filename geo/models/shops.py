"""What is known of municipalities: who lives there, which carrier shops stand there, which have none."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from geo.models.areas import Municipality


class CarrierShopQuerySet(models.QuerySet["CarrierShop"]):
    def open_at(self, day: date) -> "CarrierShopQuerySet":
        """Shops open on `day`: a shop without an opening day was always there; one is shut from its closing day on."""
        return self.filter(Q(opened__isnull=True) | Q(opened__lte=day), Q(closed__isnull=True) | Q(closed__gt=day))


class CarrierShop(models.Model):
    """携帯ショップ: a mobile carrier's shop. `key` says that two rows of two files are the same shop.

    `municipality` is the answer of the areas (point in polygon) at the time of the import.
    """

    class Precision(models.TextChoices):
        POINT = "point", _("座標の指定あり")
        CHOME = "chome", _("丁目")
        TOWN = "town", _("町・大字")
        MUNICIPALITY = "municipality", _("市区町村")

    key = models.CharField(_("照合キー"), max_length=64, unique=True)
    name = models.CharField(_("店名"), max_length=120)
    carrier = models.CharField(_("事業者"), max_length=40)
    address = models.CharField(_("住所"), max_length=200, blank=True)
    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="shops", verbose_name=_("市区町村")
    )
    lat = models.FloatField(_("緯度"))
    lon = models.FloatField(_("経度"))
    precision = models.CharField(_("位置の精度"), max_length=12, choices=Precision)
    opened = models.DateField(_("開店日"), null=True, blank=True)
    closed = models.DateField(_("閉店日"), null=True, blank=True)
    source = models.CharField(_("出典"), max_length=120, blank=True)
    sample = models.BooleanField(_("見本データ"), default=False)

    objects = CarrierShopQuerySet.as_manager()

    class Meta:
        ordering = ["carrier", "name", "pk"]
        indexes = [models.Index(fields=["municipality", "opened", "closed"], name="shop_open_in")]
        constraints = [
            models.CheckConstraint(
                name="shop_closes_later",
                condition=Q(opened__isnull=True) | Q(closed__isnull=True) | Q(closed__gte=F("opened")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.carrier} {self.name}"


class ShopSurvey(models.Model):
    """携帯ショップ調査: which municipalities had no carrier shop, as of a day. History is kept, a survey a day."""

    as_of = models.DateField(_("基準日"), unique=True)
    source = models.CharField(_("出典"), max_length=120, blank=True)
    sample = models.BooleanField(_("見本データ"), default=False)

    class Meta:
        ordering = ["-as_of"]

    def __str__(self) -> str:
        return f"{self.as_of:%Y-%m-%d}"


class ShopSurveyEntry(models.Model):
    """A municipality that had no shop when the survey was made."""

    survey = models.ForeignKey(ShopSurvey, on_delete=models.CASCADE, related_name="entries")
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["survey", "municipality"]
        constraints = [
            models.UniqueConstraint(fields=["survey", "municipality"], name="survey_names_a_municipality_once")
        ]

    def __str__(self) -> str:
        return f"{self.survey} {self.municipality}"


class Population(models.Model):
    """人口: of a municipality on a day. Unknown stays unknown: where no row stands, pages say so."""

    municipality = models.ForeignKey(Municipality, on_delete=models.CASCADE, related_name="populations")
    as_of = models.DateField(_("基準日"))
    total = models.PositiveIntegerField(_("総人口"))
    over_65 = models.PositiveIntegerField(_("65歳以上"), null=True, blank=True)
    over_75 = models.PositiveIntegerField(_("75歳以上"), null=True, blank=True)
    source = models.CharField(_("出典"), max_length=120, blank=True)
    sample = models.BooleanField(_("見本データ"), default=False)

    class Meta:
        ordering = ["municipality", "-as_of"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "as_of"], name="population_once_a_day"),
            models.CheckConstraint(
                name="population_parts_fit",
                condition=(Q(over_65__isnull=True) | Q(over_65__lte=F("total")))
                & (Q(over_75__isnull=True) | Q(over_65__isnull=True) | Q(over_75__lte=F("over_65"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.municipality} {self.as_of:%Y-%m-%d}"
