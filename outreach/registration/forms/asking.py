"""A question, as a resident writes it or staff hear it."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geo.geocoder import geocode_postal
from geo.models import Municipality
from outreach.classes.codes import digits_in
from outreach.registration import rules
from outreach.registration.forms.application import REQUIRED, PhoneField


def refuse_my_number(words: str) -> str:
    if rules.looks_like_my_number(words):
        raise forms.ValidationError(
            _("マイナンバー（個人番号）のような12けたの数字があります。質問には要りませんので、消してください。")
        )
    return words


class QuestionForm(forms.Form):
    """What both ask: a name or none, where to ring, the question."""

    use_required_attribute = False
    question = forms.CharField(
        label=gettext_lazy("ご質問"),
        max_length=600,
        error_messages=REQUIRED,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("例：バスで行けますか。電話を持っていなくても参加できますか。"),
    )
    phone = PhoneField(
        label=gettext_lazy("電話番号"),
        error_messages=REQUIRED,
        help_text=gettext_lazy("職員がお電話でお答えします。固定電話でもかまいません。"),
    )
    name = forms.CharField(
        label=gettext_lazy("お名前"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("書かなくてもかまいません。"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def clean_question(self) -> str:
        return refuse_my_number(str(self.cleaned_data["question"]).replace("\r\n", "\n"))

    def clean_name(self) -> str:
        return refuse_my_number(rules.clean_name(self.cleaned_data["name"]))


class AskForm(QuestionForm):
    """On the web. Without a class, the postal code says which town answers."""

    postal = forms.CharField(
        label=gettext_lazy("郵便番号"),
        max_length=20,
        error_messages=REQUIRED,
        help_text=gettext_lazy("どの市区町村がお答えするかを決めるために、うかがいます。"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "postal-code", "class": "short"}),
    )

    def __init__(self, *args: Any, of_class: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.town: Municipality | None = None
        if of_class:
            del self.fields["postal"]

    def clean_postal(self) -> str:
        digits = digits_in(self.cleaned_data["postal"])
        found = geocode_postal(digits) if len(digits) == 7 else None
        code = found and (found.municipality or next((a.municipality for a in found.alternatives), None))
        self.town = Municipality.objects.filter(pk=code).first() if code else None
        if self.town is None:
            raise forms.ValidationError(_("この郵便番号は見つかりません。7けたの数字をお確かめください。"))
        return digits
