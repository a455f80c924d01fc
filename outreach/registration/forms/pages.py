"""The forms as residents see them."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outreach.classes import codes
from outreach.contact.models import Channel
from outreach.registration import rules
from outreach.registration.forms.application import AddressForm, ApplicationForm, PhoneField
from outreach.registration.models import Booking
from outreach.registration.rules import Wish

WAYS: list[tuple[str, Any]] = [
    (Channel.SMS, gettext_lazy("携帯電話のSMS（ショートメール）")),
    (Channel.CALL, gettext_lazy("電話（職員がお電話します）")),
    (Channel.POST, gettext_lazy("郵便")),
]


def way_field(choices: list[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=_("連絡の方法"), choices=choices, widget=forms.RadioSelect)


class PageForm(ApplicationForm):
    """The form as the resident's pages show it: what does not concern the chosen way is neither asked nor kept."""

    use_required_attribute = False
    labels: dict[str, Any] = {}
    hints: dict[str, Any] = {}
    needed: tuple[str, ...] = ("name", "kana", "phone")
    asked: tuple[str, ...] = ("address",)  # needed of those to whom they are shown at all

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(self.concerning(self._flat(data)) if data else data, **kwargs)
        for name, label in self.labels.items():
            self.fields[name].label = label
        for name, hint in self.hints.items():
            self.fields[name].help_text = hint
        for name in self.needed:
            self.fields[name].required = True

    def mark_asked(self) -> None:
        """Show as needed what is asked only of some. After cleaning, which would ask it of all."""
        for name in self.asked:
            self.fields[name].required = True

    def _flat(self, data: Any) -> dict[str, str]:
        """A name written in kana is its own reading."""
        flat = {name: data.get(name) or "" for name in self.base_fields}
        return flat if flat["kana"].strip() else {**flat, "kana": rules.clean_kana(flat["name"]) or ""}

    def concerning(self, flat: dict[str, str]) -> dict[str, str]:
        return flat if flat["contact"] == Channel.POST else {**flat, "postal_code": "", "address": ""}


