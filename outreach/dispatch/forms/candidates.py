"""A venue that would do: where it is, when it is open, when not."""

import re
from datetime import date, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geo.geocoder import geocode_address
from geo.models import Municipality
from outreach.dispatch.asked import Candidate
from outreach.dispatch.openings import REST, CannotRead, Opening, once, read_days, read_openings
from outreach.people.models import WEEKDAYS

PRECISE = frozenset({"chome", "town", "postal"})
STARTS_WITH_PREFECTURE = re.compile(r"\s*(?:東京都|北海道|京都府|大阪府|..県|...県)")


def clock_field(label: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        required=False,
        input_formats=["%H:%M", "%H:%M:%S", "%H%M"],
        widget=forms.TimeInput(attrs={"type": "time", "step": 900, "class": "short"}, format="%H:%M"),
        error_messages={"invalid": gettext_lazy("時刻は、13:30 のように入力してください。")},
    )


class CandidateForm(forms.Form):
    """One of up to three venues. Only the first must be given."""

    use_required_attribute = False

    name = forms.CharField(
        label=gettext_lazy("会場の名前"), max_length=100, help_text=gettext_lazy("例：中央公民館 2階 会議室")
    )
    address = forms.CharField(
        label=gettext_lazy("会場の住所"),
        max_length=200,
        help_text=gettext_lazy("町名と番地。都道府県と市区町村は書かなくてもかまいません。"),
    )
    weekdays = forms.MultipleChoiceField(
        label=gettext_lazy("使える曜日"),
        required=False,
        choices=[*((str(n), name) for n, name in enumerate(WEEKDAYS)), (str(REST), gettext_lazy("祝日・年末年始"))],
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("祝日と年末年始（12/29〜1/3）は、選ばなければ使いません。"),
    )
    opens = clock_field(gettext_lazy("使える時間：何時から"))
    closes = clock_field(gettext_lazy("使える時間：何時まで"))
    more = forms.CharField(
        label=gettext_lazy("ほかに使える曜日と時間"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("曜日で時間がちがうときや、夜も使えるとき。例：土祝 9:00-12:00、水 18:00-20:30"),
    )
    closed = forms.CharField(
        label=gettext_lazy("使えない日"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("例：12/29〜1/3、2/11"),
    )
    loop = forms.BooleanField(
        label=gettext_lazy("この会場には、補聴の磁気ループがある"),
        required=False,
        help_text=gettext_lazy("わからないときは、選ばないでください。"),
    )

    def __init__(self, *args: Any, town: Municipality, first: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.town, self.first = town, first
        if not first:
            self.fields["name"].required = self.fields["address"].required = False

    @property
    def named(self) -> bool:
        """Whether anything was written of this venue at all."""
        data = self.cleaned_data
        return any(data.get(name) for name in ("name", "address", "more", "closed", "loop"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.openings: list[Opening] = []
        self.blackouts: list[date] = []
        if not self.first and not self.named:
            return data
        for name in ("name", "address"):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, forms.ValidationError("", code="required"))
        self._clean_times(data)
        if data.get("address"):
            self._place(data["address"])
        return data

    def _clean_times(self, data: dict[str, Any]) -> None:
        opens, closes, days = data.get("opens"), data.get("closes"), data.get("weekdays") or []
        if opens and closes and opens >= closes:
            self.add_error("closes", _("「何時まで」は、「何時から」より後の時刻にしてください。"))
        elif days and (opens is None) != (closes is None):
            missing = "closes" if opens else "opens"
            if missing not in self.errors:
                self.add_error(missing, _("時刻を入力してください。"))
        elif (opens or closes) and not days:
            self.add_error("weekdays", _("使える曜日を選んでください。"))
        self.openings += [(int(day), opens or time(9), closes or time(17)) for day in days]
        try:
            self.openings += read_openings(data.get("more") or "")
        except CannotRead as error:
            self.add_error("more", str(error))
        try:
            self.blackouts = read_days(data.get("closed") or "", since=timezone.localdate())
        except CannotRead as error:
            self.add_error("closed", str(error))

    def _place(self, address: str) -> None:
        """As written, or read as a part of the town. An address that names another town is refused."""
        town = self.town
        found = geocode_address(address, prefecture=town.prefecture_id)
        if found.municipality != town.code and not STARTS_WITH_PREFECTURE.match(address):
            within = geocode_address(f"{town.prefecture.name}{town.name}{address}")
            if found.municipality is None or within.level in PRECISE:  # 府中町 of a city, not the town of that name
                found = within
        if found.municipality not in {town.code, None}:
            self.add_error("address", _("この住所は、%(town)sの中に見つかりません。") % {"town": town.name})
        known = found.municipality == town.code and found.lat is not None and found.lon is not None
        self.approximate = not known or found.level not in PRECISE
        self.point = (found.lat, found.lon) if known else (town.lat, town.lon)

    def candidate(self) -> Candidate:
        """Call after `is_valid()`, where `named`."""
        lat, lon = self.point
        return Candidate(
            name=self.cleaned_data["name"],
            address=self.cleaned_data["address"],
            lat=lat or self.town.lat,
            lon=lon or self.town.lon,
            approximate=self.approximate,
            openings=tuple(once(self.openings)),
            blackouts=tuple(self.blackouts),
            loop=self.cleaned_data["loop"],
        )
