"""What staff write down from a recording."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outreach.registration import rules

MY_NUMBER = gettext_lazy("マイナンバー（個人番号）は書かないでください。")


class NameForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("お名前"), max_length=80, required=False)
    kana = forms.CharField(
        label=gettext_lazy("ふりがな"),
        max_length=80,
        help_text=gettext_lazy("ひらがなでもカタカナでもかまいません。聞いたとおりで結構です。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"

    def clean_name(self) -> str:
        name = rules.clean_name(self.cleaned_data["name"])
        if rules.looks_like_my_number(name):
            raise forms.ValidationError(MY_NUMBER)
        return name

    def clean_kana(self) -> str:
        kana = rules.clean_kana(self.cleaned_data["kana"])
        if kana is None:
            raise forms.ValidationError(_("ひらがなかカタカナで入力してください。"))
        return kana


class MessageForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("伝言の内容"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("折り返しの電話の用件になります。書き取ると、録音は消えます。"),
    )

    def clean_words(self) -> str:
        words = self.cleaned_data["words"].strip()
        if rules.looks_like_my_number(words):
            raise forms.ValidationError(MY_NUMBER)
        return str(words)
