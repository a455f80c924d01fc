"""A room for classes, found on the map by its address."""

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geo.geocoder import geocode_address
from geo.models import Municipality
from outreach.classes.models import OPEN, Session, Venue
from outreach.registration.forms import PhoneField

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Venue]
else:
    ModelForm = forms.ModelForm  # generic only for mypy

STARTS_WITH_PREFECTURE = re.compile(r"\s*(?:東京都|北海道|京都府|大阪府|..県|...県)")
PRECISE = frozenset({"chome", "town", "postal"})


class VenueForm(ModelForm):
    """The address is looked up offline; where it says too little, the town's own point stands in: see `approximate`."""

    phone = PhoneField(label=gettext_lazy("会場の電話番号"), required=False)

    class Meta:
        model = Venue
        fields = [
            "name", "kana", "address", "capacity", "phone", "access", "hours", "key_holder", "cost",
            "step_free", "induction_loop", "parking", "heating", "wifi",
        ]  # fmt: skip
        widgets = {"access": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "address": gettext_lazy("町名と番地。都道府県と市区町村は書かなくてもかまいません。"),
            "access": gettext_lazy(
                "バス停や駅からの道と、バスの時刻。例：町営バス「役場前」から歩いて3分（行き 12:40着・帰り 15:10発）。"
                "チラシと住民の画面に出ます。"
            ),
            "hours": gettext_lazy("例：9時～21時、月曜休館"),
            "key_holder": gettext_lazy("開ける人と電話。職員と担当の講師だけが見ます。"),
            "cost": gettext_lazy("例：無料、冷暖房1時間200円"),
        }

    def __init__(self, *args: Any, municipality: Municipality, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.municipality = municipality
        self.approximate = False

    def clean_capacity(self) -> int:
        """A room cannot hold fewer than a class to come in it may seat."""
        seats: int = self.cleaned_data["capacity"]
        coming = Session.objects.filter(venue=self.instance.pk, status__in=OPEN, starts_at__gt=timezone.now())
        most = coming.aggregate(most=Max("capacity"))["most"] if self.instance.pk else None
        if most and seats < most:
            raise forms.ValidationError(_("定員%(most)s人の講習会が、この会場にあります。") % {"most": most})
        return seats

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("address"):
            self._place(data["address"])
        same = Venue.objects.filter(
            municipality=self.instance.municipality, name=data.get("name", ""), address=data.get("address", "")
        )
        if same.exclude(pk=self.instance.pk).exists():
            self.add_error("name", _("同じ名称と住所の会場が、もう登録されています。"))
        return data

    def _place(self, address: str) -> None:
        """As written, or read as a part of the town; an address that names its prefecture must lie in the town."""
        town = self.instance.municipality
        found = geocode_address(address, prefecture=town.prefecture_id)
        if found.municipality != town.code and not STARTS_WITH_PREFECTURE.match(address):
            found = geocode_address(f"{town.prefecture.name}{town.name}{address}")
        if found.municipality != town.code:
            self.add_error("address", _("この住所は、%(town)sの中に見つかりません。") % {"town": town.name})
            return
        self.approximate = found.level not in PRECISE
        self.instance.lat, self.instance.lon = found.lat or town.lat, found.lon or town.lon
