"""Finding, drafting, changing, moving and cancelling sessions."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geo.models import Municipality, Prefecture
from outreach.classes.forms import DayField
from outreach.classes.models import Course, Entry, Scheme, Session, SessionKind, SessionStatus, Venue
from outreach.classes.rules import JST
from outreach.desk.queries.needs import LABELS
from outreach.people.models import Organisation
from outreach.people.rules import Scope
from outreach.registration.forms import refuse_my_number

USUAL_SCHEMES: dict[str, Scheme] = {
    Organisation.Kind.CARRIER: Scheme.NATIONWIDE,
    Organisation.Kind.PARTNER: Scheme.PARTNER,
    Organisation.Kind.DISPATCH: Scheme.DISPATCH,
    Organisation.Kind.MUNICIPALITY: Scheme.OWN,
}
DAY_WORDS = {"invalid": gettext_lazy("日付は、2026-11-23 のように入力してください。")}


def day_field(label: Any, *, required: bool = True) -> DayField:
    return DayField(label=label, required=required, error_messages=DAY_WORDS)


def clock_field(label: Any, *, required: bool = True, hint: Any = "") -> forms.TimeField:
    return forms.TimeField(
        label=label,
        required=required,
        help_text=hint,
        input_formats=["%H:%M", "%H:%M:%S", "%H%M"],
        widget=forms.TimeInput(attrs={"type": "time", "step": 300}, format="%H:%M"),
        error_messages={"invalid": gettext_lazy("時刻は、13:30 のように入力してください。")},
    )


def choices_with_blank(label: Any, choices: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return [("", label), *choices]


class SessionFilter(forms.Form):
    """Everything optional; by GET, since nothing in it names a person."""

    plain_labels = True
    use_required_attribute = False

    q = forms.CharField(
        label=gettext_lazy("ことば・番号"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"class": "medium", "type": "search"}),
    )
    need = forms.ChoiceField(
        label=gettext_lazy("手当て"),
        required=False,
        choices=choices_with_blank(gettext_lazy("すべて"), [(need.value, words) for need, words in LABELS.items()]),
    )
    status = forms.ChoiceField(
        label=gettext_lazy("状態"),
        required=False,
        choices=choices_with_blank(gettext_lazy("すべて"), list(SessionStatus.choices)),
    )
    prefecture = forms.ModelChoiceField(
        Prefecture.objects.all(), label=gettext_lazy("都道府県"), required=False, empty_label=gettext_lazy("すべて")
    )
    course = forms.ModelChoiceField(
        Course.objects.all(), label=gettext_lazy("講座"), required=False, empty_label=gettext_lazy("すべて")
    )
    audience = forms.ChoiceField(
        label=gettext_lazy("対象"),
        required=False,
        choices=choices_with_blank(gettext_lazy("すべて"), list(Course.Audience.choices)),
    )
    since = day_field(gettext_lazy("この日から"), required=False)
    until = day_field(gettext_lazy("この日まで"), required=False)

    def __init__(self, *args: Any, towns: QuerySet[Municipality], **kwargs: Any) -> None:
        """`towns`: those to choose from; none until a prefecture is chosen, since 1,741 are too many for a list."""
        super().__init__(*args, **kwargs)
        self.fields["municipality"] = forms.ModelChoiceField(
            towns, label=_("市区町村"), required=False, empty_label=_("すべて")
        )
        self.order_fields(["q", "need", "status", "prefecture", "municipality", "audience", "course", "since", "until"])


class TimesForm(forms.Form):
    """A day, a start and an end; the end may be left to the course."""

    day = day_field(gettext_lazy("日"))
    starts = clock_field(gettext_lazy("始まりの時刻"))
    ends = clock_field(
        gettext_lazy("終わりの時刻"), required=False, hint=gettext_lazy("空けておくと、講座の長さで決まります。")
    )

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("きょうより前の日は選べません。"))
        return day

    def times(self, course: Course) -> tuple[datetime, datetime]:
        """Start and end in Japan. Call after `is_valid()`."""
        data = self.cleaned_data
        start = at(data["day"], data["starts"])
        return start, at(data["day"], data["ends"]) if data["ends"] else start + timedelta(minutes=course.minutes)


def at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, tzinfo=JST)


def organisations_in(scope: Scope) -> QuerySet[Organisation]:
    """Those on whose behalf a user of `scope` may plan: their own, and those of their municipality."""
    if scope.nation:
        return Organisation.objects.all()
    return Organisation.objects.filter(Q(pk__in=scope.organisations) | Q(municipality__in=scope.municipalities))


class SessionForm(TimesForm):
    """A new session in one municipality."""

    def __init__(self, *args: Any, municipality: Municipality, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        venues = Venue.objects.filter(municipality=municipality)
        self.fields["venue"] = forms.ModelChoiceField(venues, label=_("会場"), empty_label=_("選んでください"))
        self.fields["course"] = forms.ModelChoiceField(
            Course.objects.all(), label=_("講座"), empty_label=_("選んでください")
        )
        self.fields["organisation"] = forms.ModelChoiceField(
            organisations_in(scope), label=_("実施団体"), empty_label=_("選んでください")
        )
        self.fields["scheme"] = forms.ChoiceField(
            label=_("事業類型"), choices=choices_with_blank(_("選んでください"), list(Scheme.choices))
        )
        self.fields["kind"] = forms.ChoiceField(
            label=_("種別"), choices=SessionKind.choices, initial=SessionKind.CLASS, required=False
        )
        self.fields["entry"] = forms.ChoiceField(
            label=_("参加のしかた"), choices=Entry.choices, initial=Entry.BOOKING, required=False
        )
        self.fields["capacity"] = forms.IntegerField(
            label=_("定員"),
            required=False,
            min_value=1,
            max_value=500,
            help_text=_("空けておくと、年度の決まりの人数になります。"),
        )
        self.fields["note"] = forms.CharField(
            label=_("住民への補足"), required=False, max_length=200, widget=forms.Textarea(attrs={"rows": 2})
        )
        self.order_fields(
            ["venue", "course", "day", "starts", "ends", "organisation", "scheme", "kind", "entry", "capacity"]
        )
        self._suggest(list(organisations_in(scope)[:2]))

    def _suggest(self, organisations: list[Organisation]) -> None:
        """Someone who works for one organisation need not choose it, nor how it usually works."""
        if len(organisations) == 1:
            self.fields["organisation"].initial = organisations[0].pk
            self.fields["scheme"].initial = USUAL_SCHEMES[organisations[0].kind]

    def clean_entry(self) -> str:
        return self.cleaned_data["entry"] or Entry.BOOKING

    def clean_kind(self) -> str:
        return self.cleaned_data["kind"] or SessionKind.CLASS


class EditForm(forms.Form):
    """What can change without telling anyone: seats and the note to residents."""

    capacity = forms.IntegerField(label=gettext_lazy("定員"), min_value=1, max_value=500)
    note = forms.CharField(
        label=gettext_lazy("住民への補足"), required=False, max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )


class DraftForm(EditForm):
    """A draft may also change its course: nobody has booked yet."""

    course = forms.ModelChoiceField(
        Course.objects.all(), label=gettext_lazy("講座"), empty_label=gettext_lazy("選んでください")
    )
    field_order = ["course", "capacity", "note"]


class MoveForm(TimesForm):
    """Another time, another room, or both; and why."""

    reason = forms.CharField(
        label=gettext_lazy("理由"), max_length=100, help_text=gettext_lazy("記録に残ります。例：大雪のため")
    )

    def __init__(self, *args: Any, session: Session, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        venues = Venue.objects.filter(municipality=session.municipality_id)
        self.fields["venue"] = forms.ModelChoiceField(venues, label=_("会場"), empty_label=None)
        self.order_fields(["day", "starts", "ends", "venue", "reason"])


class CancelForm(forms.Form):
    """Why a class does not take place, in words that residents hear."""

    REASONS = [
        ("weather", gettext_lazy("大雨・大雪・台風など、天候のため")),
        ("illness", gettext_lazy("講師の急な体調不良のため")),
        ("few", gettext_lazy("お申し込みの人数が少ないため")),
        ("venue", gettext_lazy("会場が使えなくなったため")),
        ("other", gettext_lazy("そのほか（下に書く）")),
    ]
    why = forms.ChoiceField(label=gettext_lazy("中止の理由"), choices=REASONS, widget=forms.RadioSelect)
    words = forms.CharField(
        label=gettext_lazy("ほかの理由"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("住民にこのまま伝わります。短く、わかりやすく。"),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("why") == "other" and not data.get("words"):
            self.add_error("words", _("理由を書いてください。"))
        return data

    def reason(self) -> str:
        """As residents are told. Call after `is_valid()`."""
        data = self.cleaned_data
        return data["words"] if data["why"] == "other" else str(dict(self.REASONS)[data["why"]])


class LimitForm(forms.Form):
    """Why someone may pass a limit of rest, day or week; `limit_seen` says which they were shown."""

    limit_reason = forms.CharField(
        label=gettext_lazy("上限を超えてもお願いする理由"),
        max_length=200,
        help_text=gettext_lazy("講習会の履歴と、本人の記録に残ります。例：代わりがおらず、本人も承知している"),
    )
    limit_seen = forms.CharField(max_length=20_000, widget=forms.HiddenInput)

    def clean_limit_reason(self) -> str:
        return refuse_my_number(self.cleaned_data["limit_reason"])


class ReasonForm(forms.Form):
    """Why a class should go ahead with fewer staff."""

    reason = forms.CharField(label=gettext_lazy("理由"), max_length=200)