class ResidentForm(PageForm):
    """Someone applies for themselves."""

    asked = ("address", "proxy_name", "proxy_relation", "proxy_phone")
    labels = {
        "proxy_name": gettext_lazy("連絡を受ける方のお名前"),
        "proxy_relation": gettext_lazy("あなたから見た関係"),
        "proxy_phone": gettext_lazy("連絡を受ける方の電話番号"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["tell"]
        family = (Channel.FAMILY, _("家族など、わたしの代わりの人に連絡してほしい"))
        self.fields["contact"] = way_field([*WAYS, family])

    def concerning(self, flat: dict[str, str]) -> dict[str, str]:
        kept = super().concerning(flat)
        other = {"proxy_name": "", "proxy_relation": "", "proxy_phone": ""}
        return kept if flat["contact"] == Channel.FAMILY else {**kept, **other}


class FamilyForm(PageForm):
    """Someone applies for another: whoever is to be told says how."""

    asked: tuple[str, ...] = ("address", "contact")
    needed = (*PageForm.needed, "proxy_name", "proxy_relation", "proxy_phone")
    labels = {
        "name": gettext_lazy("参加する方のお名前"),
        "kana": gettext_lazy("参加する方のふりがな"),
        "phone": gettext_lazy("参加する方の電話番号"),
        "proxy_relation": gettext_lazy("参加する方との関係"),
    }
    hints = {"phone": gettext_lazy("固定電話でもかまいません。お持ちでないときは、あなたの電話番号を書いてください。")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tell"] = forms.ChoiceField(
            label=_("連絡する相手"),
            choices=[
                (Booking.Tell.PROXY, _("あなた（申し込む方）")),
                (Booking.Tell.RESIDENT, _("参加する方")),
                (Booking.Tell.BOTH, _("両方")),
            ],
            widget=forms.RadioSelect,
        )
        self.fields["contact"] = forms.ChoiceField(
            label=_("参加する方への連絡の方法"), choices=WAYS, required=False, widget=forms.RadioSelect
        )

    def concerning(self, flat: dict[str, str]) -> dict[str, str]:
        return super().concerning({**flat, "contact": ""} if flat["tell"] == Booking.Tell.PROXY else flat)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("tell") == Booking.Tell.PROXY:
            data["contact"] = Channel.FAMILY
        elif data.get("tell") and not data.get("contact") and "contact" not in self.errors:
            self.add_error("contact", forms.ValidationError(_("連絡の方法を選んでください。"), code="required"))
        return data


class GuardianForm(FamilyForm):
    """A guardian applies for a child: reached at the guardian's number, and told of everything."""

    asked = ()
    needed = ("name", "kana", "proxy_name", "proxy_relation", "proxy_phone")
    labels = {
        "name": gettext_lazy("お子さんのお名前"),
        "kana": gettext_lazy("お子さんのふりがな"),
        "needs": gettext_lazy("学年と、手伝いが必要なこと"),
        "proxy_name": gettext_lazy("保護者のお名前"),
        "proxy_relation": gettext_lazy("お子さんとの関係"),
        "proxy_phone": gettext_lazy("保護者の電話番号"),
    }
    hints = {
        "needs": gettext_lazy("例：小学4年生、食べ物のアレルギー、送り迎えのこと"),
        "proxy_relation": gettext_lazy("例：母、父、祖母"),
    }

    def concerning(self, flat: dict[str, str]) -> dict[str, str]:
        """The child has no number of their own, and the guardian is the one to tell."""
        told = {"phone": flat["proxy_phone"], "tell": Booking.Tell.PROXY, "contact": Channel.FAMILY}
        return super().concerning({**flat, **told})


class ReferenceForm(forms.Form):
    """A booking's number, as it stands on the slip."""

    use_required_attribute = False

    reference = forms.CharField(
        label=gettext_lazy("申込番号"),
        max_length=40,
        help_text=gettext_lazy("8けたの数字です。例：1234‑5678"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "short"}),
    )


class LookupForm(ReferenceForm):
    """What proves that a booking is one's own."""

    phone = PhoneField(label=gettext_lazy("電話番号"), help_text=gettext_lazy("申し込みのときに書いた電話番号です。"))


class CertificateForm(forms.Form):
    """The number on a certificate."""

    plain_labels = True
    use_required_attribute = False

    code = forms.CharField(
        label=gettext_lazy("証明番号"),
        max_length=40,
        help_text=gettext_lazy("修了証の下にある、10けたの数字です。例：12345‑67890"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "short"}),
    )

    def clean_code(self) -> str:
        code = codes.clean_code(self.cleaned_data["code"], codes.LONG_DIGITS)
        if code is None:
            raise forms.ValidationError(_("番号をお確かめください。10けたの数字です。"))
        return code


class ContactForm(AddressForm):
    """How to be told of a booking from now on. `proxy`: the name of whoever applied for another, if someone did."""

    use_required_attribute = False

    def __init__(self, *args: Any, proxy: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        family = (Channel.FAMILY, _("%(name)sさんに連絡してほしい") % {"name": proxy})
        self.fields["contact"] = way_field([*WAYS, family] if proxy else WAYS)


class QuietForm(forms.Form):
    """Which messages someone still wants."""

    use_required_attribute = False
    wish = forms.ChoiceField(
        label=gettext_lazy("受け取る連絡"),
        choices=[
            (Wish.ALL, gettext_lazy("すべて受け取る")),
            (Wish.NO_REMINDERS, gettext_lazy("前日と当日のお知らせは、いらない")),
            (Wish.NONE, gettext_lazy("どの連絡も、いらない（中止のときも、連絡が来なくなります）")),
        ],
        widget=forms.RadioSelect,
    )
