"""What is written of people who teach and help: an application, an interview, a qualification, a register by file."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geo.geocoder import geocode_address
from geo.models import Municipality
from outreach.classes.codes import digits_in
from outreach.classes.queries import Place, find_places
from outreach.classes.rules import JST
from outreach.contact.numbers import show
from outreach.people.forms.choosing import choose_from
from outreach.people.forms.hours import clock_widget, day_widget
from outreach.people.models import Organisation, Person, Qualification, Supporter, SupporterApplication
from outreach.people.writing import clean_kana, clean_name, looks_like_my_number
from outreach.registration.forms import PhoneField

if TYPE_CHECKING:
    QualificationModelForm = forms.ModelForm[Qualification]
else:
    QualificationModelForm = forms.ModelForm  # generic only for mypy

PEOPLE_KINDS = [("instructor", gettext_lazy("講師")), *Supporter.Kind.choices]
AGES = [("adult", gettext_lazy("18歳以上")), ("minor", gettext_lazy("18歳未満"))]
MOST_BYTES = 5 * 1024 * 1024


class SupporterForm(forms.Form):
    """An application to help: name, one number, where about one lives; a minor also names a guardian."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=gettext_lazy("どこで活動しますか"),
        empty_label=gettext_lazy("選んでください"),
    )
    kind = forms.ChoiceField(label=gettext_lazy("あなたは"), choices=Supporter.Kind, widget=forms.RadioSelect)
    name = forms.CharField(label=gettext_lazy("お名前"), max_length=80)
    kana = forms.CharField(label=gettext_lazy("お名前のふりがな"), max_length=80)
    phone = PhoneField(label=gettext_lazy("電話番号"))
    email = forms.EmailField(label=gettext_lazy("メール"), required=False, max_length=254)
    by_sms = forms.BooleanField(
        label=gettext_lazy("メールがないとき、連絡をSMSで受け取ります"),
        required=False,
        help_text=gettext_lazy("携帯電話の方だけです。入れないときは、お電話します。あとで変えられます。"),
    )
    postal_code = forms.CharField(
        label=gettext_lazy("お住まいの郵便番号"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "postal-code", "class": "short"}),
        help_text=gettext_lazy("近くの活動をご案内するために使います。番地はお聞きしません。"),
    )
    wish = forms.CharField(
        label=gettext_lazy("やってみたいこと・できること"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    age = forms.ChoiceField(label=gettext_lazy("年齢"), choices=AGES, widget=forms.RadioSelect)
    guardian_name = forms.CharField(label=gettext_lazy("保護者のお名前"), max_length=80, required=False)
    guardian_phone = PhoneField(label=gettext_lazy("保護者の電話番号"), required=False)
    guardian_agrees = forms.BooleanField(
        label=gettext_lazy("保護者は、この応募に同意しています"),
        required=False,
        help_text=gettext_lazy("面談の前に、こちらから保護者の方にお電話して確かめます。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organisations = Organisation.objects.filter(takes_supporters=True)
        field = choose_from(self, "organisation", organisations)
        if len(some := list(organisations[:2])) == 1:
            field.initial = some[0]
        self.place: Place | None = None

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"])

    def clean_kana(self) -> str:
        kana = clean_kana(self.cleaned_data["kana"])
        if kana is None:
            raise forms.ValidationError(_("ひらがなかカタカナで入力してください。"))
        return kana

    def clean_postal_code(self) -> str:
        digits = digits_in(self.cleaned_data["postal_code"])
        places = find_places(postal=digits, municipality="") if len(digits) == 7 else []
        if not places:
            raise forms.ValidationError(_("この郵便番号の場所が分かりません。7桁の数字を確かめてください。"))
        self.place = places[0]
        return digits

    def clean_wish(self) -> str:
        wish: str = self.cleaned_data["wish"]
        if looks_like_my_number(wish):
            raise forms.ValidationError(_("マイナンバー（個人番号）は書かないでください。この申し込みには要りません。"))
        return wish

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("age") == "minor":
            for name in ("guardian_name", "guardian_phone", "guardian_agrees"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("18歳未満の方は、保護者の同意が要ります。"))
        return data

    def application(self) -> SupporterApplication:
        """Call after `is_valid()`. A grown-up's guardian is not kept."""
        data, place = self.cleaned_data, self.place
        assert place  # noqa: S101  (clean_postal_code found it)
        minor = data["age"] == "minor"
        return SupporterApplication(
            **{name: data[name] for name in ("organisation", "kind", "name", "kana", "phone", "email", "wish")},
            municipality=place.municipality,
            lat=place.lat,
            lon=place.lon,
            minor=minor,
            guardian_name=clean_name(data["guardian_name"]) if minor else "",
            guardian_phone=data["guardian_phone"] if minor else "",
            sample=data["organisation"].sample,
        )


class PersonForm(forms.Form):
    """Who teaches: how they are called and reached, and where their days begin."""

    use_required_attribute = False

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=gettext_lazy("実施団体"),
        empty_label=gettext_lazy("選んでください"),
        help_text=gettext_lazy("本人に連絡先がないときは、この団体に電話します。"),
    )
    name = forms.CharField(label=gettext_lazy("氏名"), max_length=80)
    kana = forms.CharField(label=gettext_lazy("カナ"), max_length=80)
    phone = PhoneField(label=gettext_lazy("電話番号"), required=False)
    email = forms.EmailField(
        label=gettext_lazy("メール"),
        required=False,
        max_length=254,
        help_text=gettext_lazy("打診は、メールがあればメールで、なければSMSか電話で届きます。"),
    )
    address = forms.CharField(
        label=gettext_lazy("出発する所の住所"),
        max_length=200,
        help_text=gettext_lazy("都道府県から。番地はなくてもかまいません。ここからの道のりで、計画を作ります。"),
    )

    def __init__(self, *args: Any, organisations: Any, known: Person | None = None, **kwargs: Any) -> None:
        if known:
            fields = {name: getattr(known, name) for name in ("name", "kana", "email")}
            kwargs["initial"] = {**fields, "phone": show(known.phone) if known.phone else ""}
        super().__init__(*args, **kwargs)
        if known:
            del self.fields["organisation"]
            self.fields["address"].required = False
            self.fields["address"].help_text = _("いまは%(town)s。変わったときだけ、都道府県から書いてください。") % {
                "town": f"{known.municipality.prefecture}{known.municipality}"
            }
            return
        field = choose_from(self, "organisation", organisations)
        if len(some := list(organisations[:2])) == 1:
            field.initial = some[0]

    def clean_name(self) -> str:
        name = clean_name(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(_("入力してください。"))
        return name

    def clean_kana(self) -> str:
        kana = clean_kana(self.cleaned_data["kana"])
        if kana is None:
            raise forms.ValidationError(_("ひらがなかカタカナで入力してください。"))
        return kana

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if address := data.get("address"):
            found = geocode_address(address)
            town = Municipality.objects.of_today().filter(pk=found.municipality or "").first()
            if town is None:
                self.add_error("address", _("住所の場所がわかりません。都道府県から書いてください。"))
            else:
                self.door = {"municipality": town, "lat": found.lat or town.lat, "lon": found.lon or town.lon}
        return data

    def values(self) -> dict[str, Any]:
        """The fields of a person, without the door where it stays. Call after `is_valid()`."""
        data = self.cleaned_data
        return {name: data[name] for name in ("name", "kana", "phone", "email")} | getattr(self, "door", {})


class InterviewForm(forms.Form):
    day = forms.DateField(label=gettext_lazy("面談の日"), widget=day_widget())
    at = forms.TimeField(label=gettext_lazy("時刻"), widget=clock_widget())

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if abs(day - timezone.localdate()) > timedelta(days=3660):
            raise forms.ValidationError(_("日付を確かめてください。"))
        return day

    def moment(self) -> datetime:
        return datetime.combine(self.cleaned_data["day"], self.cleaned_data["at"], tzinfo=JST)


class QualificationForm(QualificationModelForm):
    """What was issued, as it stands on the certificate."""

    class Meta:
        model = Qualification
        fields = ["skill", "issuer", "training", "test", "passed_on", "number", "valid_from", "valid_to"]
        widgets = {name: day_widget() for name in ("passed_on", "valid_from", "valid_to")}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("valid_from"), data.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", _("末日は、初日より後にしてください。"))
        return data


class InsuranceForm(forms.Form):
    starts_on = forms.DateField(label=gettext_lazy("保険の初日"), widget=day_widget())

    def clean_starts_on(self) -> date:
        day: date = self.cleaned_data["starts_on"]
        if abs(day - timezone.localdate()) > timedelta(days=400):
            raise forms.ValidationError(_("今年度か来年度の日を入れてください。"))
        return day


class RegisterForm(forms.Form):
    """A register kept in Excel until now."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=gettext_lazy("実施団体"), empty_label=gettext_lazy("選んでください")
    )
    kind = forms.ChoiceField(label=gettext_lazy("種別"), choices=PEOPLE_KINDS)
    file = forms.FileField(
        label=gettext_lazy("名簿のファイル"),
        max_length=100,
        help_text=gettext_lazy(
            "CSV か Excel（.xlsx）。列：氏名・カナ・電話番号・郵便番号・資格・発行者・有効期間の初日。"
            "認定番号・研修・試験・合格日・末日・メールは任意"
        ),
    )

    def __init__(self, *args: Any, organisations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "organisation", organisations)

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(_("ファイルが大きすぎます（5MBまで）。"))
        return file


class PeopleFilter(forms.Form):
    """Narrowing the register. A name travels by POST only: see the view."""

    plain_labels = True
    KINDS = [("", gettext_lazy("すべて")), *PEOPLE_KINDS]
    STATES = [
        ("", gettext_lazy("すべて")),
        ("ready", gettext_lazy("活動できる")),
        ("untrained", gettext_lazy("研修がまだ・期限切れ")),
        ("uninsured", gettext_lazy("今年度の保険がまだ")),
        ("left", gettext_lazy("休止・やめた")),
    ]
    kind = forms.ChoiceField(label=gettext_lazy("種別"), choices=KINDS, required=False)
    state = forms.ChoiceField(label=gettext_lazy("状態"), choices=STATES, required=False)
