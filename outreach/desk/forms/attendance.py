"""The end of a class: how many came unannounced, and a word about it."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outreach.registration.rules import looks_like_my_number


class CloseForm(forms.Form):
    walk_ins = forms.IntegerField(
        label=gettext_lazy("予約なしの参加者（人）"), min_value=0, max_value=500, required=False, initial=0
    )


class ReportForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("一言（よかったこと、困ったこと）"),
        required=False,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("住民の名前や番号は書かないでください。"),
    )

    def clean_words(self) -> str:
        words: str = self.cleaned_data["words"]
        if looks_like_my_number(words):
            raise forms.ValidationError(_("マイナンバー（個人番号）は書かないでください。"))
        return words
