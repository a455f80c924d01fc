"""A plan as Excel and CSV: a line for each visit and each person who goes."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from outreach.dispatch.models import Plan, Trip, Visit
from outreach.dispatch.week import visits_of
from outreach.downloads import FORMATS, download

__all__ = ["FORMATS", "plan_file"]

HEAD = (
    _l("日"), _l("開始"), _l("終了"), _l("講師"), _l("役割"), _l("出る時刻"), _l("着く時刻"),
    _l("この日の距離（km）"), _l("この日の移動（分）"), _l("外泊"), _l("団体コード"), _l("市区町村"), _l("会場"),
    _l("住所"), _l("会場の希望順位"), _l("講座"), _l("続けて開く回数"), _l("参加の見込み（人）"), _l("固定"),
    _l("打診"), _l("実際の距離（km）"), _l("実際の移動（分）"),
)  # fmt: skip


def plan_file(kind: str, plan: Plan) -> HttpResponse:
    """Of the version that stands; its number and day are said, so that the same version gives the same rows."""
    trips = {(trip.person_id, trip.day): trip for trip in plan.trips.select_related("person")}
    version = plan.version
    about = [
        (_("作成日"), timezone.localdate().isoformat()),
        (_("出典"), _("津々浦々 派遣計画（氏名を含みます）")),
        (_("都道府県"), plan.prefecture.name),
        (_("期間"), f"{plan.first.isoformat()}–{plan.last.isoformat()}"),
        (_("計画の版"), f"{plan.pk}/{version.pk}" if version else ""),
        (_("距離と移動"), _("1人1日につき1行だけに書きます。列をたすと、計画の合計になります。")),
        (_("見本データ"), _("はい") if plan.sample else _("いいえ")),
    ]
    name = f"plan-{plan.pk}-{plan.first.isoformat()}"
    return download(kind, name, [str(title) for title in HEAD], _rows(plan, trips), about=about)


def _rows(plan: Plan, trips: dict[Any, Trip]) -> list[tuple[Any, ...]]:
    """By time: each visit and person, and the days of travel only. A day's road stands once, so that columns add up."""
    told: set[Any] = set()
    rows = [(visit.starts_at, line) for visit in visits_of(plan) for line in _lines(visit, trips, told)]
    rows += [(trip.leaves_at, _only_travel(trip)) for at, trip in trips.items() if at not in told]
    return [line for _at, line in sorted(rows, key=lambda row: row[0])]


def _only_travel(trip: Trip) -> tuple[Any, ...]:
    return (
        trip.day.isoformat(), "", "", trip.person.name, _("移動のみ"), _clock(trip.leaves_at), _clock(trip.back_at),
        trip.km, trip.road_minutes, _("あり") if trip.overnight else "", *[""] * 10, trip.travelled_km,
        trip.travelled_minutes,
    )  # fmt: skip


def _lines(visit: Visit, trips: dict[Any, Trip], told: set[Any]) -> Iterable[tuple[Any, ...]]:
    day = timezone.localdate(visit.starts_at)
    request = visit.request
    for person in (visit.lead, visit.second):
        if person is None:
            continue
        trip = trips[person.pk, day]
        offer = next((one for one in visit.offers.all() if one.person_id == person.pk), None)
        first = (person.pk, day) not in told
        told.add((person.pk, day))
        yield (
            day.isoformat(), _clock(visit.starts_at), _clock(visit.ends_at), person.name,
            _("主担当") if person == visit.lead else _("副担当"), _clock(trip.leaves_at), _clock(trip.back_at),
            trip.km if first else "", trip.road_minutes if first else "", _("あり") if trip.overnight else "",
            request.municipality.code6, request.municipality.name, visit.venue.name, visit.venue.address, visit.wish,
            request.course.name, request.sessions, request.heads, _("固定") if visit.locked else "",
            offer.get_status_display() if offer else "", trip.travelled_km if first else "",
            trip.travelled_minutes if first else "",
        )  # fmt: skip


def _clock(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%H:%M}"
