"""Points: how many a class gives, and what staff attest of one person."""

from django import forms
from django.utils.translation import gettext_lazy

from outreach.registration.models import AgeBand
from outreach.registration.models.points import LEAST, MOST


class AwardForm(forms.Form):
    points = forms.IntegerField(
        label=gettext_lazy("この回のポイント"),
        min_value=LEAST,
        max_value=MOST,
        required=False,
        help_text=gettext_lazy("100から1000まで。空欄にすると、ポイントはつきません。"),
    )


class AttestForm(forms.Form):
    """Nothing of what was shown is kept: no birth date, no number, only that staff saw it, and the age band."""

    age_band = forms.ChoiceField(
        label=gettext_lazy("年齢の区分"), choices=[("", gettext_lazy("選んでください")), *AgeBand.choices]
    )
    lives_here = forms.BooleanField(label=gettext_lazy("市内に住んでいることを確かめました"))
