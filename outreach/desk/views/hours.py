"""Hours given, by year, and the certificate of them."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from outreach.contact.services import organisation_of
from outreach.desk.views.flyers import answer_paper
from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.models import Person
from outreach.people.queries import people_in
from outreach.people.rules import Action
from outreach.people.standing import fiscal_year
from outreach.registration.hours import day_of, given_in, items_in
from outreach.registration.hours_paper import hours_certificate

YEARS = 3
FIRST_YEAR = 2020


@allowed(Action.OWN_WORK)
@require_safe
def own_given(request: ScopedRequest) -> HttpResponse:
    """What one gave, this year line by line, and the years before as sums."""
    person = get_object_or_404(Person, pk=request.scope.person)
    today = timezone.localdate()
    this_year = fiscal_year(today)
    context = {
        "years": [given_in(person, day_of(year)) for year in range(this_year, this_year - YEARS, -1)],
        "items": items_in(person, today),
    }
    return render(request, "desk/people/given.html", context)


@allowed(Action.OWN_WORK)
@require_safe
def own_certificate(request: ScopedRequest, year: int) -> HttpResponse:
    return _certificate(request, get_object_or_404(Person, pk=request.scope.person), year)


@allowed(Action.SEE_PEOPLE)
@require_safe
def certificate(request: ScopedRequest, pk: int, year: int) -> HttpResponse:
    person = get_object_or_404(people_in(request.scope), pk=pk)
    log_access(request.user, "see_hours", f"person:{pk}")
    return _certificate(request, person, year)


def _certificate(request: ScopedRequest, person: Person, year: int) -> HttpResponse:
    if not FIRST_YEAR <= year <= fiscal_year(timezone.localdate()):
        raise Http404(_("その年度の記録はありません。"))
    if not (hasattr(person, "supporter") or hasattr(person, "instructor")):
        raise Http404
    made_on, organisation = timezone.localdate(), organisation_of(person)
    paper = answer_paper(
        request, f"hours-{year}", lambda: hours_certificate(person, organisation, year=year, made_on=made_on)
    )
    return paper or redirect("desk:today")
