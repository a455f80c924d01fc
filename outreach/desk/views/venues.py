"""Rooms: what the office knows of each, to look up and to put right."""

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from outreach.classes.models import Session, Venue
from outreach.desk.forms.venues import VenueForm
from outreach.desk.views.common import attempt
from outreach.people.access import ScopedRequest, allowed
from outreach.people.models import Organisation
from outreach.people.rules import Action, Scope

A_PAGE = 50


def venues_in(scope: Scope) -> QuerySet[Venue]:
    """Rooms whose entry a scope may put right: those of its towns, and those where its own sessions are (law 7)."""
    found = Venue.objects.select_related("municipality__prefecture")
    if scope.nation:
        return found
    halls = Organisation.objects.filter(pk__in=scope.organisations, kind=Organisation.Kind.MUNICIPALITY)
    own = Session.objects.filter(venue=OuterRef("pk"), organisation__in=scope.organisations)
    towns = Q(municipality__in=scope.municipalities) | Q(municipality__in=halls.values("municipality"))
    return found.filter(towns | Exists(own))


@allowed(Action.EDIT_SESSIONS)
@require_safe
def venues(request: ScopedRequest) -> HttpResponse:
    """By town and name; `?q=` is part of a room's or a town's name."""
    q = request.GET.get("q", "").strip()[:80]
    found = venues_in(request.scope).order_by("municipality", "name", "pk")
    if q:
        found = found.filter(Q(name__icontains=q) | Q(kana__icontains=q) | Q(municipality__name__icontains=q))
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/venues.html", {"q": q, "page": page})


@allowed(Action.EDIT_SESSIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def venue_edit(request: ScopedRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(venues_in(request.scope), pk=pk)
    form = VenueForm(request.POST or None, instance=one, municipality=one.municipality)
    if form.is_valid():
        attempt(request, form.save, _("会場のことを直しました。"))
        return redirect("desk:venues")
    return render(request, "desk/venue_edit.html", {"form": form, "venue": get_object_or_404(Venue, pk=pk)})
