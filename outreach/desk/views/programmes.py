"""制度: the templates, beginning with one, and what to do next."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outreach.classes.surveys.queries import survey_rows
from outreach.desk import services
from outreach.desk.blueprints import blueprints
from outreach.desk.forms.programmes import StartForm
from outreach.desk.queries.programmes import blueprint_of, programmes_in, steps_of
from outreach.desk.queries.series import series_rows
from outreach.desk.views.common import attempt
from outreach.desk.views.sessions import choose_town, only_municipality, town_in
from outreach.people.access import ScopedRequest, allowed
from outreach.people.models import Organisation
from outreach.people.rules import Action
from outreach.registration.lectures.queries import lectures_in
from outreach.registration.models import LectureStatus


@allowed(Action.EDIT_SESSIONS)
@require_safe
def programmes(request: ScopedRequest) -> HttpResponse:
    """What runs here, and what could: series, surveys, lectures, and the templates."""
    context = {
        "rows": programmes_in(request.scope),
        "series": series_rows(request.scope).order_by("-pk")[:5],
        "surveys": survey_rows(request.scope)[:5],
        "waiting": lectures_in(request.scope).filter(status=LectureStatus.NEW).count(),
        "blueprints": blueprints().values(),
    }
    return render(request, "desk/programmes.html", context)


@allowed(Action.EDIT_SESSIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def programme_start(request: ScopedRequest, key: str) -> HttpResponse:
    """Pick the town first, where one answers for several; then two fields, and it stands."""
    if key not in blueprints():
        raise Http404
    blueprint = blueprints()[key]
    code = request.GET.get("municipality") or only_municipality(request.scope)
    if not code:
        return choose_town(request)
    town = town_in(request.scope, code)
    form = StartForm(request.POST or None, blueprint=blueprint, town=town, scope=request.scope)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        chosen: Organisation | None = data.get("organisation")
        if chosen is None and not form.may_make:
            raise PermissionDenied(_("この市区町村の講習会は、作れません。"))
        made = services.start_programme(
            blueprint=blueprint,
            town=town,
            organisation=chosen,
            name=data.get("name") or "",
            phone=data.get("phone") or "",
            by=request.user,
        )
        attempt(request, lambda: None, _("制度を始めました。下の順に進めてください。"))
        return redirect("desk:programme", made.pk)
    return render(request, "desk/programme_start.html", {"blueprint": blueprint, "town": town, "form": form})


@allowed(Action.EDIT_SESSIONS)
@require_safe
def programme(request: ScopedRequest, pk: int) -> HttpResponse:
    """The steps to the first class, each with its page; done ones are seen from what stands."""
    one = get_object_or_404(programmes_in(request.scope), pk=pk)
    steps = steps_of(one)
    following = next((step for step in steps if not step.done), None)
    context = {"programme": one, "blueprint": blueprint_of(one), "steps": steps, "following": following}
    return render(request, "desk/programme.html", context)


@allowed(Action.EDIT_SESSIONS)
@require_POST
def programme_tick(request: ScopedRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(programmes_in(request.scope), pk=pk)
    step = request.POST.get("step", "")
    if step in blueprint_of(one).steps:
        services.tick(programme=one, step=step, done="done" in request.POST)
    return redirect("desk:programme", pk)
