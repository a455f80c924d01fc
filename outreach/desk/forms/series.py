"""A series: its lessons, its dates, and what staff note of those who take it."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outreach.classes.models import Course, Scheme, Series, Venue
from outreach.desk.forms.bookings import CallerForm
from outreach.desk.forms.sessions import TimesForm, choices_with_blank, day_field, organisations_in
from outreach.people.rules import Scope
from outreach.registration.models import SubsidyStatus

MOST_LESSONS = 10


class SeriesForm(forms.Form):
    """Lessons in order; the same course may stand twice."""

    use_required_attribute = False
    name = forms.CharField(label=gettext_lazy("名称"), max_length=100)
    about = forms.CharField(label=gettext_lazy("住民への説明"), max_length=200, required=False)
    subsidy = forms.CharField(
        label=gettext_lazy("修了すると申請できる補助"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("なければ、空けておきます。例：スマートフォン購入費の補助"),
    )

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = organisations_in(scope)
        alone = list(mine[:2])
        first = alone[0].pk if len(alone) == 1 else None
        self.fields["organisation"] = forms.ModelChoiceField(
            mine, label=_("実施団体"), empty_label=_("選んでください"), initial=first
        )
        for number in range(1, MOST_LESSONS + 1):
            self.fields[f"lesson{number}"] = forms.ModelChoiceField(
                Course.objects.all(),
                label=_("第%(n)s回の講座") % {"n": number},
                required=number == 1,
                empty_label=_("なし") if number > 1 else _("選んでください"),
            )

    def courses(self) -> list[Course]:
        """In order, without gaps. Call after `is_valid()`."""
        chosen = (self.cleaned_data[f"lesson{number}"] for number in range(1, MOST_LESSONS + 1))
        return [course for course in chosen if course]


class DatesForm(TimesForm):
    """Every lesson of a series at one place and hour, a week or two apart."""

    every = forms.TypedChoiceField(
        label=gettext_lazy("間隔"),
        coerce=int,
        choices=[(7, gettext_lazy("毎週")), (14, gettext_lazy("2週間ごと"))],
        initial=7,
    )
    publish = forms.BooleanField(label=gettext_lazy("すぐに公開して、申し込みを受け付ける"), required=False)

    def __init__(self, *args: Any, series: Series, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].label = _("第1回の日")
        venues = Venue.objects.all()
        if series.organisation.municipality_id:
            venues = venues.filter(municipality=series.organisation.municipality_id)
        self.fields["venue"] = forms.ModelChoiceField(venues, label=_("会場"), empty_label=_("選んでください"))
        self.fields["scheme"] = forms.ChoiceField(
            label=_("事業類型"), choices=choices_with_blank(_("選んでください"), list(Scheme.choices))
        )
        self.fields["capacity"] = forms.IntegerField(label=_("定員"), required=False, min_value=1, max_value=500)
        self.order_fields(["venue", "day", "starts", "ends", "every", "scheme", "capacity", "publish"])


class EnrolForm(CallerForm):
    """Someone who signs up for the whole series, from the class with this code on."""

    def __init__(self, *args: Any, series: Series, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.series = series
        self.fields["code"].label = _("始める回の講習会番号")
        self.fields["code"].help_text = _("この回から後の回を、まとめて申し込みます。")

    def clean_code(self) -> str:
        code = super().clean_code()
        if self.session is None or self.session.series_id != self.series.pk:
            raise forms.ValidationError(_("この番号の回は、この連続講座にありません。"))
        return code


class SubsidyForm(forms.Form):
    """How the resident's own application stands; `was` is what the page showed (law 10)."""

    use_required_attribute = False
    was = forms.ChoiceField(choices=SubsidyStatus.choices, widget=forms.HiddenInput)
    to = forms.ChoiceField(label=gettext_lazy("補助の申請"), choices=SubsidyStatus.choices)
    on = day_field(gettext_lazy("その日"), required=False)

    def day(self) -> date | None:
        found: date | None = self.cleaned_data["on"]
        return found
