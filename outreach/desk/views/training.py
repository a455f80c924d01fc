"""Training: curricula and meetings for the office, who came, and the supporter's own way through it."""

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outreach.desk.forms.training import CurriculumForm, MeetingForm
from outreach.desk.views.people import acted, organisations_in
from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.models import Curriculum, Meeting, Person, Supporter, TrainingAttendance, Unit
from outreach.people.queries import people_in
from outreach.people.rules import Action, Scope
from outreach.people.services import PersonBusy, TrainingError, enrol, give_up, mark_training
from outreach.people.writing import whole_number

A = TrainingAttendance.Status
COMING = Count("attendances", filter=~Q(attendances__status=A.ABSENT))


def curricula_in(scope: Scope) -> QuerySet[Curriculum]:
    return Curriculum.objects.filter(organisation__in=organisations_in(scope)).select_related("organisation", "skill")


def meetings_in(scope: Scope) -> QuerySet[Meeting]:
    return Meeting.objects.filter(unit__curriculum__in=curricula_in(scope)).select_related(
        "unit__curriculum__organisation"
    )


# --- the office -----------------------------------------------------------------------------------------------------
@allowed(Action.EDIT_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def training(request: ScopedRequest) -> HttpResponse:
    """Curricula, and the form for a new one."""
    form = CurriculumForm(request.POST or None, organisations=organisations_in(request.scope))
    if form.is_valid():
        with transaction.atomic():
            made = form.curriculum()
            made.save()
            Unit.objects.bulk_create(
                Unit(curriculum=made, position=n, theme=theme, name=name)
                for n, (theme, name) in enumerate(form.units(), 1)
            )
        messages.success(request, _("研修をつくりました。回を加えてください。"))
        return redirect("desk:curriculum", made.pk)
    rows = curricula_in(request.scope).annotate(count=Count("units", distinct=True))
    return render(request, "desk/people/training.html", {"form": form, "rows": rows})


@allowed(Action.EDIT_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def curriculum(request: ScopedRequest, pk: int) -> HttpResponse:
    """Its units and meetings; a new meeting."""
    one = get_object_or_404(curricula_in(request.scope), pk=pk)
    form = MeetingForm(request.POST or None, curriculum=one)
    if form.is_valid():
        new = form.meeting()
        Meeting.objects.get_or_create(
            unit=new.unit, starts_at=new.starts_at, place=new.place,
            defaults={"ends_at": new.ends_at, "capacity": new.capacity, "sample": new.sample},
        )  # fmt: skip
        messages.success(request, _("研修の回を加えました。"))
        return redirect("desk:curriculum", pk)
    meetings = meetings_in(request.scope).filter(unit__curriculum=one).annotate(coming=COMING).order_by("-starts_at")
    context = {"one": one, "units": one.units.all(), "meetings": meetings[:100], "form": form}
    return render(request, "desk/people/curriculum.html", context)


@allowed(Action.EDIT_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def meeting(request: ScopedRequest, pk: int) -> HttpResponse:
    """Who is enrolled and who came; someone who came without a place is added by the same button."""
    one = get_object_or_404(meetings_in(request.scope), pk=pk)
    if request.method == "POST":
        return _mark(request, one)
    log_access(request.user, "see_training", one.subject)
    around = ("person__municipality",)
    context = {
        "one": one,
        "rows": one.attendances.select_related(*around),
        "begun": one.starts_at <= timezone.now(),
        "others": _others(request, one),
    }
    return render(request, "desk/people/meeting.html", context)


def _others(request: ScopedRequest, one: Meeting) -> QuerySet[Person]:
    """Active supporters of the kind who are not on the list."""
    kind = one.unit.curriculum.kind
    found = people_in(request.scope).filter(supporter__active=True, supporter__kind=kind)
    return found.exclude(trainings__meeting=one).order_by("kana")[:300]


def _mark(request: ScopedRequest, one: Meeting) -> HttpResponse:
    raw = request.POST.get("person", "")
    who = get_object_or_404(people_in(request.scope), pk=whole_number(raw))
    came = request.POST.get("came") == "1"
    try:
        given = mark_training(meeting=one, person=who, came=came)
    except TrainingError as error:
        messages.error(request, str(error))
    else:
        if given and came:
            messages.success(
                request, _("%(person)sさんは、すべての単元を終えました。資格を記録しました。") % {"person": who}
            )
    return redirect("desk:meeting", one.pk)


# --- the supporter --------------------------------------------------------------------------------------------------
@allowed(Action.OWN_WORK)
@require_safe
def own_training(request: ScopedRequest) -> HttpResponse:
    """One's qualifications; for a supporter also the units, done or not, and the meetings to come."""
    person = get_object_or_404(Person, pk=request.scope.person)
    own = person.qualifications.select_related("skill").order_by("-valid_from")
    me = Supporter.objects.filter(person=person).select_related("organisation").first()
    if me is None:
        return render(request, "desk/people/own_training.html", {"qualifications": own})
    mine = {a.meeting_id: a for a in TrainingAttendance.objects.filter(person=me.person_id)}
    done = set(
        TrainingAttendance.objects.filter(person=me.person_id, status=A.ATTENDED).values_list(
            "meeting__unit", flat=True
        )
    )
    units = Unit.objects.filter(curriculum__organisation=me.organisation_id, curriculum__kind=me.kind)
    coming = Meeting.objects.filter(unit__in=units, starts_at__gt=timezone.now()).annotate(coming=COMING)
    rows = [(m, mine.get(m.pk), m.capacity - m.coming) for m in coming.select_related("unit__curriculum")[:50]]
    context = {
        "units": [(unit, unit.pk in done) for unit in units.select_related("curriculum")],
        "rows": rows,
        "qualifications": own,
    }
    return render(request, "desk/people/own_training.html", context)


@allowed(Action.OWN_WORK)
@require_POST
def own_place(request: ScopedRequest, pk: int) -> HttpResponse:
    """Take a place, or give it up."""
    me = get_object_or_404(Supporter.objects.select_related("person"), person=request.scope.person, active=True)
    open_to_me = Meeting.objects.filter(
        unit__curriculum__organisation=me.organisation_id, unit__curriculum__kind=me.kind
    )
    one = get_object_or_404(open_to_me, pk=pk)
    if "give_up" in request.POST:
        mine = get_object_or_404(
            TrainingAttendance.objects.select_related("meeting", "person"), meeting=one, person=me.person
        )
        acted(request, lambda: give_up(attendance=mine), _("研修の申し込みを取り消しました。"), (TrainingError,))
    else:
        acted(
            request,
            lambda: enrol(meeting=one, person=me.person),
            _("研修に申し込みました。"),
            (TrainingError, PersonBusy),
        )
    return redirect("desk:own-training")
