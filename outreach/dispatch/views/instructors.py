"""Instructors as dispatch sees them: how far each can be sent, and from where. Hours and limits are kept in people."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from geo.geocoder import geocode_address
from geo.models import Municipality, Prefecture
from outreach.dispatch.models import OtherBase
from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.models import Person, TravelLimits
from outreach.people.queries import people_in, scope_of
from outreach.people.rules import Action

A_PAGE = 50
MOST_BASES = 5


class BaseForm(forms.Form):
    """A place by its address, found offline; the town's middle where the address says no more."""

    use_required_attribute = False

    name = forms.CharField(label=gettext_lazy("呼び名"), max_length=40, help_text=gettext_lazy("例：実家、事務所"))
    address = forms.CharField(
        label=gettext_lazy("住所"), max_length=200, help_text=gettext_lazy("都道府県から。番地はなくてもかまいません。")
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        found = geocode_address(data.get("address", ""))
        town = Municipality.objects.of_today().filter(pk=found.municipality or "").first()
        if data.get("address") and town is None:
            self.add_error("address", _("住所の場所がわかりません。都道府県から書いてください。"))
        if town:
            data |= {"municipality": town, "lat": found.lat or town.lat, "lon": found.lon or town.lon}
        return data


@allowed(Action.SEE_PEOPLE)
@require_safe
def instructors(request: ScopedRequest) -> HttpResponse:
    """Who can be sent, with limits and how many bases, by kana."""
    found = people_in(request.scope).filter(instructor__active=True).select_related("municipality__prefecture")
    prefecture = request.GET.get("prefecture", "")[:2]
    if prefecture:
        found = found.filter(municipality__prefecture=prefecture)
    today = timezone.localdate()
    valid = Q(qualifications__valid_to=None) | Q(qualifications__valid_to__gte=today)
    found = found.annotate(
        skills=Count("qualifications", filter=valid, distinct=True),
        bases=Count("other_bases", distinct=True),
        days=Count("weekly_hours__weekday", distinct=True),
    )
    page = Paginator(found.select_related("travel_limits").order_by("kana", "pk"), A_PAGE).get_page(
        request.GET.get("page")
    )
    for person in page:
        person.limits = _limits(person)  # type: ignore[attr-defined]
    prefectures = Prefecture.objects.filter(pk__in=people_in(request.scope).values("municipality__prefecture"))
    context = {"page": page, "prefectures": prefectures, "prefecture": prefecture}
    return render(request, "dispatch/instructors.html", context)


def _limits(person: Person) -> TravelLimits:
    """Without a row, the usual limits hold."""
    return getattr(person, "travel_limits", None) or TravelLimits(person=person)


@allowed(Action.SEE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: ScopedRequest, pk: int) -> HttpResponse:
    """One instructor's limits and bases. Who may edit people adds and removes bases here."""
    found = people_in(request.scope).filter(instructor__isnull=False)
    person = get_object_or_404(found.select_related("municipality__prefecture", "travel_limits"), pk=pk)
    editing = scope_of(request.user, Action.EDIT_PEOPLE)
    may_edit = not editing.empty and people_in(editing).filter(pk=pk).exists()
    log_access(request.user, "see", f"person:{pk}")
    form = BaseForm(request.POST if request.method == "POST" and "remove" not in request.POST else None)
    if request.method == "POST":
        if not may_edit:
            return HttpResponse(status=403)
        if _change(request, person, form):
            return redirect("dispatch:instructor", pk)
    context = {
        "person": person,
        "limits": _limits(person),
        "bases": OtherBase.objects.filter(person=person).select_related("municipality__prefecture"),
        "qualifications": person.qualifications.select_related("skill"),
        "hours": person.weekly_hours.all(),
        "form": form,
        "may_edit": may_edit,
        "today": timezone.localdate(),
    }
    return render(request, "dispatch/instructor.html", context)


def _change(request: ScopedRequest, person: Person, form: BaseForm) -> bool:
    raw = request.POST.get("remove", "")
    if raw:
        OtherBase.objects.filter(
            person=person, pk=int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else 0
        ).delete()
        messages.success(request, _("拠点を消しました。"))
        return True
    if not form.is_valid():
        return False
    data = form.cleaned_data
    if OtherBase.objects.filter(person=person).count() >= MOST_BASES:
        form.add_error(None, _("拠点は、自宅のほかに5か所までです。"))
        return False
    values = {name: data[name] for name in ("municipality", "lat", "lon")}
    OtherBase.objects.update_or_create(person=person, name=data["name"], defaults=values)
    messages.success(request, _("拠点を加えました。次に作る計画から使います。"))
    return True
