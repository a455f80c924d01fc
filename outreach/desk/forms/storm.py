"""A warning: what, where and on which day."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_date
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
        choices = line_choices(chosen_day(self.data.get("day", "")) if self.is_bound else None)
        cast(forms.ChoiceField, self.fields["line"]).choices = [("", _("選ぶ")), *choices]
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


def chosen_day(raw: str) -> date | None:
    try:
        return parse_date(raw)
    except ValueError:
        return None


def line_choices(day: date | None = None) -> list[tuple[str, str]]:
    """Each line by the names of the towns that it joins, or to the mainland; whether it rests on `day`. 1 statement."""
    ends, resting = line_ends(), _("（この日は便がありません）")
    labels = {line: " ⇔ ".join(both) for line, both in ends.items()}
    alike = Counter(labels.values())  # two lines between the same lands are told apart by their ports
    names = {line: f"{label}（{line}）" if alike[label] > 1 else label for line, label in labels.items()}
    rests = {line.id for line in load_sea().lines if day and not any(line.on(day))}
    return [(line, f"{name}{resting if line in rests else ''}") for line, name in names.items()]


@dataclass(frozen=True)
class Sailings:
    """A line's sailings of a day, one way."""

    origin: str
    destination: str
    times: list[str]


def sailings_on(line: str, day: date) -> list[Sailings]:
    """Both ways. 1 statement."""
    ends = line_ends()[line]
    (found,) = (one for one in load_sea().lines if one.id == line)
    out, back = ([f"{minute // 60}:{minute % 60:02d}" for minute in clock] for clock in found.on(day))
    return [Sailings(*ends, out), Sailings(*ends[::-1], back)]


def line_ends() -> dict[str, tuple[str, str]]:
    """What each line joins, by its id. 1 statement."""
    sea = load_sea()
    names = dict(Municipality.objects.filter(pk__in=sea.island_of).values_list("pk", "name"))
    lands: dict[str | None, list[str]] = {}
    for code, island in sorted(sea.island_of.items()):
        lands.setdefault(island, []).append(names.get(code, code))

    def said(port: str) -> str:
        island = sea.ports[port].island
        return "・".join(lands[island][:3]) if island else _("本土")

    return {line.id: (said(line.ports[0]), said(line.ports[1])) for line in sea.lines}


class ActForm(forms.Form):
    """Why, as residents hear it."""

    reason = forms.CharField(
        label=gettext_lazy("理由（住民にこのまま伝わります）"),
        max_length=60,
        widget=forms.TextInput(attrs={"class": "medium"}),
    )
