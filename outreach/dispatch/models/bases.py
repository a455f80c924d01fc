"""Where else an instructor's day may begin and end."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from outreach.people.models import Person


class OtherBase(models.Model):
    """拠点: a second home, an office, besides the home that `Person` has. A trip keeps to one of them."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="other_bases")
    name = models.CharField(_("呼び名"), max_length=40, help_text=_("例：実家、事務所"))
    municipality = models.ForeignKey("geo.Municipality", on_delete=models.PROTECT, verbose_name=_("市区町村"))
    lat = models.FloatField(_("緯度"))
    lon = models.FloatField(_("経度"))

    class Meta:
        ordering = ["person", "pk"]
        constraints = [models.UniqueConstraint(fields=["person", "name"], name="other_base_once")]

    def __str__(self) -> str:
        return self.name
