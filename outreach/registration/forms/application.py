"""What a resident, a family member or staff write: the one place that cleans it, for pages, API and paper alike."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outreach.classes.codes import digits_in
from outreach.contact.models import Channel
from outreach.contact.numbers import NumberRefused, read_number
from outreach.registration import rules
from outreach.registration.models import CONTACT_WAYS, Booking
from outreach.registration.services import Application

REQUIRED = {"required": gettext_lazy("入力してください。")}
FREE_TEXT = ("name", "needs", "address", "proxy_name", "proxy_relation")


class PhoneField(forms.CharField):
    """A Japanese number in any width and grouping; cleans to E.164."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}), **kwargs)

    def clean(self, value: Any) -> str:
        raw = super().clean(value)
        if not raw:
            return ""
        try:
            return read_number(raw, samples=settings.SAMPLE_MODE).e164
        except NumberRefused as error:
            raise forms.ValidationError(str(error)) from error


class AddressForm(forms.Form):
    """Where post goes."""

    postal_code = forms.CharField(
        label=gettext_lazy("郵便番号"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "postal-code", "class": "short"}),
    )
    address = forms.CharField(
        label=gettext_lazy("住所"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )

    def clean_postal_code(self) -> str:
        digits = digits_in(self.cleaned_data["postal_code"])
        if digits and len(digits) != 7:
            raise forms.ValidationError(_("郵便番号は7桁の数字です。"))
        return digits

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("contact") == Channel.POST and not data.get("address") and "address" not in self.errors:
            self.add_error("address", _("郵便で連絡するので、住所を入力してください。"))
        for name in FREE_TEXT:
            if rules.looks_like_my_number(data.get(name) or ""):
                self.add_error(name, _("マイナンバー（個人番号）は書かないでください。この申し込みには要りません。"))
        return data


class ApplicationForm(AddressForm):
    """Name, kana and one number are enough; the rest is asked only of whom it concerns."""

    name = forms.CharField(label=gettext_lazy("お名前"), max_length=80, error_messages=REQUIRED)
    kana = forms.CharField(
        label=gettext_lazy("お名前のふりがな"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("ひらがなでもカタカナでもかまいません。"),
    )
    phone = PhoneField(
        label=gettext_lazy("電話番号"),
        error_messages=REQUIRED,
        help_text=gettext_lazy("固定電話でもかまいません。例：03‑1234‑5678"),
    )
    contact = forms.ChoiceField(
        label=gettext_lazy("連絡の方法"), choices=CONTACT_WAYS, required=False, widget=forms.RadioSelect
    )
    needs = forms.CharField(
        label=gettext_lazy("手伝いが必要なこと"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("例：耳が聞こえにくい、車いすで行く、いちばん前の席がよい"),
    )
    proxy_name = forms.CharField(label=gettext_lazy("あなたのお名前"), max_length=80, required=False)
    proxy_relation = forms.CharField(
        label=gettext_lazy("ご本人との関係"), max_length=40, required=False, help_text=gettext_lazy("例：長女、友人")
    )
    proxy_phone = PhoneField(label=gettext_lazy("あなたの電話番号"), required=False)
    tell = forms.ChoiceField(
        label=gettext_lazy("どなたに連絡しますか"), choices=Booking.Tell, required=False, widget=forms.RadioSelect
    )

    def clean_name(self) -> str:
        return self._known(rules.clean_name(self.cleaned_data["name"]))

    def clean_proxy_name(self) -> str:
        return rules.clean_name(self.cleaned_data["proxy_name"])

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        self._clean_kana(data)
        self._clean_proxy(data)
        return data

    def application(self) -> Application:
        """What was written, cleaned. Call after `is_valid()`."""
        data = self.cleaned_data
        return Application(
            **{name: data[name] for name in Application.__dataclass_fields__ if name not in {"contact", "tell"}},
            contact=data["contact"] or Channel.SMS,
            tell=data.get("tell")
            or (Booking.Tell.PROXY if data["contact"] == Channel.FAMILY else Booking.Tell.RESIDENT),
        )

    def _known(self, name: str) -> str:
        if not name:
            raise forms.ValidationError(_("入力してください。"))
        return name

    def _clean_kana(self, data: dict[str, Any]) -> None:
        """Someone who wrote the name in kana already need not write it twice."""
        kana = rules.clean_kana(data.get("kana") or data.get("name", ""))
        if kana is None and "kana" not in self.errors:
            blank = not data.get("kana")
            self.add_error(
                "kana",
                _("ふりがなを入力してください。") if blank else _("ひらがなかカタカナで入力してください。"),
            )
        data["kana"] = kana

    def _clean_proxy(self, data: dict[str, Any]) -> None:
        named = [data.get(name) for name in ("proxy_name", "proxy_relation", "proxy_phone")]
        wanted = any(named) or data.get("contact") == Channel.FAMILY or data.get("tell") in {"proxy", "both"}
        for name, value in zip(("proxy_name", "proxy_relation", "proxy_phone"), named, strict=True):
            if wanted and not value and name not in self.errors:
                self.add_error(name, _("「%(label)s」を入力してください。") % {"label": self.fields[name].label})
