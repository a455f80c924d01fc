"""What staff write for a caller, at the counter, or from paper."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outreach.classes import codes
from outreach.classes.models import Session
from outreach.classes.queries import sessions_in
from outreach.contact.models import ANY, Channel, Purpose
from outreach.contact.numbers import NumberKind, kind_of
from outreach.people.rules import Scope
from outreach.registration import rules
from outreach.registration.forms import ApplicationForm
from outreach.registration.models import CONTACT_WAYS, BookingStatus, Intake

BY_STAFF = [
    (Intake.STAFF_PHONE, gettext_lazy("電話")),
    (Intake.COUNTER, gettext_lazy("窓口")),
    (Intake.PAPER, gettext_lazy("申込書")),
    (Intake.FAX, gettext_lazy("FAX")),
]
WAYS = [
    ("", gettext_lazy("番号に合わせる（携帯はSMS、固定電話は電話）")),
    (Channel.SMS, gettext_lazy("SMS")),
    (Channel.CALL, gettext_lazy("電話（職員がかけます）")),
    (Channel.POST, gettext_lazy("郵便")),
    (Channel.FAMILY, gettext_lazy("家族など、代わりの人へ")),
]


class CallerForm(ApplicationForm):
    """A booking for someone who is on the telephone or at the counter: kana and a number are enough."""

    use_required_attribute = False
    code = forms.CharField(
        label=gettext_lazy("講習会番号"),
        max_length=40,
        help_text=gettext_lazy("チラシの7けたの番号。読み上げて確かめます。"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "short"}),
    )
    channel = forms.ChoiceField(label=gettext_lazy("受付の方法"), choices=BY_STAFF, initial=Intake.STAFF_PHONE)
    field_order = ["code", "kana", "phone", "name", "contact", "needs", "channel"]

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scope = scope
        self.session: Session | None = None
        self.fields["kana"].required = True
        self.fields["kana"].help_text = _("聞いたとおりに。ひらがなでもカタカナでもかまいません。")
        self.fields["name"].required = False
        self.fields["name"].help_text = _("わからなければ、空けておきます。")
        self.fields["phone"].help_text = ""
        self.fields["contact"] = forms.ChoiceField(label=_("連絡の方法"), choices=WAYS, required=False)
        for name in ("name", "kana", "phone", "postal_code", "address", "proxy_name", "proxy_phone"):
            self.fields[name].widget.attrs["autocomplete"] = "off"  # the browser must not offer the last caller

    def clean_code(self) -> str:
        code = codes.clean_code(self.cleaned_data["code"], codes.SESSION_DIGITS)
        around = ("course", "venue", "municipality", "organisation", "programme_year")
        self.session = sessions_in(self.scope).select_related(*around).filter(code=code).first() if code else None
        if code is None or self.session is None:
            raise forms.ValidationError(_("この番号の講習会は、担当の中に見つかりません。"))
        return code

    def clean_name(self) -> str:
        return rules.clean_name(self.cleaned_data["name"])

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not data.get("contact") and data.get("phone"):
            data["contact"] = usual_way(data["phone"])
        return data


def usual_way(number: str) -> str:
    """How to tell someone who did not say: by SMS where that arrives, else by a person's call."""
    return Channel.SMS if kind_of(number) == NumberKind.MOBILE else Channel.CALL


class BookingFilter(forms.Form):
    """By GET: nothing in it names a person. People are searched by POST, on the phone desk."""

    plain_labels = True
    use_required_attribute = False
    status = forms.ChoiceField(
        label=gettext_lazy("状態"), required=False, choices=[("", gettext_lazy("すべて")), *BookingStatus.choices]
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("受付の方法"), required=False, choices=[("", gettext_lazy("すべて")), *Intake.choices]
    )


class WishForm(forms.Form):
    """What someone said about being contacted, as it is kept in the ledger (law 6)."""

    use_required_attribute = False
    given = forms.ChoiceField(
        label=gettext_lazy("希望"), choices=[("0", gettext_lazy("断る")), ("1", gettext_lazy("受け取る"))]
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("方法"),
        choices=[(ANY, gettext_lazy("すべての方法")), *[way for way in CONTACT_WAYS if way[0] != Channel.FAMILY]],
    )
    purpose = forms.ChoiceField(
        label=gettext_lazy("どの連絡"),
        choices=[
            (Purpose.ANY, gettext_lazy("すべての連絡（中止の連絡も）")),
            (Purpose.REMINDER, gettext_lazy("前日・当日のお知らせ")),
            (Purpose.INVITATION, gettext_lazy("ほかの講習会のご案内")),
        ],
    )
    words = forms.CharField(
        label=gettext_lazy("本人の言葉"),
        max_length=200,
        help_text=gettext_lazy("聞いたとおりに書きます。あとで確かめるときに使います。"),
    )

    def clean_words(self) -> str:
        words: str = self.cleaned_data["words"]
        if rules.looks_like_my_number(words):
            raise forms.ValidationError(_("マイナンバー（個人番号）は書かないでください。"))
        return words
