"""Asking for a visit, help by telephone, or a teacher for a group; and what staff and helpers write about it."""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geo.geocoder import geocode_address
from outreach.classes.codes import digits_in
from outreach.classes.queries import Place, find_places
from outreach.classes.rules import JST
from outreach.people.forms.hours import clock_widget, day_widget
from outreach.people.models import Organisation, Skill
from outreach.people.skills import SUPPORTER_SKILLS
from outreach.people.writing import clean_kana, clean_name, looks_like_my_number
from outreach.registration.forms.application import PhoneField
from outreach.registration.models import Intake, SupportKind
from outreach.registration.services import Asked

FREE = ("name", "address", "topic", "arrangement", "wanted_times", "group_name")
STAFF_INTAKES = [
    choice for choice in Intake.choices if choice[0] in {Intake.STAFF_PHONE, Intake.COUNTER, Intake.FAX, Intake.PAPER}
]
TRAINING = {"helper", "disability-pc"}


class SupportForm(forms.Form):
    """As residents see it. No diagnosis is asked for: only what the visitor should arrange."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=gettext_lazy("お願いする団体"), empty_label=gettext_lazy("選んでください")
    )
    kind = forms.ChoiceField(label=gettext_lazy("どんな手伝いですか"), choices=SupportKind, widget=forms.RadioSelect)
    name = forms.CharField(label=gettext_lazy("お名前"), max_length=80)
    kana = forms.CharField(label=gettext_lazy("お名前のふりがな"), max_length=80)
    phone = PhoneField(
        label=gettext_lazy("電話番号"), help_text=gettext_lazy("固定電話でもかまいません。例：03‑1234‑5678")
    )
    postal_code = forms.CharField(
        label=gettext_lazy("郵便番号"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "postal-code", "class": "short"}),
    )
    address = forms.CharField(
        label=gettext_lazy("住所"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("訪問のときは、番地まで書いてください。団体のときは、集まる場所です。"),
    )
    topic = forms.CharField(
        label=gettext_lazy("手伝ってほしいこと"),
        max_length=200,
        help_text=gettext_lazy("例：メールを声で読み上げてほしい、写真を送りたい"),
    )
    arrangement = forms.CharField(
        label=gettext_lazy("お願いしたい配慮"),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "例：ゆっくり大きな声で、画面の文字を大きく、筆談で。病名や障害の等級は書かないでください。こちらでは残しません。"
        ),
    )
    skill = forms.ModelChoiceField(
        Skill.objects.none(), label=gettext_lazy("必要な技能"), required=False, empty_label=gettext_lazy("とくにない")
    )
    gender_wish = forms.ChoiceField(label=gettext_lazy("来る人の性別の希望"), required=False)
    wanted_times = forms.CharField(
        label=gettext_lazy("都合のよい日時"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("例：平日の午前中、水曜の2時ごろ"),
    )
    group_name = forms.CharField(label=gettext_lazy("団体の名前"), max_length=80, required=False)
    head_count = forms.IntegerField(label=gettext_lazy("人数"), min_value=1, max_value=300, required=False, initial=1)

    def __init__(self, *args: Any, organisations: "QuerySet[Organisation] | None" = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = Organisation.objects.all() if organisations is None else organisations
        _choose(self.fields["organisation"], known.filter(takes_requests=True))
        special = [code for code in SUPPORTER_SKILLS if code not in TRAINING]
        _choose(self.fields["skill"], Skill.objects.filter(code__in=special))
        wish = self.fields["gender_wish"]
        assert isinstance(wish, forms.ChoiceField)  # noqa: S101  (what mypy can't see)
        wish.choices = [("", _("とくにない")), ("female", _("女性")), ("male", _("男性"))]
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

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in FREE:
            if looks_like_my_number(data.get(name) or ""):
                self.add_error(name, _("マイナンバー（個人番号）は書かないでください。この申し込みには要りません。"))
        if data.get("kind") in {SupportKind.VISIT, SupportKind.GROUP} and not data.get("address"):
            self.add_error("address", _("伺う場所の住所を入力してください。"))
        if data.get("kind") == SupportKind.GROUP and not data.get("group_name"):
            self.add_error("group_name", _("団体の名前を入力してください。"))
        return data

    def asked(self) -> Asked:
        """Call after `is_valid()`. The address gives a nearer point than the postal code where it can be read."""
        data, place = self.cleaned_data, self.place
        assert place  # noqa: S101  (clean_postal_code found it)
        lat, lon = self._point(place)
        made_here = {"municipality", "lat", "lon", "head_count", "group_name"}
        names = [name for name in Asked.__dataclass_fields__ if name not in made_here]
        group = data["kind"] == SupportKind.GROUP
        return Asked(
            **{name: data[name] for name in names},
            group_name=data["group_name"] if group else "",
            head_count=(data["head_count"] or 1) if group else 1,
            municipality=place.municipality,
            lat=lat,
            lon=lon,
        )

    def _point(self, place: Place) -> tuple[float, float]:
        found = geocode_address(self.cleaned_data["address"], prefecture=place.municipality.prefecture_id)
        near = found.municipality == place.municipality.code and found.lat is not None and found.lon is not None
        return (found.lat, found.lon) if near else (place.lat, place.lon)  # type: ignore[return-value]


class StaffSupportForm(SupportForm):
    """The same, taken down by staff."""

    channel = forms.ChoiceField(label=gettext_lazy("受付の方法"), choices=STAFF_INTAKES)


def _choose(field: forms.Field, found: "QuerySet[Any]") -> None:
    """Offer these; a single one of a required field stands there already."""
    assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  (what mypy can't see)
    field.queryset = found
    if field.required and len(some := list(found[:2])) == 1:
        field.initial = some[0]


class TimeForm(forms.Form):
    """When it would be."""

    day = forms.DateField(label=gettext_lazy("日"), widget=day_widget())
    starts = forms.TimeField(label=gettext_lazy("始まり"), widget=clock_widget())
    ends = forms.TimeField(label=gettext_lazy("終わり"), widget=clock_widget())

    def times(self) -> tuple[datetime, datetime]:
        data = self.cleaned_data
        start, end = (datetime.combine(data["day"], data[name], tzinfo=JST) for name in ("starts", "ends"))
        return start, end
