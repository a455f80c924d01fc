"""A week's hours, days that differ, how far and how often: plain fields, by keyboard and without JavaScript."""

from collections.abc import Iterable
from datetime import date, time, timedelta
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outreach.people.models import WEEKDAYS, DayException, Supporter, TravelLimits, WeeklyHours

STRETCHES = 2  # a day: mornings and evenings, with work between
FURTHEST = timedelta(days=400)
LONGEST = 92


def clock_widget() -> forms.TimeInput:
    return forms.TimeInput(format="%H:%M", attrs={"type": "time", "step": 300})


def day_widget() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class WeekForm(forms.Form):
    """Up to two stretches for each weekday; an empty line is a day off."""

    def __init__(self, *args: Any, hours: Iterable[WeeklyHours] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for weekday, name in enumerate(WEEKDAYS):
            for part in range(STRETCHES):
                words = {"day": name, "n": part + 1}
                for end, label in (
                    ("from", _("%(day)s曜 %(n)sつ目の始まり")),
                    ("to", _("%(day)s曜 %(n)sつ目の終わり")),
                ):
                    self.fields[f"d{weekday}_{part}_{end}"] = forms.TimeField(
                        label=label % words, required=False, widget=clock_widget()
                    )
        self._show(hours)

    def _show(self, hours: Iterable[WeeklyHours]) -> None:
        seen = dict.fromkeys(range(7), 0)
        for one in hours:
            part = seen[one.weekday]
            if part < STRETCHES:
                self.initial[f"d{one.weekday}_{part}_from"] = one.starts
                self.initial[f"d{one.weekday}_{part}_to"] = one.ends
            seen[one.weekday] += 1

    def days(self) -> list[tuple[Any, list[tuple[BoundField, BoundField]]]]:
        """For the page: each weekday with its stretches."""
        return [
            (
                name,
                [(self[f"d{weekday}_{part}_from"], self[f"d{weekday}_{part}_to"]) for part in range(STRETCHES)],
            )
            for weekday, name in enumerate(WEEKDAYS)
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for weekday in range(7):
            self._clean_day(weekday, data)
        return data

    def _clean_day(self, weekday: int, data: dict[str, Any]) -> None:
        known: list[tuple[time, time]] = []
        for part in range(STRETCHES):
            first, last = f"d{weekday}_{part}_from", f"d{weekday}_{part}_to"
            starts, ends = data.get(first), data.get(last)
            if first in self.errors or last in self.errors or (not starts and not ends):
                continue
            if not starts or not ends:
                self.add_error(last if starts else first, _("始まりと終わりの両方を入れてください。"))
            elif ends <= starts:
                self.add_error(last, _("終わりは、始まりより後にしてください。"))
            elif any(starts < other_end and other_start < ends for other_start, other_end in known):
                self.add_error(first, _("同じ曜日の時間が重なっています。"))
            else:
                known.append((starts, ends))

    def stretches(self) -> list[tuple[int, time, time]]:
        """Call after `is_valid()`."""
        data = self.cleaned_data
        return [
            (weekday, data[f"d{weekday}_{part}_from"], data[f"d{weekday}_{part}_to"])
            for weekday in range(7)
            for part in range(STRETCHES)
            if data.get(f"d{weekday}_{part}_from")
        ]


class ExceptionForm(forms.Form):
    """A day, or several in a row, that differ from the week's pattern."""

    kind = forms.ChoiceField(label=gettext_lazy("種別"), choices=DayException.Kind, widget=forms.RadioSelect)
    day = forms.DateField(label=gettext_lazy("いつ"), widget=day_widget())
    until = forms.DateField(
        label=gettext_lazy("いつまで"),
        required=False,
        widget=day_widget(),
        help_text=gettext_lazy("1日だけなら、空けておきます。"),
    )
    starts = forms.TimeField(
        label=gettext_lazy("何時から"),
        required=False,
        widget=clock_widget(),
        help_text=gettext_lazy("休みで時刻を空けておくと、1日中です。"),
    )
    ends = forms.TimeField(label=gettext_lazy("何時まで"), required=False, widget=clock_widget())

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        today = timezone.localdate()
        if not today <= day <= today + FURTHEST:
            raise forms.ValidationError(_("今日から13か月先までの日を入れてください。"))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        starts, ends = data.get("starts"), data.get("ends")
        if bool(starts) != bool(ends):
            self.add_error("ends" if starts else "starts", _("始まりと終わりの両方を入れてください。"))
        elif starts and ends and ends <= starts:
            self.add_error("ends", _("終わりは、始まりより後にしてください。"))
        elif data.get("kind") == DayException.Kind.ON and not starts:
            self.add_error("starts", _("出られる日は、時刻も入れてください。"))
        day, until = data.get("day"), data.get("until")
        if day and until and not 0 <= (until - day).days < LONGEST:
            self.add_error("until", _("始まりの日から3か月以内の日を入れてください。"))
        return data


class SupporterLimitsForm(forms.ModelForm):  # type: ignore[type-arg]
    """How far and how often a supporter is ready to help."""

    reach_km = forms.IntegerField(label=gettext_lazy("行ける距離（km）"), min_value=1, max_value=200)
    month_limit = forms.IntegerField(label=gettext_lazy("1か月の回数の上限"), min_value=1, max_value=60)

    class Meta:
        model = Supporter
        fields = ["reach_km", "month_limit", "gender"]


class TravelForm(forms.ModelForm):  # type: ignore[type-arg]
    """How an instructor travels, and for how long."""

    class Meta:
        model = TravelLimits
        fields = [
            "mode",
            "holidays",
            "max_day_minutes",
            "max_week_minutes",
            "max_day_sessions",
            "rest_minutes",
            "max_nights",
            "ferries",
        ]


class SupporterTravelForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = TravelLimits
        fields = ["mode", "holidays"]
