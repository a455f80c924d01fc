"""Whether a supporter may be asked for something at some time and place, and every reason why not.

The one table of reasons for shifts and for visits: `hindrances` decides (pure), `queries.standings` gathers what it
asks. The ledger, the locks and the database decide again when someone is really put there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from outreach.people.rules import travel_minutes

Span = tuple[int, int]
FISCAL_MONTH = 4


@dataclass(frozen=True)
class Stay:
    """Where someone is already, [starts_at, ends_at); `km` from there to the place asked about, None if unknown."""

    starts_at: datetime
    ends_at: datetime
    km: float | None = None


@dataclass(frozen=True)
class Wanted:
    """What a person is wanted for. `remote`: by telephone, so that nobody travels. `any_hour`: they ask themselves."""

    starts_at: datetime
    ends_at: datetime
    remote: bool = False
    any_hour: bool = False


@dataclass(frozen=True)
class Standing:
    """What is known of one supporter on the day in question."""

    active: bool
    trained: bool
    insured: bool
    km: float
    reach_km: int
    load: int  # times already given in that month
    limit: int
    open_spans: tuple[Span, ...] = ()  # minutes of the day, door to door, engagements already taken out
    stays: tuple[Stay, ...] = ()

    @property
    def minutes(self) -> int:
        """One way on ordinary roads."""
        return travel_minutes(self.km)


def hindrances(standing: Standing, wanted: Wanted, *, clock: Span) -> tuple[str, ...]:
    """Every reason why not, in words for staff; none where the person may be asked.

    `clock`: the wanted time in minutes of the local day. Minutes of the way there and back are added here.
    """
    found = [
        ("" if standing.active else _("活動を休んでいるか、やめています")),
        ("" if standing.trained else _("研修の修了（有効な資格）がありません")),
        ("" if standing.insured else _("この日の保険に入っていません")),
        _too_far(standing, wanted),
        _busy(standing, wanted),
        _not_open(standing, wanted, clock),
        ("" if standing.load < standing.limit else _("その月の回数が、本人の決めた上限に達しています")),
    ]
    return tuple(words for words in found if words)


def _too_far(standing: Standing, wanted: Wanted) -> str:
    return "" if wanted.remote or standing.km <= standing.reach_km else _("本人の行ける距離より遠い所です")


def _busy(standing: Standing, wanted: Wanted) -> str:
    for stay in standing.stays:
        gap = max(wanted.starts_at - stay.ends_at, stay.starts_at - wanted.ends_at)
        if gap < timedelta(0):
            return _("その時間に別の予定があります")
        if not wanted.remote and stay.km is not None and gap < timedelta(minutes=travel_minutes(stay.km)):
            return _("前後の予定から、移動が間に合いません")
    return ""


def _not_open(standing: Standing, wanted: Wanted, clock: Span) -> str:
    if wanted.any_hour or _busy(standing, wanted):
        return ""
    way = 0 if wanted.remote else standing.minutes
    covered = any(start <= clock[0] - way and clock[1] + way <= end for start, end in standing.open_spans)
    return "" if covered else _("来られる時間に入っていません")


def insured_on(day: date, insurances: Iterable[tuple[int, date]]) -> bool:
    """Whether one of (fiscal year, first day) covers `day`: each ends with its fiscal year."""
    return any(year == fiscal_year(day) and starts_on <= day for year, starts_on in insurances)


def valid_on(day: date, valid_from: date, valid_to: date | None) -> bool:
    return valid_from <= day and (valid_to is None or day <= valid_to)


def fiscal_year(day: date) -> int:
    """April to March; the same as classes.rules.fiscal_year_of, which stands a floor above."""
    return day.year if day.month >= FISCAL_MONTH else day.year - 1
