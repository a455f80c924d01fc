"""The form of a letter, as a town hall fills it in on the web and staff from paper or the telephone."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geo.models import Municipality
from outreach.classes.forms import DayField
from outreach.classes.models import Course
from outreach.contact.forms import NumberField
from outreach.dispatch.asked import Asked
from outreach.dispatch.forms.candidates import CandidateForm
from outreach.dispatch.models import Need
from outreach.people.writing import clean_name, looks_like_my_number

VENUES = 3
FARTHEST = timedelta(days=400)
DAY_WORDS = {"invalid": gettext_lazy("日付は、2026-11-23 のように入力してください。")}
OFFICE = {"weekdays": ["0", "1", "2", "3", "4"], "opens": "09:00", "closes": "17:00"}
Written = dict[str, list[str]]


def flat(data: Any) -> Written:
    """What was written, ready to be kept or signed: name → values."""
    if isinstance(data, MultiValueDict):
        return {name: [str(value) for value in data.getlist(name)] for name in data}
    return {name: [str(v) for v in value] if isinstance(value, list) else [str(value)] for name, value in data.items()}


def unflat(written: Mapping[str, list[str]]) -> QueryDict:
    query = QueryDict(mutable=True)
    for name, values in written.items():
        query.setlist(name, list(values))
    return query


class CountField(forms.IntegerField):
    def __init__(self, *, label: Any, lowest: int = 0, highest: int, **kwargs: Any) -> None:
        words = {
            "invalid": gettext_lazy("数字で入力してください。"),
            "min_value": gettext_lazy("%(limit_value)s以上の数にしてください。"),
            "max_value": gettext_lazy("%(limit_value)s以下の数にしてください。"),
        }
        super().__init__(label=label, min_value=lowest, max_value=highest, error_messages=words, **kwargs)
        self.widget.attrs |= {"inputmode": "numeric", "class": "short"}


class LetterForm(forms.Form):
    """Everything but the venues, which are forms of their own in `venues`. One municipality a letter."""

    use_required_attribute = False

    asked_by = forms.CharField(
        label=gettext_lazy("依頼する団体の名前"),
        max_length=100,
        help_text=gettext_lazy("例：○○町役場 福祉課、○○地区自治会"),
    )
    contact_name = forms.CharField(label=gettext_lazy("担当者のお名前"), max_length=80)
    contact_phone = NumberField(
        label=gettext_lazy("担当者の電話番号"), max_length=40, help_text=gettext_lazy("日中につながる番号。")
    )
    courses = forms.ModelMultipleChoiceField(
        Course.objects.filter(dispatched=True),
        label=gettext_lazy("開きたい講座"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("いくつでも選べます。講座ごとに、講師の日程を決めます。"),
        error_messages={"invalid_choice": gettext_lazy("講座を選び直してください。")},
    )
    sessions = CountField(
        label=gettext_lazy("1日に続けて開く回数"),
        lowest=1,
        highest=4,
        initial=1,
        help_text=gettext_lazy("同じ講座を、同じ会場で、休みをはさんで続けて開く回数です。1〜4回。"),
    )
    heads = CountField(label=gettext_lazy("参加の見込み（人）"), lowest=1, highest=500)
    learners_65 = CountField(
        label=gettext_lazy("そのうち65歳以上（人）"),
        highest=500,
        help_text=gettext_lazy("おおよそで、かまいません。行く順を決めるときに使います。"),
    )
    earliest = DayField(label=gettext_lazy("いちばん早い日"), error_messages=DAY_WORDS)
    latest = DayField(label=gettext_lazy("いちばん遅い日"), error_messages=DAY_WORDS)
    needs = forms.MultipleChoiceField(
        label=gettext_lazy("講師にお願いしたいこと"),
        required=False,
        choices=Need.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    hearing_loop = forms.BooleanField(
        label=gettext_lazy("補聴の磁気ループ（耳の聞こえにくい方のための設備）を使いたい"),
        required=False,
        help_text=gettext_lazy(
            "磁気ループがあるとわかっている会場で開きます。どの会場にもないときは、講師が会場に確かめます。"
        ),
    )
    loan_phones = CountField(
        label=gettext_lazy("貸し出してほしいスマートフォン（台）"), highest=100, initial=0, required=False
    )
    note = forms.CharField(
        label=gettext_lazy("そのほか伝えたいこと"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("住民の方のお名前や番号は書かないでください。"),
    )
    crew = forms.TypedChoiceField(
        label=gettext_lazy("講師の人数"),
        choices=[("1", gettext_lazy("1人")), ("2", gettext_lazy("2人"))],
        coerce=int,
        required=False,
        initial="1",
        help_text=gettext_lazy("参加の見込みが多いときは、2人をお考えください。"),
    )

    def __init__(self, data: Any = None, *, town: Municipality, **kwargs: Any) -> None:
        super().__init__(unflat(flat(data)) if data else data, **kwargs)
        self.town = town
        self.venues = [
            CandidateForm(self.data or None, initial=self._of(n), prefix=f"v{n}", town=town, first=n == 1)
            for n in range(1, VENUES + 1)
        ]

    def _of(self, number: int) -> dict[str, Any]:
        """The initial values of a venue; a first one nobody wrote yet is an office."""
        start = f"v{number}-"
        known = {name.removeprefix(start): value for name, value in self.initial.items() if name.startswith(start)}
        return known or (OFFICE if number == 1 and not self.initial else {})

    @classmethod
    def refill(cls, written: Mapping[str, list[str]], *, town: Municipality) -> "LetterForm":
        """The form with what was written, to be corrected."""
        return cls(town=town, initial=_initial(written))

    def is_valid(self) -> bool:
        """The venues too: all are cleaned, so that every fault is told at once."""
        return all([super().is_valid(), *(venue.is_valid() for venue in self.venues)])

    @property
    def bad(self) -> bool:
        return bool(self.errors or any(venue.errors for venue in self.venues))

    def clean_asked_by(self) -> str:
        return self._named("asked_by")

    def clean_contact_name(self) -> str:
        return self._named("contact_name")

    def _named(self, field: str) -> str:
        name = clean_name(self.cleaned_data[field])
        if not name:
            raise forms.ValidationError("", code="required")
        return name

    def clean_earliest(self) -> date:
        return self._soon(self.cleaned_data["earliest"])

    def clean_latest(self) -> date:
        return self._soon(self.cleaned_data["latest"])

    def _soon(self, day: date) -> date:
        today = timezone.localdate()
        if not today < day <= today + FARTHEST:
            raise forms.ValidationError(_("あすから13か月以内の日にしてください。"))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("earliest") and data.get("latest") and data["earliest"] > data["latest"]:
            self.add_error("latest", _("「いちばん遅い日」は、「いちばん早い日」より後にしてください。"))
        if data.get("heads") and (data.get("learners_65") or 0) > data["heads"]:
            self.add_error("learners_65", _("65歳以上の人数が、参加の見込みより多くなっています。"))
        for name in ("asked_by", "contact_name", "note"):
            if looks_like_my_number(data.get(name) or ""):
                self.add_error(name, _("マイナンバー（個人番号）は書かないでください。この依頼には要りません。"))
        return data

    def asked(self) -> Asked:
        """Call after `is_valid()`."""
        data = self.cleaned_data
        return Asked(
            municipality=self.town.pk,
            asked_by=data["asked_by"],
            contact_name=data["contact_name"],
            contact_phone=data["contact_phone"],
            courses=tuple(course.pk for course in data["courses"]),
            sessions=data["sessions"],
            heads=data["heads"],
            learners_65=data["learners_65"],
            crew=data["crew"] or 1,
            venues=tuple(venue.candidate() for venue in self.venues if venue.named),
            earliest=data["earliest"],
            latest=data["latest"],
            needs=tuple(data["needs"]),
            hearing_loop=data["hearing_loop"],
            loan_phones=data["loan_phones"] or 0,
            note=data["note"],
        )

    def asked_or(self) -> Asked | None:
        """What was asked; None where something in it is wrong."""
        return self.asked() if self.is_valid() else None

    def written(self) -> Written:
        """What was written, without the form's own tokens."""
        names = {*self.fields, *(venue.add_prefix(name) for venue in self.venues for name in venue.fields)}
        return {name: values for name, values in flat(self.data).items() if name in names}


def _initial(written: Mapping[str, list[str]]) -> dict[str, Any]:
    """Initial values: lists for fields of several choices, single values for the rest."""
    several = {"courses", "needs"}
    return {
        name: values if name in several or name.endswith("-weekdays") else (values[0] if values else "")
        for name, values in written.items()
    }
