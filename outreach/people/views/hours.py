"""When someone can come: one page, for the person and for the office."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib import messages
from django.forms import ModelForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from outreach.dates import rest_name
from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.availability import Span, availability
from outreach.people.forms.hours import (
    ExceptionForm,
    SupporterLimitsForm,
    SupporterTravelForm,
    TravelForm,
    WeekForm,
)
from outreach.people.models import Person, TravelLimits
from outreach.people.queries import people_in
from outreach.people.rules import Action
from outreach.people.services import add_exception, set_week
from outreach.people.writing import whole_number

WEEKS_SHOWN = 4


@dataclass(frozen=True)
class Day:
    """One day to come, as the page shows it."""

    day: date
    holiday: str
    spans: list[str]


@allowed(Action.OWN_WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def own_hours(request: ScopedRequest) -> HttpResponse:
    person = get_object_or_404(Person, pk=request.scope.person)
    return _hours(request, person, own=True)


@allowed(Action.EDIT_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def hours(request: ScopedRequest, pk: int) -> HttpResponse:
    """The same for staff, who note what a person said on the telephone."""
    person = get_object_or_404(people_in(request.scope), pk=pk)
    log_access(request.user, "see_hours" if request.method != "POST" else "edit_hours", f"person:{pk}")
    return _hours(request, person, own=False)


def _hours(request: ScopedRequest, person: Person, *, own: bool) -> HttpResponse:
    what = request.POST.get("what", "")
    sent = request.POST if request.method == "POST" else None
    week = WeekForm(sent if what == "week" else None, hours=person.weekly_hours.all())
    day = ExceptionForm(sent if what == "day" else None, initial={"kind": "off"})
    limits = limit_forms(person, sent if what == "limits" else None)
    if what == "week" and week.is_valid():
        set_week(person=person, stretches=week.stretches())
        return _kept(request, _("1週間の時間を保存しました。"))
    if what == "day" and day.is_valid():
        add_exception(person=person, **day.cleaned_data)
        return _kept(request, _("日を加えました。"))
    if what == "limits" and all(form.is_valid() for form in limits):
        for form in limits:
            form.save()
        return _kept(request, _("距離と回数を保存しました。"))
    if what == "remove":
        raw = request.POST.get("exception", "")
        person.day_exceptions.filter(pk=whole_number(raw)).delete()
        return _kept(request, _("日を消しました。"))
    today = timezone.localdate()
    context = {
        "person": person,
        "own": own,
        "week": week,
        "day_form": day,
        "limits": limits,
        "exceptions": person.day_exceptions.filter(day__gte=today)[:100],
        "days": days_ahead(person, today),
    }
    return render(request, "people/hours.html", context)


def limit_forms(person: Person, sent: object) -> list[ModelForm]:  # type: ignore[type-arg]
    """What to ask of this person; the forms write their own row each."""
    travel = TravelLimits.objects.filter(person=person).first() or TravelLimits(person=person)
    supporter = getattr(person, "supporter", None)
    if supporter is None:
        return [TravelForm(sent, instance=travel)]  # type: ignore[arg-type]
    return [SupporterLimitsForm(sent, instance=supporter), SupporterTravelForm(sent, instance=travel)]  # type: ignore[arg-type]


def _kept(request: ScopedRequest, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect(request.path)


def days_ahead(person: Person, today: date) -> list[Day]:
    """What the pattern, the exceptions, the rest days and the engagements together leave, day by day. 5 statements."""
    last = today + timedelta(days=7 * WEEKS_SHOWN - 1)
    spans = availability([person], today, last)[person.pk]
    return [Day(day, rest_name(day), [clock(span) for span in found]) for day, found in spans.items()]


def clock(span: Span) -> str:
    """540–720 as 9:00–12:00."""
    return "–".join(f"{minutes // 60}:{minutes % 60:02d}" for minutes in span)
