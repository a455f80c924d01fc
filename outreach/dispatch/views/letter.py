"""An instructor's page, opened by a secret address on a telephone: their days, yes or no, and the road afterwards."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from outreach.dispatch import services
from outreach.dispatch.answering import Day, days_of, find_letter
from outreach.dispatch.forms.offers import NoForm, TravelledForm
from outreach.dispatch.models import Offer, OfferLetter
from outreach.people.access import open_to_all


@open_to_all
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def letter(request: HttpRequest, token: str) -> HttpResponse:
    """Light, and whole without JavaScript. Whoever holds the address is the person: it's never listed or logged."""
    now = timezone.now()
    found = find_letter(token, now)
    if found is None:
        return render(request, "dispatch/letter_gone.html", status=404)
    days = days_of(found)
    if request.method == "POST":
        if request.POST.get("act") == "travelled":
            return _travelled(request, found, days, now) or redirect("dispatch:offer-letter", token)
        if act := ACTS.get(request.POST.get("act", "")):
            act(request, found, days, now)
        return redirect("dispatch:offer-letter", token)
    return _page(request, found, days, now)


Wrong = tuple[Day, TravelledForm]


@dataclass(frozen=True)
class Row:
    """A day as the page shows it: `form` asks for the road where the day is over."""

    day: Day
    form: TravelledForm | None


def _page(
    request: HttpRequest, found: OfferLetter, days: list[Day], now: datetime, wrong: Wrong | None = None
) -> HttpResponse:
    rows = [Row(day, _travel_form(day, now, wrong)) for day in days]
    today = timezone.localdate(now)
    context = {
        "letter": found,
        "coming": [row for row in rows if row.day.date >= today],
        "past": [row for row in rows if row.day.date < today],
        "asked": sum(len(day.open) for day in days),
        "answer_by": min((offer.answer_by for day in days for offer in day.open), default=None),
        "now": now,
        "reasons": NoForm.REASONS,
        "wrong": wrong[1] if wrong else None,
    }
    return render(request, "dispatch/letter.html", context, status=422 if wrong else 200)


def _travel_form(day: Day, now: datetime, wrong: Wrong | None) -> TravelledForm | None:
    if wrong and wrong[0] is day:
        return wrong[1]
    if not day.done(now) or day.trip is None:
        return None
    km, minutes = day.trip.travelled_km, day.trip.travelled_minutes
    known = (
        {"km": km, "hours": minutes // 60, "minutes": minutes % 60} if km is not None and minutes is not None else {}
    )
    return TravelledForm(initial=known, auto_id=_ids(day))


def _ids(day: Day) -> str:
    return f"{day.date:%m%d}_%s"


def _chosen(request: HttpRequest, days: list[Day]) -> Offer:
    for day in days:
        for stop in day.stops:
            if str(stop.offer.pk) == request.POST.get("offer"):
                return stop.offer
    raise Http404


def _day(request: HttpRequest, days: list[Day]) -> Day:
    wanted = _date(request.POST.get("day", ""))
    for day in days:
        if day.date == wanted:
            return day
    raise Http404


def _date(raw: str) -> object:
    try:
        return parse_date(raw)
    except ValueError:
        return None


def _attempt(request: HttpRequest, act: Callable[[], None], done: str) -> None:
    try:
        act()
    except services.OfferError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)


def _accept(request: HttpRequest, found: OfferLetter, days: list[Day], now: datetime) -> None:
    offer = _chosen(request, days)
    done = _("お引き受けいただき、ありがとうございます。")
    _attempt(request, lambda: services.accept_offer(offer=offer, now=now), done)


def _accept_day(request: HttpRequest, found: OfferLetter, days: list[Day], now: datetime) -> None:
    """Each for itself: one that is over keeps none of the others from being accepted."""
    failed = []
    for offer in _day(request, days).open:
        try:
            services.accept_offer(offer=offer, now=now)
        except services.OfferError as error:
            failed.append(f"{offer.visit.request.municipality}：{error}")
    for words in failed:
        messages.error(request, words)
    if not failed:
        messages.success(request, _("お引き受けいただき、ありがとうございます。"))


def _decline(request: HttpRequest, found: OfferLetter, days: list[Day], now: datetime) -> None:
    _say_no(request, found, days, now, services.decline_offer, _("お返事をうけたまわりました。"))


def _return(request: HttpRequest, found: OfferLetter, days: list[Day], now: datetime) -> None:
    done = _("うけたまわりました。代わりの方をさがします。")
    _say_no(request, found, days, now, services.return_offer, done)


def _say_no(
    request: HttpRequest, found: OfferLetter, days: list[Day], now: datetime, act: Callable[..., None], done: str
) -> None:
    offer = _chosen(request, days)
    form = NoForm(request.POST)
    if not form.is_valid():
        for words in (words for errors in form.errors.values() for words in errors):
            messages.error(request, str(words))
        return
    _attempt(request, lambda: act(offer=offer, now=now, reason=form.reason()), done)


def _travelled(request: HttpRequest, found: OfferLetter, days: list[Day], now: datetime) -> HttpResponse | None:
    day = _day(request, days)
    if day.trip is None or not day.done(now):
        raise Http404
    trip, form = day.trip, TravelledForm(request.POST, auto_id=_ids(day))
    if not form.is_valid():
        return _page(request, found, days, now, (day, form))
    done = _("移動の記録を受け取りました。")
    _attempt(request, lambda: services.note_travelled(trip=trip, now=now, **form.travelled()), done)
    return None


ACTS: dict[str, Callable[[HttpRequest, OfferLetter, list[Day], datetime], None]] = {
    "accept": _accept,
    "accept-day": _accept_day,
    "decline": _decline,
    "return": _return,
}
