"""What coordinators and districts write about a survey."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geo.models import Municipality
from outreach.classes import codes
from outreach.classes.forms import DayField
from outreach.classes.models import Course, District, DistrictAnswer, DistrictSurvey, ProposedClass, Scheme, Venue
from outreach.people.models import WEEKDAYS, Organisation, Person
from outreach.people.rules import Scope

DAY_WORDS = {"invalid": gettext_lazy("日付は、2026-11-23 のように入力してください。")}
HALVES = [("am", gettext_lazy("午前")), ("pm", gettext_lazy("午後"))]
OFF_DAYS = ("off1", "off2", "off3")


def halves() -> list[tuple[str, str]]:
    return [
        (f"{weekday}-{key}", _("%(weekday)s曜 %(half)s") % {"weekday": name, "half": half})
        for weekday, name in enumerate(WEEKDAYS)
        for key, half in HALVES
    ]


class DistrictForm(forms.Form):
    """Districts of a town, one a line: name, kana and the hall's name, as they are pasted from a table."""

    use_required_attribute = False
    lines = forms.CharField(
        label=gettext_lazy("地区の一覧"),
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=gettext_lazy(
            "1行に1地区。「地区名、カナ、会場の名称」を、タブかコンマで区切ります。表から貼り付けられます。"
        ),
    )

    def __init__(self, *args: Any, town: Municipality, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.town = town

    def clean_lines(self) -> list[tuple[str, str, Venue]]:
        halls = {venue.name: venue for venue in Venue.objects.filter(municipality=self.town)}
        rows, wrong = [], []
        for number, line in enumerate(self.cleaned_data["lines"].splitlines(), 1):
            parts = [part.strip() for part in line.replace("\t", ",").replace("、", ",").replace("，", ",").split(",")]
            if not any(parts):
                continue
            if len(parts) != 3 or not all(parts):
                wrong.append(_("%(n)s行目：地区名、カナ、会場の3つを書いてください。") % {"n": number})
            elif parts[2] not in halls:
                wrong.append(_("%(n)s行目：会場「%(hall)s」が登録されていません。") % {"n": number, "hall": parts[2]})
            else:
                rows.append((parts[0][:60], parts[1][:90], halls[parts[2]]))
        if wrong:
            raise forms.ValidationError(wrong)
        return rows


class SurveyForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new survey of all districts of a town."""

    use_required_attribute = False
    first_day = DayField(label=gettext_lazy("期間の初日"), error_messages=DAY_WORDS)
    last_day = DayField(label=gettext_lazy("期間の末日"), error_messages=DAY_WORDS)
    answer_by = DayField(label=gettext_lazy("回答の締め切り"), error_messages=DAY_WORDS)
    scheme = forms.ChoiceField(label=gettext_lazy("事業類型"), choices=Scheme.choices)

    class Meta:
        model = DistrictSurvey
        fields = [
            "name", "organisation", "scheme", "answer_by", "first_day", "last_day", "classes_each", "courses",
            "teachers", "gap_days", "per_week",
        ]  # fmt: skip
        widgets = {"courses": forms.CheckboxSelectMultiple, "teachers": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, town: Municipality, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["organisation"].queryset = organisations_for(town, scope)
        fields["teachers"].queryset = teachers_for(town, scope)
        fields["courses"].queryset = Course.objects.exclude(audience=Course.Audience.CHILDREN)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first_day"), data.get("last_day")
        if first and first < timezone.localdate():
            self.add_error("first_day", _("きょうより前の日は選べません。"))
        if first and last and not 0 <= (last - first).days <= 370:
            self.add_error("last_day", _("期間は、初日から1年までにしてください。"))
        if data.get("classes_each") and not 1 <= data["classes_each"] <= 4:
            self.add_error("classes_each", _("1地区の回数は、1回から4回までです。"))
        return data


def organisations_for(town: Municipality, scope: Scope) -> QuerySet[Organisation]:
    if scope.nation:
        return Organisation.objects.filter(municipality=town)
    mine = Q(pk__in=scope.organisations) | Q(municipality__in=scope.municipalities)
    return Organisation.objects.filter(mine)


def teachers_for(town: Municipality, scope: Scope) -> QuerySet[Person]:
    """Active instructors of one's own organisations, and those who live in the town's prefecture."""
    near = Q(municipality__prefecture=town.prefecture_id) | Q(instructor__organisation__in=scope.organisations)
    return Person.objects.filter(near, instructor__active=True).distinct().order_by("kana", "pk")


class AnswerCodeForm(forms.Form):
    """The number in the letter."""

    plain_labels = True
    use_required_attribute = False
    code = forms.CharField(
        label=gettext_lazy("回答番号"),
        max_length=40,
        help_text=gettext_lazy("お送りした用紙にある、10けたの数字です。例：12345‑67890"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "short"}),
    )

    def clean_code(self) -> str:
        code = codes.clean_code(self.cleaned_data["code"], codes.LONG_DIGITS)
        if code is None or not DistrictAnswer.objects.filter(code=code).exists():
            raise forms.ValidationError(_("この回答番号は見つかりません。用紙の10けたの番号をお確かめください。"))
        return code


class AnswerForm(forms.Form):
    """What a district wants: courses in order, halves of the week, days that don't suit, the hall."""

    use_required_attribute = False

    def __init__(self, *args: Any, answer: DistrictAnswer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.answer, survey = answer, answer.survey
        for number in range(1, survey.classes_each + 1):
            self.fields[f"course{number}"] = forms.ModelChoiceField(
                survey.courses.all(),
                label=_("%(n)s回目の講座") % {"n": number},
                empty_label=_("選んでください"),
                help_text=_("前の回と同じ講座でもかまいません。") if number > 1 else "",
            )
        self.fields["halves"] = forms.MultipleChoiceField(
            label=_("都合のよい曜日（いくつでも）"),
            choices=halves(),
            widget=forms.CheckboxSelectMultiple,
            help_text=_("多いほど、日程が決まりやすくなります。"),
        )
        for number, name in enumerate(OFF_DAYS, 1):
            words = _("都合の悪い日%(n)s（お祭り、総会など）") % {"n": number}
            self.fields[name] = DayField(label=words, required=False, error_messages=DAY_WORDS)
        self.fields["hall"] = forms.ModelChoiceField(
            Venue.objects.filter(municipality=survey.municipality_id), label=_("会場"), empty_label=None
        )
        self.fields["note"] = forms.CharField(
            label=_("伝えたいこと"),
            required=False,
            max_length=200,
            help_text=_("個人のお名前や電話番号は、書かないでください。"),
        )

    @staticmethod
    def known(answer: DistrictAnswer) -> dict[str, Any]:
        """What was answered before, to correct it."""
        courses = {f"course{choice.number}": choice.course_id for choice in answer.choices.all()}
        off = dict(zip(OFF_DAYS, answer.off_days, strict=False))
        return {**courses, **off, "halves": answer.halves, "hall": answer.hall_id, "note": answer.note}

    def wanted(self) -> dict[str, Any]:
        """As `services.note_answer` takes it. Call after `is_valid()`."""
        data = self.cleaned_data
        count = self.answer.survey.classes_each
        off: list[date] = [data[name] for name in OFF_DAYS if data[name]]
        return {
            "courses": [data[f"course{number}"] for number in range(1, count + 1)],
            "halves": data["halves"],
            "off_days": off,
            "hall": data["hall"],
            "note": data["note"],
        }


class RowForm(forms.Form):
    """One class of the proposal, changed by hand."""

    use_required_attribute = False
    day = DayField(label=gettext_lazy("日"), error_messages=DAY_WORDS)
    half = forms.TypedChoiceField(
        label=gettext_lazy("午前・午後"), coerce=int, choices=[(0, HALVES[0][1]), (1, HALVES[1][1])]
    )

    def __init__(self, *args: Any, survey: DistrictSurvey, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.survey = survey
        self.fields["teacher"] = forms.ModelChoiceField(survey.teachers.all(), label=_("講師"), empty_label=None)

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if not self.survey.first_day <= day <= self.survey.last_day:
            raise forms.ValidationError(_("アンケートの期間の中の日を選んでください。"))
        return day

    @staticmethod
    def known(row: ProposedClass | None) -> dict[str, Any]:
        return {"day": row.day, "half": row.half, "teacher": row.teacher_id} if row else {}


def town_districts(town: Municipality) -> QuerySet[District]:
    return District.objects.filter(municipality=town).select_related("hall")
