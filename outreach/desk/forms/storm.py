"""A warning: what, where and on which day."""

from collections import Counter
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geo.models import Municipality, Prefecture
from outreach import dates
from outreach.desk.forms.sessions import day_field
from outreach.dispatch.ferries import load_sea
from outreach.people.forms.choosing import choose_from

SNOW, TYPHOON, RAIN, FERRY = "snow", "typhoon", "rain", "ferry"
KINDS = [
    (SNOW, gettext_lazy("大雪")),
    (TYPHOON, gettext_lazy("台風")),
    (RAIN, gettext_lazy("大雨・そのほか")),
    (FERRY, gettext_lazy("船・飛行機の欠航")),
]
REASONS = {
    SNOW: gettext_lazy("大雪のため"),
    TYPHOON: gettext_lazy("台風のため"),
    RAIN: gettext_lazy("悪天候のため"),
    FERRY: gettext_lazy("船・飛行機の欠航のため"),
}


class StormForm(forms.Form):
    """By GET: an area and a day name no person. The towns of a prefecture stand to choose once it's chosen."""

    plain_labels = True
    use_required_attribute = False

    kind = forms.ChoiceField(label=gettext_lazy("何が"), choices=KINDS)
    day = day_field(gettext_lazy("いつ"))
    prefecture = forms.ModelChoiceField(
        Prefecture.objects.all(), label=gettext_lazy("都道府県"), required=False, empty_label=gettext_lazy("選ぶ")
    )
    line = forms.ChoiceField(label=gettext_lazy("欠航する便"), required=False)
    towns = forms.ModelMultipleChoiceField(
        Municipality.objects.none(),
        label=gettext_lazy("市区町村（選ばなければ都道府県の全部）"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line"].choices = [("", _("選ぶ")), *line_choices()]  # type: ignore[attr-defined]
        chosen = self.data.get("prefecture", "") if self.is_bound else ""
        towns = Municipality.objects.of_today().filter(prefecture=chosen) if chosen else Municipality.objects.none()
        choose_from(self, "towns", towns.order_by("code"))

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("きょうより前の日は選べません。"))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") == FERRY and not data.get("line"):
            self.add_error("line", _("欠航する便を選んでください。"))
        elif data.get("kind") not in {None, FERRY} and not data.get("prefecture"):
            self.add_error("prefecture", _("都道府県を選んでください。"))
        return data

    @property
    def said(self) -> str:
        """What was chosen, in words: a printed list shows no form."""
        data, kinds, lines = self.cleaned_data, dict(KINDS), dict(line_choices())
        if data["kind"] == FERRY:
            return f"{kinds[FERRY]} {lines[data['line']]}"
        return f"{kinds[data['kind']]} {dates.listed(data['towns']) or data['prefecture']}"


def line_choices() -> list[tuple[str, str]]:
    """Each line by the names of the towns that it joins, or to the mainland. 1 statement."""
    sea = load_sea()
    names = dict(Municipality.objects.filter(pk__in=sea.island_of).values_list("pk", "name"))
    lands: dict[str | None, list[str]] = {}
    for code, island in sorted(sea.island_of.items()):
        lands.setdefault(island, []).append(names.get(code, code))

    def said(port: str) -> str:
        island = sea.ports[port].island
        return "・".join(lands[island][:3]) if island else _("本土")

    labels = [f"{said(line.ports[0])} ⇔ {said(line.ports[1])}" for line in sea.lines]
    alike = Counter(labels)  # two lines between the same lands are told apart by their ports
    return [
        (line.id, f"{label}（{line.id}）" if alike[label] > 1 else label)
        for line, label in zip(sea.lines, labels, strict=True)
    ]


class ActForm(forms.Form):
    """Why, as residents hear it."""

    reason = forms.CharField(
        label=gettext_lazy("理由（住民にこのまま伝わります）"),
        max_length=60,
        widget=forms.TextInput(attrs={"class": "medium"}),
    )
