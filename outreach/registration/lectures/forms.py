"""What a school asks for, and how staff answer."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geo.models import Municipality
from outreach.classes.forms import DayField
from outreach.classes.models import Scheme, Venue
from outreach.classes.rules import JST
from outreach.registration import rules
from outreach.registration.forms import PhoneField
from outreach.registration.lectures.queries import wished
from outreach.registration.lectures.services import Arrangement
from outreach.registration.models import LectureMenu, LectureRequest

DAY_WORDS = {"invalid": gettext_lazy("日付は、2026-11-23 のように入力してください。")}
WISHES = (1, 2, 3)


def time_field(label: Any, *, required: bool) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        required=required,
        input_formats=["%H:%M", "%H:%M:%S", "%H%M"],
        widget=forms.TimeInput(attrs={"type": "time", "step": 300}, format="%H:%M"),
        error_messages={"invalid": gettext_lazy("時刻は、13:30 のように入力してください。")},
    )


class LectureForm(forms.Form):
    """A school's request: up to three days, how many come, and one number."""

    use_required_attribute = False
    school = forms.CharField(label=gettext_lazy("学校・団体名"), max_length=100)
    address = forms.CharField(
        label=gettext_lazy("場所"), max_length=200, help_text=gettext_lazy("町名と番地、部屋。例：番町1-1 理科室")
    )
    people = forms.IntegerField(label=gettext_lazy("人数"), min_value=1, max_value=500)
    who = forms.CharField(
        label=gettext_lazy("学年など"), max_length=60, help_text=gettext_lazy("例：小学5年生、保護者")
    )
    contact_name = forms.CharField(label=gettext_lazy("担当の方のお名前"), max_length=80)
    phone = PhoneField(label=gettext_lazy("電話番号"), help_text=gettext_lazy("学校の番号でもかまいません。"))
    note = forms.CharField(
        label=gettext_lazy("伝えたいこと"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, menu: LectureMenu, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.menu = menu
        self.fields["people"].help_text = _("%(n)s人まで") % {"n": menu.most}
        for number in WISHES:
            words = _("第%(n)s希望の日") % {"n": number}
            self.fields[f"day{number}"] = DayField(label=words, required=number == 1, error_messages=DAY_WORDS)
            self.fields[f"time{number}"] = time_field(_("第%(n)s希望の始まり") % {"n": number}, required=number == 1)
        wishes = [f"{part}{number}" for number in WISHES for part in ("day", "time")]
        self.order_fields(["school", "address", *wishes, "people", "who", "contact_name", "phone", "note"])

    def clean_people(self) -> int:
        count: int = self.cleaned_data["people"]
        if count > self.menu.most:
            raise forms.ValidationError(_("この講座は、一度に%(n)s人までです。") % {"n": self.menu.most})
        return count

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("school", "address", "who", "contact_name", "note"):
            if rules.looks_like_my_number(data.get(name) or ""):
                self.add_error(name, _("マイナンバー（個人番号）は書かないでください。この申し込みには要りません。"))
        for number in WISHES:
            day, clock = data.get(f"day{number}"), data.get(f"time{number}")
            if day and day <= timezone.localdate():
                self.add_error(f"day{number}", _("あすか、それより後の日を選んでください。"))
            if bool(day) != bool(clock) and not self.errors.keys() & {f"day{number}", f"time{number}"}:
                self.add_error(f"time{number}", _("日と時刻を、両方入れてください。"))
        return data

    def asked(self) -> dict[str, Any]:
        """As `services.ask_lecture` takes it. Call after `is_valid()`."""
        data = self.cleaned_data
        names = ("school", "address", "people", "who", "contact_name", "phone", "note")
        pairs = [(data[f"day{n}"], data[f"time{n}"]) for n in WISHES if data[f"day{n}"]]
        moments = [datetime.combine(day, clock, tzinfo=JST).isoformat() for day, clock in pairs]
        return {**{name: data[name] for name in names}, "wished": moments}


class ArrangeForm(forms.Form):
    """One of the wished days, or another; the school, or a hall."""

    use_required_attribute = False
    when = forms.ChoiceField(label=gettext_lazy("日時"), widget=forms.RadioSelect)
    day = DayField(label=gettext_lazy("ほかの日"), required=False, error_messages=DAY_WORDS)
    starts = time_field(gettext_lazy("ほかの日の始まり"), required=False)
    scheme = forms.ChoiceField(label=gettext_lazy("事業類型"), choices=Scheme.choices, initial=Scheme.OWN)

    def __init__(self, *args: Any, lecture: LectureRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days = [(m.isoformat(), f"{m:%Y-%m-%d %H:%M}") for m in (w.astimezone(JST) for w in wished(lecture))]
        when: Any = self.fields["when"]
        when.choices = [*days, ("other", _("ほかの日"))]
        when.initial = days[0][0] if days else "other"
        town: Municipality = lecture.municipality
        self.fields["venue"] = forms.ModelChoiceField(
            Venue.objects.filter(municipality=town),
            label=_("会場"),
            required=False,
            empty_label=_("%(school)s（%(address)s）") % {"school": lecture.school, "address": lecture.address},
        )
        self.order_fields(["when", "day", "starts", "venue", "scheme"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("when") == "other" and not (data.get("day") and data.get("starts")):
            self.add_error("day", _("ほかの日にするときは、日と時刻を入れてください。"))
        elif data.get("when") and self._moment(data) <= timezone.now():
            self.add_error("when", _("もう過ぎた日時です。ほかの日を選んでください。"))
        return data

    def _moment(self, data: dict[str, Any]) -> datetime:
        if data["when"] == "other":
            return datetime.combine(data["day"], data["starts"], tzinfo=JST)
        return datetime.fromisoformat(data["when"])

    def arrangement(self) -> Arrangement:
        """Call after `is_valid()`."""
        data = self.cleaned_data
        return Arrangement(self._moment(data), data["venue"], data["scheme"])
