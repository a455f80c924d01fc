"""Which sessions need a hand, said as conditions that the database can judge, one for each rule of the year."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from functools import reduce
from operator import or_

from django.db.models import F, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from outreach.classes.models import OPEN, Entry, SchemeRule, Session, SessionStatus
from outreach.classes.queries import with_staff
from outreach.classes.rules import JST
from outreach.people.models import User

NEAR = timedelta(days=3)  # warned of before the staffing deadline
FEW_WITHIN = timedelta(days=14)  # the time in which a flyer or a call can still bring people


class Need(StrEnum):
    """What a session may want of the office, in the order of a day's work."""

    APPROVAL = "approval"
    STAFF = "staff"
    FEW = "few"
    ATTENDANCE = "attendance"
    REPORT = "report"
    DRAFT = "draft"


LABELS: dict[Need, str | Promise] = {
    Need.APPROVAL: _("承認待ち（少ない要員での開催）"),
    Need.STAFF: _("要員が足りない"),
    Need.FEW: _("申込が最少人数より少ない"),
    Need.ATTENDANCE: _("終わったのに、出席がまだ"),
    Need.REPORT: _("開催の報告がまだ"),
    Need.DRAFT: _("下書きのまま"),
}


@dataclass(frozen=True)
class Moment:
    """What the conditions depend on, read once."""

    now: datetime
    user: User
    rules: list[SchemeRule]


def moment(user: User, now: datetime) -> Moment:
    """The rules in force around now. 1 statement."""
    year = now.astimezone(JST).year
    return Moment(now, user, list(SchemeRule.objects.filter(programme_year__fiscal_year__range=(year - 1, year + 1))))


def needing(found: QuerySet[Session], need: Need, at: Moment) -> QuerySet[Session]:
    """Those of `found` that need it, soonest first."""
    return with_staff(found).filter(CONDITIONS[need](at)).order_by("starts_at", "pk")


def _approval(at: Moment) -> Q:
    """Someone else asked to go ahead with fewer staff: this user can be the second person."""
    asked = Q(exception_asked_by__isnull=False, exception_approved_by__isnull=True, status=SessionStatus.PUBLISHED)
    return asked & Q(starts_at__gt=at.now) & ~Q(exception_asked_by=at.user)


def _staff(at: Moment) -> Q:
    return Q(status__in=OPEN, starts_at__gt=at.now) & _any_rule(at, _short)


def _short(rule: SchemeRule, at: Moment) -> Q:
    short = Q(instructors__lt=rule.certified_instructors)
    if rule.learners_per_helper:
        short |= Q(seats_taken__gt=F("helpers") * rule.learners_per_helper)
    return short & Q(starts_at__lt=_end_of_day(at.now) + timedelta(days=rule.staffing_deadline_days) + NEAR)


def _few(at: Moment) -> Q:
    near = Q(status__in=OPEN, entry=Entry.BOOKING, starts_at__gt=at.now, starts_at__lt=at.now + FEW_WITHIN)
    return near & _any_rule(at, lambda rule, _at: Q(seats_taken__lt=rule.minimum_learners))


def _attendance(at: Moment) -> Q:
    return Q(status__in=OPEN, ends_at__lte=at.now)


def _report(at: Moment) -> Q:
    return Q(status=SessionStatus.HELD)


def _draft(at: Moment) -> Q:
    return Q(status=SessionStatus.DRAFT)


def _any_rule(at: Moment, condition: Callable[[SchemeRule, Moment], Q]) -> Q:
    """True where the session's own rule makes the condition true; never where it has no rule."""
    cases = (
        Q(programme_year=rule.programme_year_id, scheme=rule.scheme, kind=rule.kind) & condition(rule, at)
        for rule in at.rules
    )
    return reduce(or_, cases, Q(pk__in=[]))


def _end_of_day(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(JST).date() + timedelta(days=1), time(), tzinfo=JST)


CONDITIONS: dict[Need, Callable[[Moment], Q]] = {
    Need.APPROVAL: _approval,
    Need.STAFF: _staff,
    Need.FEW: _few,
    Need.ATTENDANCE: _attendance,
    Need.REPORT: _report,
    Need.DRAFT: _draft,
}
