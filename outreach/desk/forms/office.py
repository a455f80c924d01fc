"""What an organisation may say of itself, with what each entry does."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outreach.contact.models import SenderNumber
from outreach.contact.numbers import NumberRefused, read_number, show
from outreach.people.forms.hours import clock_widget
from outreach.people.models import Organisation
from outreach.people.writing import looks_like_my_number
from outreach.registration.forms import PhoneField

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Organisation]
else:
    ModelForm = forms.ModelForm  # generic only for mypy


class OfficeForm(ModelForm):
    """The telephone number cannot be taken away: whoever gets a message must be able to ring back."""

    use_required_attribute = False
    phone = PhoneField(
        label=gettext_lazy("住民がかける電話番号"),
        help_text=gettext_lazy(
            "講習会のページ、申込票、SMSと郵便の文面に、問い合わせ先として出ます。もう用意された連絡には、前の番号が入っています。"
        ),
    )

    class Meta:
        model = Organisation
        fields = (
            "name", "phone", "phone_opens", "phone_closes", "phone_note", "takes_supporters", "takes_requests",
            "two_at_first_visit",
        )  # fmt: skip
        widgets = {"phone_opens": clock_widget(), "phone_closes": clock_widget()}
        help_texts = {
            "name": gettext_lazy("講習会のページ、申込票、チラシに「開くところ」として出ます。"),
            "phone_opens": gettext_lazy(
                "平日の時刻です。電話番号といっしょに住民に見せます。自動の電話受付も、この時間だけ係の者につなぎます。"
                "電話や郵便での空席のご案内と、問い合わせへのお返事は、終わりの時刻までを期限にします。"
                "空けておくと、8:30～17:15とし、住民には時刻を見せません。"
            ),
            "phone_note": gettext_lazy("例：昼休みも出ます"),
            "takes_supporters": gettext_lazy("入れると、サポーターの応募のページで、この団体を選べます。"),
            "takes_requests": gettext_lazy(
                "入れると、住民が個別支援（訪問・電話・団体）を、この団体にお願いできます。外しても、受け付けた依頼は残ります。"
            ),
            "two_at_first_visit": gettext_lazy("入れると、初めて訪問する家へは、2人が引き受けてから行きます。"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["phone"] = show(self.instance.phone) if self.instance.phone else ""

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        same = Organisation.objects.filter(name=name, municipality=self.instance.municipality_id)
        if same.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("同じ名称の団体が、もう登録されています。"))
        return name

    def clean_phone_note(self) -> str:
        note = " ".join(str(self.cleaned_data["phone_note"]).split())
        if looks_like_my_number(note):
            raise forms.ValidationError(_("マイナンバー（個人番号）は書かないでください。"))
        return note

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        opens, closes = data.get("phone_opens"), data.get("phone_closes")
        if {"phone_opens", "phone_closes"} & set(self.errors):
            return data
        if (opens is None) != (closes is None):
            self.add_error("phone_closes" if opens else "phone_opens", _("時刻を入力してください。"))
        elif opens and closes and closes <= opens:
            self.add_error("phone_closes", _("終了は、開始より後の時刻にしてください。"))
        return data


class SenderForm(forms.Form):
    """A number that the office rings from."""

    use_required_attribute = False
    number = forms.CharField(label=gettext_lazy("電話番号"), max_length=20)
    label = forms.CharField(
        label=gettext_lazy("どこの番号か"), max_length=80, help_text=gettext_lazy("例：市民課デジタル係")
    )

    def clean_number(self) -> str:
        try:
            number = read_number(self.cleaned_data["number"], samples=settings.SAMPLE_MODE).e164
        except NumberRefused as error:
            raise forms.ValidationError(str(error)) from error
        if SenderNumber.objects.filter(number=number, active=True).exists():
            raise forms.ValidationError(_("この番号は、もう載っています。"))
        return number
