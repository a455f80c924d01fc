"""Several people on one form: one row each, and one number at which all are told."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outreach.contact.models import Channel
from outreach.registration import rules
from outreach.registration.forms.application import REQUIRED, AddressForm, PhoneField
from outreach.registration.forms.asking import refuse_my_number
from outreach.registration.forms.pages import WAYS, way_field
from outreach.registration.models import Booking
from outreach.registration.services import Application


class PersonForm(forms.Form):
    """One who comes. An empty row is nobody, so no field is marked as needed."""

    use_required_attribute = False
    plain_labels = True
    name = forms.CharField(label=gettext_lazy("お名前"), max_length=80)
    kana = forms.CharField(label=gettext_lazy("ふりがな"), max_length=80, required=False)
    phone = PhoneField(label=gettext_lazy("ちがう電話番号のときだけ"), required=False)

    def clean_name(self) -> str:
        name = rules.clean_name(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(_("入力してください。"))
        return refuse_my_number(name)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        kana = rules.clean_kana(data.get("kana") or data.get("name", ""))
        if kana is None and "name" not in self.errors and "kana" not in self.errors:
            asked = (
                _("ひらがなかカタカナで入力してください。") if data.get("kana") else _("ふりがなを入力してください。")
            )
            self.add_error("kana", asked)
        data["kana"] = kana or ""
        return data


if TYPE_CHECKING:
    Rows = forms.BaseFormSet[PersonForm]
else:  # Django's own class takes no type
    Rows = forms.BaseFormSet


class PeopleForms(Rows):
    """The rows; no one may stand there twice."""

    def clean(self) -> None:
        people = self.people()
        if not self.total_error_count() and len(people) < 2:
            raise forms.ValidationError(_("2人以上のお名前を書いてください。"))
        who = [(row["kana"], row["phone"]) for row in people]
        if len(set(who)) < len(who):
            raise forms.ValidationError(_("同じ方が、2回書かれています。"))

    def people(self) -> list[dict[str, str]]:
        return [form.cleaned_data for form in self.forms if getattr(form, "cleaned_data", None) and form.has_changed()]


ROWS, MORE, MOST = 3, 3, 20
PeopleFormSet = forms.formset_factory(
    PersonForm, formset=PeopleForms, extra=ROWS, max_num=MOST, validate_max=True, absolute_max=MOST
)


def people_of(data: Any) -> PeopleForms:
    """The rows as they were sent."""
    rows = PeopleFormSet(data, prefix="people")
    assert isinstance(rows, PeopleForms)  # noqa: S101 - what the factory was told to make
    return rows


class GroupForm(AddressForm):
    """Where all are told; whoever only applies, and does not come, names themselves."""

    use_required_attribute = False
    phone = PhoneField(
        label=gettext_lazy("連絡先の電話番号"),
        error_messages=REQUIRED,
        help_text=gettext_lazy("みなさんへの連絡は、この番号に一度だけします。固定電話でもかまいません。"),
    )
    proxy_name = forms.CharField(
        label=gettext_lazy("申し込むあなたのお名前（ご自分は参加しないとき）"), max_length=80, required=False
    )
    proxy_relation = forms.CharField(
        label=gettext_lazy("みなさんとの関係"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("例：施設の職員、町内会長、長女"),
    )
    needs = forms.CharField(
        label=gettext_lazy("手伝いが必要なこと"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("例：2人は車いすで行く、となりの席がよい"),
    )
    field_order = ["phone", "contact", "postal_code", "address", "proxy_name", "proxy_relation", "needs"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"] = way_field(WAYS)
        self.order_fields(self.field_order)

    def clean_proxy_name(self) -> str:
        return rules.clean_name(self.cleaned_data["proxy_name"])

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("proxy_name") and not data.get("proxy_relation") and "proxy_relation" not in self.errors:
            self.add_error("proxy_relation", _("「%(label)s」を入力してください。") % {"label": _("みなさんとの関係")})
        return data

    def applications(self, people: list[dict[str, str]]) -> list[Application]:
        """One for each of `people`. Whoever only applies is told for all."""
        data = self.cleaned_data
        by_text = bool(data["proxy_name"]) and data["contact"] == Channel.SMS
        shared = {name: data[name] for name in ("needs", "postal_code", "address", "proxy_name", "proxy_relation")}
        return [
            Application(
                **shared,
                name=one["name"],
                kana=one["kana"],
                phone=one["phone"] or data["phone"],
                contact=Channel.FAMILY if by_text else data["contact"],
                proxy_phone=data["phone"] if data["proxy_name"] else "",
                tell=Booking.Tell.PROXY if by_text else Booking.Tell.RESIDENT,
            )
            for one in people
        ]
