"""Where and what to look for. Everything comes by GET, and nothing in it names a person."""

import unicodedata
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outreach.classes import codes
from outreach.classes.models import Course, Session
from outreach.classes.queries import Place, find_places, find_session

MOST_SHOWN = 200


class PostalField(forms.CharField):
    """A postal code in any width, with 〒 and hyphens or without; cleans to seven digits."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "numeric", "autocomplete": "postal-code", "class": "short"}
        super().__init__(max_length=40, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> str:
        raw = super().clean(value)
        digits = codes.digits_in(raw)
        if raw and len(digits) != 7:
            raise forms.ValidationError(_("郵便番号は、7けたの数字で入力してください。例：060‑0001"))
        return digits


class DayField(forms.DateField):
    """A day as the browser's calendar writes it, or as people without one do."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=widget, input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d"], **kwargs)

    def to_python(self, value: Any) -> date | None:
        return super().to_python(unicodedata.normalize("NFKC", value) if isinstance(value, str) else value)


class CountField(forms.IntegerField):
    """How many rows to show; nonsense counts as nothing, since only our own links write it."""

    def clean(self, value: Any) -> int:
        try:
            return min(max(super().clean(value) or 0, 0), MOST_SHOWN)
        except forms.ValidationError:
            return 0


class SearchForm(forms.Form):
    """A place by postal code or municipality, and what else must fit. `places` holds what the place may mean."""

    plain_labels = True
    use_required_attribute = False

    postal = PostalField(label=gettext_lazy("郵便番号"), required=False, help_text=gettext_lazy("例：060‑0001"))
    municipality = forms.CharField(max_length=6, required=False, widget=forms.HiddenInput)
    course = forms.ModelChoiceField(
        Course.objects.all(),
        label=gettext_lazy("講座"),
        required=False,
        empty_label=gettext_lazy("すべての講座"),
        error_messages={"invalid_choice": gettext_lazy("講座を選び直してください。")},
    )
    audience = forms.ChoiceField(
        label=gettext_lazy("どなたの講座"),
        choices=[("", gettext_lazy("すべての人")), *Course.Audience.choices],
        required=False,
        error_messages={"invalid_choice": gettext_lazy("対象を選び直してください。")},
    )
    show = CountField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = {"invalid": _("日付は、2026-11-23 のように入力してください。")}
        self.fields["from"] = DayField(label=_("この日から"), required=False, error_messages=words)
        self.fields["to"] = DayField(label=_("この日まで"), required=False, error_messages=words)
        self.places: list[Place] = []

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        asked = data.get("postal") or data.get("municipality")
        if asked and not self.errors.keys() & {"postal", "municipality"}:
            self.places = find_places(postal=data["postal"], municipality=data["municipality"])
            if not self.places:
                self.add_error("postal" if data["postal"] else None, self._unknown(data["postal"]))
        if data.get("from") and data.get("to") and data["from"] > data["to"]:
            self.add_error("to", _("「この日まで」は、「この日から」より後の日にしてください。"))
        return data

    def _unknown(self, postal: str) -> str:
        if not postal:
            return _("その市区町村は見つかりません。もう一度お選びください。")
        return _("この郵便番号は見つかりませんでした。番号をお確かめになるか、市区町村からお選びください。")


class CodeForm(forms.Form):
    """The seven digits on a flyer. `session` is what they name."""

    plain_labels = True
    use_required_attribute = False

    code = forms.CharField(
        label=gettext_lazy("講習会番号"),
        max_length=40,
        help_text=gettext_lazy("チラシの7けたの番号です。例：12‑34‑567"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "short"}),
    )
    session: Session

    def clean_code(self) -> str:
        code = codes.clean_code(self.cleaned_data["code"], codes.SESSION_DIGITS)
        found = find_session(code) if code else None
        if code is None or found is None:
            raise forms.ValidationError(
                _("この番号の講習会は見つかりませんでした。チラシの7けたの番号を、もう一度お確かめください。")
            )
        self.session = found
        return code
