"""Reads of requests and plans, each within a scope. Of offers: `asking.py`."""

from collections.abc import Iterable

from django.db.models import Exists, Q, QuerySet

from geo.models import Municipality
from outreach.classes import codes
from outreach.dispatch.models import (
    AMENDABLE,
    ENDED,
    Channel,
    DispatchRequest,
    LetterStatus,
    Plan,
    RequestLetter,
)
from outreach.people.models import Organisation
from outreach.people.rules import Scope
from outreach.people.tries import Guard


def requests_in(scope: Scope) -> QuerySet[DispatchRequest]:
    """The requests that a scope reaches (law 7)."""
    return DispatchRequest.objects.all() if scope.nation else DispatchRequest.objects.filter(_within(scope))


def letters_in(scope: Scope) -> QuerySet[RequestLetter]:
    """The letters that a scope reaches (law 7)."""
    return RequestLetter.objects.all() if scope.nation else RequestLetter.objects.filter(_within(scope))


def letters_waiting(scope: Scope) -> QuerySet[RequestLetter]:
    """Those that somebody has to ring about before they count, the oldest first."""
    return letters_in(scope).filter(status=LetterStatus.WAITING).order_by("made_at", "pk")


def _within(scope: Scope) -> Q:
    """One's own prefecture, town or organisation; of those that dispatch, every one, as they send everywhere."""
    sends = Organisation.objects.filter(pk__in=scope.organisations, kind=Organisation.Kind.DISPATCH)
    return (
        Q(municipality__prefecture__in=scope.prefectures)
        | Q(municipality__in=scope.municipalities)
        | Q(organisation__in=scope.organisations)
        | Q(Exists(sends))
    )


MOST_WAITING = 30  # letters of one town from the web that nobody has looked at: more are spam, or need a person


def too_many_waiting(municipality: str) -> bool:
    waiting = RequestLetter.objects.filter(municipality=municipality, status=LetterStatus.WAITING, channel=Channel.WEB)
    return waiting.count() >= MOST_WAITING


def find_letter(*, reference: str, phone: str, address: str) -> RequestLetter | None:
    """The letter that a reference and its contact's number (E.164) name together. Raises: TooManyTries."""
    code = codes.clean_code(reference, codes.REFERENCE_DIGITS)
    guard = Guard(address=address, reference=f"letter:{code or reference}")
    guard.check()
    found = RequestLetter.objects.select_related("municipality__prefecture", "organisation")
    letter = found.filter(reference=code, contact_phone=phone).first() if code and phone else None
    if letter is None:
        guard.failed()
    return letter


def may_amend(letter: RequestLetter, requests: Iterable[DispatchRequest] | None = None) -> bool:
    """Whether nothing of it has gone into a plan yet."""
    if letter.status != LetterStatus.ACCEPTED:
        return letter.status == LetterStatus.WAITING
    live = [one for one in (letter.requests.all() if requests is None else requests) if one.status not in ENDED]
    return bool(live) and all(one.status in AMENDABLE for one in live)


def organisations_for(scope: Scope, town: Municipality) -> QuerySet[Organisation]:
    """Who may answer for sessions in a town: those of the town, those that dispatch, and one's own. With a number."""
    fits = Q(municipality=town) | Q(kind=Organisation.Kind.DISPATCH) | Q(pk__in=scope.organisations)
    return Organisation.objects.filter(fits).exclude(phone="")


def may_enter(scope: Scope, town: Municipality) -> bool:
    dispatching = Organisation.objects.filter(pk__in=scope.organisations, kind=Organisation.Kind.DISPATCH)
    known = scope.nation or town.code in scope.municipalities or town.prefecture_id in scope.prefectures
    own = Organisation.objects.filter(pk__in=scope.organisations, municipality=town)
    return known or dispatching.exists() or own.exists()


def plans_in(scope: Scope) -> QuerySet[Plan]:
    """The plans that a scope may see: a prefecture's; of a dispatching organisation, all, as it sends everywhere.

    A municipality's coordinator sees their requests, never the plan with other towns' people.
    """
    if scope.nation:
        return Plan.objects.all()
    sending = Organisation.objects.filter(pk__in=scope.organisations, kind=Organisation.Kind.DISPATCH)
    return Plan.objects.filter(Q(prefecture__in=scope.prefectures) | Exists(sending))
