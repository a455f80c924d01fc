"""What a coordinator fills in to start a plan, and to move a visit."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import Exists, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from geo.models import Prefecture
from outreach.dispatch.models import PlanSolver
from outreach.dispatch.services.plans import is_sound_period
from outreach.people.forms.choosing import choose_from
from outreach.people.models import Organisation
from outreach.people.rules import Scope

SECONDS = [(10, _l("10秒")), (30, _l("30秒")), (60, _l("1分")), (180, _l("3分")), (300, _l("5分"))]


def prefectures_in(scope: Scope) -> QuerySet[Prefecture]:
    """For which prefectures a plan may be made: as far as `queries.plans_in` reaches."""
    if scope.nation:
        return Prefecture.objects.all()
    sending = Organisation.objects.filter(pk__in=scope.organisations, kind=Organisation.Kind.DISPATCH)
    return Prefecture.objects.filter(Q(pk__in=scope.prefectures) | Exists(sending))


class PlanForm(forms.Form):
    prefecture = forms.ModelChoiceField(label=_l("都道府県"), queryset=Prefecture.objects.none(), empty_label=None)
    first = forms.DateField(
        label=_l("初日"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_l("きょうより前の日を入れても、訪問はあすからの日に入ります。"),
    )
    last = forms.DateField(
        label=_l("末日"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_l("2か月以内。ふつうは1か月です。"),
    )
    solver = forms.ChoiceField(
        label=_l("解き方"), choices=PlanSolver.choices, initial=PlanSolver.BEST, widget=forms.RadioSelect
    )
    seconds = forms.TypedChoiceField(
        label=_l("計算にかける時間"),
        choices=SECONDS,
        coerce=int,
        initial=60,
        help_text=_l("途中で止めても、それまでの最良の案が残ります。"),
    )

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self, "prefecture", prefectures_in(scope))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and not is_sound_period(first, last, timezone.localdate()):
            self.add_error("last", _("末日は、初日から2か月以内の日にしてください。期間は、きょうの前後2年までです。"))
        return data


def next_month(today: date) -> tuple[date, date]:
    """The first and the last day of the month after this one: what a coordinator usually plans."""
    first = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
