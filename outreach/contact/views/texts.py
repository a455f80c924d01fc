"""The texts in use, and writing one's own with a preview of what it costs."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from geo.models import Municipality
from outreach.contact import services, texts
from outreach.contact.forms import TextForm
from outreach.contact.models import Kind, OwnText
from outreach.people.access import ScopedRequest, allowed
from outreach.people.rules import Action, Scope


@allowed(Action.EDIT_SESSIONS)
def text_list(request: ScopedRequest) -> HttpResponse:
    """Every text in use in one town, or (nationwide) wherever a town has none of its own."""
    towns = _towns(request.scope)
    town = _chosen(request, towns)
    rows = [
        {"way": way, "kind": kind, "text": texts.text_of(way, kind, town.pk if town else None)}
        for way in OwnText.Way
        for kind in Kind
        if _has_text(way, kind)
    ]
    return render(request, "contact/texts.html", {"rows": rows, "town": town, "towns": towns})


@allowed(Action.EDIT_SESSIONS)
def text_edit(request: ScopedRequest, way: str, kind: str) -> HttpResponse:
    """Write a text. `act`: preview shows it with example words, save uses it, reset takes it back."""
    if way not in OwnText.Way or kind not in Kind or not _has_text(way, kind):
        raise Http404
    town = _chosen(request, _towns(request.scope))
    in_use = texts.text_of(way, kind, town.pk if town else None)
    form = TextForm(request.POST or None, initial={"text": in_use}, way=way, kind=kind)
    act = request.POST.get("act", "preview")
    if act == "reset" or (act == "save" and form.is_valid()):
        text = "" if act == "reset" else form.cleaned_data["text"]
        services.save_text(way=way, kind=kind, town=town, text=text, by=request.user)
        messages.success(request, _("文面をもとに戻しました。") if act == "reset" else _("文面を保存しました。"))
        return HttpResponseRedirect(reverse("contact:texts") + (f"?town={town.pk}" if town else ""))
    context = {
        "form": form,
        "way": OwnText.Way(way),
        "kind": Kind(kind),
        "town": town,
        "fields": texts.fields_of(kind).items(),
        **_preview(kind, form["text"].value() or "", town),
    }
    fragment = request.headers.get("X-Fragment") == "preview"
    return render(request, "contact/text_preview.html" if fragment else "contact/text_edit.html", context)


def _preview(kind: str, text: str, town: Municipality | None) -> dict[str, object]:
    try:
        shown = texts.preview_template(kind, text, town=town.name if town else "")
    except texts.BadText as error:
        return {"problem": str(error)}
    yen = shown.segments.parts * settings.SMS_YEN_PER_SEGMENT
    return {"preview": shown, "yen": yen, "long": shown.segments.parts > texts.MAX_PARTS}


def _towns(scope: Scope) -> list[Municipality]:
    """The towns whose texts this user may write; empty for the whole nation, which writes for all."""
    return [] if scope.nation else list(Municipality.objects.filter(pk__in=scope.municipalities))


def _chosen(request: ScopedRequest, towns: list[Municipality]) -> Municipality | None:
    if request.scope.nation:
        return None
    town = next((t for t in towns if t.pk == request.GET.get("town")), towns[0] if towns else None)
    if town is None:
        raise PermissionDenied(_("文面は、市区町村の担当者が書きます。"))
    return town


def _has_text(way: str, kind: str) -> bool:
    try:
        return bool(texts.delivered_text(way, kind))
    except texts.BadText:
        return False
