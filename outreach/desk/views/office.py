"""この団体の設定: what an organisation's office may change by itself, and what was changed before."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outreach.contact.models import SenderNumber
from outreach.desk import services
from outreach.desk.forms.office import OfficeForm, SenderForm
from outreach.people.access import ScopedRequest, allowed, log_access
from outreach.people.models import Organisation
from outreach.people.rules import Action, Scope

A_PAGE = 50
BEFORE = 20


def offices_in(scope: Scope) -> QuerySet[Organisation]:
    """The organisations whose settings a scope may change: one's own, and a town's own office (law 7)."""
    found = Organisation.objects.select_related("municipality__prefecture").order_by("name", "pk")
    if scope.nation:
        return found
    halls = Organisation.objects.filter(municipality__in=scope.municipalities, kind=Organisation.Kind.MUNICIPALITY)
    own = Organisation.objects.filter(pk__in=scope.organisations)
    return found.filter(pk__in=halls.values("pk")) | found.filter(pk__in=own.values("pk"))


@allowed(Action.EDIT_OFFICE)
@require_safe
def offices(request: ScopedRequest) -> HttpResponse:
    """Whose settings; who has but one sees it at once. `?q=` is part of a name."""
    q = request.GET.get("q", "").replace("\0", "").strip()[:80]
    found = offices_in(request.scope)
    if not q and (some := found[:2]) and len(some) == 1:
        only = some[0]
        return _page(request, only, OfficeForm(instance=Organisation.objects.get(pk=only.pk)), SenderForm())
    page = Paginator(found.filter(name__icontains=q) if q else found, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/offices.html", {"page": page, "q": q})


@allowed(Action.EDIT_OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def office(request: ScopedRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(offices_in(request.scope), pk=pk)
    shown = Organisation.objects.get(pk=pk)  # the form writes into its own as it checks
    form = OfficeForm(request.POST or None, instance=shown)
    if form.is_valid():
        _change(request, one, form)
        return redirect("desk:office", pk)
    return _page(request, one, form, SenderForm())


def _change(request: ScopedRequest, one: Organisation, form: OfficeForm) -> None:
    try:
        changed = services.change_office(organisation=one, settings=form.cleaned_data, by=request.user)
    except services.OfficeError as error:
        messages.error(request, str(error))
        return
    log_access(request.user, "edit_office", f"organisation:{one.pk}")
    messages.success(request, _("設定を変えました。") if changed else _("変わったところは、ありません。"))


@allowed(Action.EDIT_OFFICE)
@require_POST
def sender_add(request: ScopedRequest, pk: int) -> HttpResponse:
    """One more number that the office rings from, for all to check at /senders/."""
    one = get_object_or_404(offices_in(request.scope), pk=pk)
    form = SenderForm(request.POST)
    if not form.is_valid():
        return _page(request, one, OfficeForm(instance=Organisation.objects.get(pk=pk)), form)
    try:
        services.add_sender(organisation=one, by=request.user, **form.cleaned_data)
    except services.OfficeError as error:
        messages.error(request, str(error))
    else:
        log_access(request.user, "edit_office", f"organisation:{one.pk}")
        messages.success(request, _("番号を載せました。"))
    return redirect("desk:office", pk)


@allowed(Action.EDIT_OFFICE)
@require_POST
def sender_drop(request: ScopedRequest, pk: int, sender: int) -> HttpResponse:
    one = get_object_or_404(offices_in(request.scope), pk=pk)
    row = get_object_or_404(_senders(one), pk=sender)
    services.drop_sender(organisation=one, sender=row, by=request.user)
    log_access(request.user, "edit_office", f"organisation:{one.pk}")
    messages.success(request, _("番号を外しました。"))
    return redirect("desk:office", pk)


def _senders(one: Organisation) -> QuerySet[SenderNumber]:
    """The town's own, where the office is the town's: nobody publishes a number for another."""
    town = one.municipality_id if one.kind == Organisation.Kind.MUNICIPALITY else None
    return SenderNumber.objects.filter(municipality=town, municipality__isnull=False, active=True)


def _page(request: ScopedRequest, one: Organisation, form: OfficeForm, sender: SenderForm) -> HttpResponse:
    context = {
        "one": one,
        "form": form,
        "sender": sender,
        "senders": _senders(one),
        "publishes": one.kind == Organisation.Kind.MUNICIPALITY and one.municipality_id is not None,
        "writes": request.scope.nation or bool(request.scope.municipalities),
        "events": one.events.select_related("by")[:BEFORE],
    }
    return render(request, "desk/office.html", context)
