"""The end of a class: how many came unannounced, and a word about it."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outreach.classes.models import SessionReport
from outreach.registration.rules import looks_like_my_number

NO_NAMES = gettext_lazy("住民の名前や番号は書かないでください。")


class CloseForm(forms.Form):
    walk_ins = forms.IntegerField(
        label=gettext_lazy("予約なしの参加者（人）"), min_value=0, max_value=500, required=False, initial=0
    )


class ReportForm(forms.Form):
    """Two minutes in the car: one number, one choice; the rest where there is something to say."""

    walk_ins = forms.IntegerField(
        label=gettext_lazy("予約なしの参加者（人）"), min_value=0, max_value=500, required=False
    )
    taught = forms.CharField(label=gettext_lazy("教えたこと"), max_length=200, required=False)
    could = forms.ChoiceField(
        label=gettext_lazy("終わりに、一人でできた人"), choices=SessionReport.Could, widget=forms.RadioSelect
    )
    can_do = forms.CharField(
        label=gettext_lazy("できるようになったこと"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=NO_NAMES,
    )
    trouble = forms.CharField(
        label=gettext_lazy("困ったこと・次への申し送り"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=NO_NAMES,
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("taught", "can_do", "trouble"):
            if looks_like_my_number(data.get(name, "")):
                self.add_error(name, _("マイナンバー（個人番号）は書かないでください。"))
        return data
