"""Forms of this room."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from outreach.contact.numbers import NumberRefused, read_number
from outreach.contact.texts import BadText, check_template


class NumberField(forms.CharField):
    """A telephone number in any width and grouping, as E.164."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "class": "medium"})

    def clean(self, value: str) -> str:
        raw = super().clean(value)
        try:
            return read_number(raw, samples=settings.SAMPLE_MODE).e164 if raw else ""
        except NumberRefused as error:
            raise forms.ValidationError(str(error)) from error


class DidYouSendForm(forms.Form):
    """Did we send this? The number is asked too, so that a reference copied from another's message proves nothing."""

    ref = forms.CharField(
        label=_("連絡番号"),
        max_length=20,
        help_text=_("例：123-4567"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "short"}),
    )
    number = NumberField(label=_("届いた電話番号（あなたの番号）"), max_length=30)


class TextForm(forms.Form):
    """The words of one kind of message."""

    text = forms.CharField(
        label=_("文面"), max_length=600, widget=forms.Textarea(attrs={"rows": 6, "data-live-preview": "preview"})
    )

    def __init__(self, *args: Any, way: str, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.way, self.kind = way, kind

    def clean_text(self) -> str:
        text = str(self.cleaned_data["text"]).replace("\r\n", "\n")
        try:
            check_template(self.kind, text, way=self.way)
        except BadText as error:
            raise forms.ValidationError(str(error)) from error
        return text
