"""What a programme still needs before its first class, read from what stands; the rest is ticked by hand."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from outreach.classes.models import (
    HELD,
    PLANNED,
    District,
    DistrictSurvey,
    Programme,
    Session,
    SessionStatus,
    Venue,
)
from outreach.desk.blueprints import Blueprint, blueprints
from outreach.people.models import Instructor
from outreach.people.rules import Scope
from outreach.registration.models import Certificate

Seen = Callable[[Programme], QuerySet[Any]]


@dataclass(frozen=True)
class Kind:
    """A step: what to do, the page to do it on, and what stands once it is done (none: ticked by hand)."""

    words: Any
    page: str
    seen: Seen | None = None
    query: bool = False  # the page is about the town


def _sessions(programme: Programme) -> QuerySet[Session]:
    return Session.objects.filter(organisation=programme.organisation_id)


KINDS = {
    "venue": Kind(
        _("会場を登録する"), "desk:venue-new", lambda p: Venue.objects.filter(municipality=p.municipality_id), True
    ),
    "teacher": Kind(
        _("講師を登録する"),
        "desk:instructor-new",
        lambda p: Instructor.objects.filter(
            Q(organisation=p.organisation_id) | Q(person__municipality__prefecture=p.municipality.prefecture_id)
        ),
    ),
    "session": Kind(_("講習会の下書きをつくる"), "desk:session-new", _sessions, True),
    "published": Kind(_("講習会を公開する"), "desk:sessions", lambda p: _sessions(p).filter(status__in=PLANNED)),
    "series_dates": Kind(
        _("連続講座の日程をつくる"), "desk:series-list", lambda p: _sessions(p).filter(series__isnull=False)
    ),
    "districts": Kind(
        _("地区を登録する"),
        "classes:districts",
        lambda p: District.objects.filter(municipality=p.municipality_id),
        True,
    ),
    "survey": Kind(
        _("地区アンケートをつくり、日程を決める"),
        "classes:survey-new",
        lambda p: DistrictSurvey.objects.filter(organisation=p.organisation_id),
        True,
    ),
    "proposal": Kind(_("計画の提案を受けて、認める"), "desk:proposals", _sessions),
    "upload": Kind(_("月間計画のファイルを送る"), "classes:uploads", _sessions),
    "attendance": Kind(
        _("出席をつけて、終わりにする"), "desk:sessions", lambda p: _sessions(p).filter(status__in=HELD)
    ),
    "report": Kind(_("報告する"), "desk:sessions", lambda p: _sessions(p).filter(status=SessionStatus.REPORTED)),
    "results": Kind(
        _("結果のファイルを送る"), "desk:results", lambda p: _sessions(p).filter(status=SessionStatus.REPORTED)
    ),
    "certificates": Kind(
        _("修了した人に修了証を出す"),
        "desk:series-list",
        lambda p: Certificate.objects.filter(enrolment__series__organisation=p.organisation_id),
    ),
    "flyer": Kind(_("チラシを印刷して、回覧に出す"), "desk:calendar"),
    "tally": Kind(_("予約なしの相談会を開き、数取りで数える"), "desk:sessions"),
    "subsidy": Kind(_("補助の申請の状態を記録する"), "desk:series-list"),
    "lectures": Kind(_("学校に、出前講座の案内をする"), "registration:lecture-list"),
    "shifts": Kind(_("学生などのボランティアを募る"), "desk:people"),
    "training": Kind(_("サポーターの研修をつくる"), "desk:training"),
    "register": Kind(_("修了したサポーターの名簿を確かめる"), "desk:register"),
    "supports": Kind(_("訪問や電話の依頼を受け、人を選ぶ"), "registration:supports"),
    "poster": Kind(_("受付の掲示（QRコード）を印刷する"), "desk:sessions"),
    "check_in": Kind(_("当日、申込票を読みとる"), "desk:check-in"),
    "points": Kind(_("ポイントの一覧を書き出す"), "desk:points"),
}


@dataclass(frozen=True)
class Step:
    key: str
    words: str
    url: str
    done: bool
    by_hand: bool


def steps_of(programme: Programme) -> list[Step]:
    """At most one statement a step."""
    return [_step(programme, key) for key in blueprint_of(programme).steps]


def blueprint_of(programme: Programme) -> Blueprint:
    return blueprints()[programme.key]


def _step(programme: Programme, key: str) -> Step:
    kind = KINDS[key]
    url = reverse(kind.page) + (f"?municipality={programme.municipality_id}" if kind.query else "")
    done = kind.seen(programme).exists() if kind.seen else key in programme.ticked
    return Step(key, str(kind.words), url, done, kind.seen is None)


def programmes_in(scope: Scope) -> QuerySet[Programme]:
    """The programmes that a scope reaches (law 7)."""
    found = Programme.objects.select_related("municipality__prefecture", "organisation")
    if scope.nation:
        return found
    return found.filter(
        Q(organisation__in=scope.organisations)
        | Q(municipality__in=scope.municipalities)
        | Q(municipality__prefecture__in=scope.prefectures)
    )
