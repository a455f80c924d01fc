"""What people write about offers: why not, and what was really travelled."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outreach.dispatch.models import OfferStatus
from outreach.people.writing import looks_like_my_number


class NoForm(forms.Form):
    """Why someone cannot come. Short, and nothing about an illness is asked."""

    REASONS = [
        ("busy", gettext_lazy("都合がつかない")),
        ("unwell", gettext_lazy("体調がよくない")),
        ("far", gettext_lazy("遠い・移動がむずかしい")),
        ("course", gettext_lazy("この講座は自信がない")),
        ("other", gettext_lazy("そのほか")),
    ]
    why = forms.ChoiceField(label=gettext_lazy("理由"), choices=REASONS, widget=forms.RadioSelect, initial="busy")
    words = forms.CharField(label=gettext_lazy("ひとこと"), required=False, max_length=120)

    def clean_words(self) -> str:
        words: str = self.cleaned_data["words"]
        if looks_like_my_number(words):
            raise forms.ValidationError(_("マイナンバーのような番号は書かないでください。"))
        return words

    def reason(self) -> str:
        """As the office reads it. Call after `is_valid()`."""
        label = str(dict(self.REASONS)[self.cleaned_data["why"]])
        return f"{label}（{self.cleaned_data['words']}）" if self.cleaned_data["words"] else label


class OfferFilter(forms.Form):
    """Everything optional; by GET, since nothing in it names a person."""

    plain_labels = True
    use_required_attribute = False

    status = forms.ChoiceField(
        label=gettext_lazy("状態"),
        required=False,
        choices=[("", gettext_lazy("すべて")), *OfferStatus.choices],
    )
    plan = forms.IntegerField(required=False, min_value=1, max_value=2**31, widget=forms.HiddenInput)


class TravelledForm(forms.Form):
    """The road of one day, as it really was."""

    km = forms.DecimalField(
        label=gettext_lazy("走った距離（km）"),
        min_value=0,
        max_value=2000,
        decimal_places=1,
        max_digits=6,
        widget=forms.NumberInput(attrs={"inputmode": "decimal"}),
    )
    hours = forms.IntegerField(label=gettext_lazy("移動にかかった時間（時間）"), min_value=0, max_value=23)
    minutes = forms.IntegerField(label=gettext_lazy("移動にかかった時間（分）"), min_value=0, max_value=59)

    def travelled(self) -> dict[str, Any]:
        """As the service takes it. Call after `is_valid()`."""
        data = self.cleaned_data
        return {"km": Decimal(data["km"]), "minutes": data["hours"] * 60 + data["minutes"]}
