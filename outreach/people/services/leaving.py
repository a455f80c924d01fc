"""A supporter leaves when they like; what names people is kept only as long as it is needed, also of who taught."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery

from geo.models import Municipality
from outreach.people.models import (
    OPEN_APPLICATIONS,
    ApplicationStatus,
    CalendarFeed,
    DayException,
    Engagement,
    Person,
    Supporter,
    SupporterApplication,
    User,
    WeeklyHours,
)

DECIDED_KEPT = timedelta(days=90)  # questions about a decision come in the first weeks
WAITING_KEPT = timedelta(days=365)  # nobody decided in a year: nobody will
LEFT_KEPT = timedelta(days=3 * 365)  # certificates of hours are asked for years later
FORGOTTEN = "―"


@transaction.atomic
def leave(*, supporter: Supporter, on: date) -> None:
    """Stop from that day: no more asked, the account closed, the hours of the week forgotten.

    Shifts and visits to come are given back by `desk.services.supporters.leave`, which calls this.
    """
    Supporter.objects.filter(pk=supporter.pk).update(active=False, left_on=on)
    WeeklyHours.objects.filter(person=supporter.person_id).delete()
    DayException.objects.filter(person=supporter.person_id).delete()
    CalendarFeed.objects.filter(person=supporter.person_id, person__instructor__isnull=True).delete()
    User.objects.filter(person=supporter.person_id).exclude(memberships__role__in=OTHER_ROLES).update(is_active=False)


OTHER_ROLES = ("coordinator", "instructor", "administrator", "prefecture", "ministry")


@transaction.atomic
def forget_people(*, now: datetime) -> int:
    """Blank decided applications, supporters and instructors who left long ago; returns how many rows were blanked.

    Their shifts and hours stay as counts, under a person without a name.
    """
    decided = SupporterApplication.objects.filter(
        status__in=[ApplicationStatus.DECLINED, ApplicationStatus.WITHDRAWN], decided_at__lt=now - DECIDED_KEPT
    )
    accepted = SupporterApplication.objects.filter(
        status=ApplicationStatus.ACCEPTED, decided_at__lt=now - DECIDED_KEPT
    ).exclude(Q(wish="") & Q(name=""))
    waiting = SupporterApplication.objects.filter(status__in=OPEN_APPLICATIONS, applied_at__lt=now - WAITING_KEPT)
    gone = decided.delete()[0] + waiting.delete()[0]
    blanked = accepted.update(name="", kana="", phone="", email="", wish="", guardian_name="", guardian_phone="")
    return gone + blanked + _forget_left(now)


def _forget_left(now: datetime) -> int:
    """Whose every part ended so long ago, and who has no account for another."""
    before = (now - LEFT_KEPT).date()
    helped, taught = Q(supporter__left_on__lt=before), Q(instructor__left_on__lt=before)
    never_helped, never_taught = Q(supporter__isnull=True), Q(instructor__isnull=True)
    left = Person.objects.filter((helped & (taught | never_taught)) | (never_helped & taught))
    left = left.exclude(user__is_active=True).exclude(name=FORGOTTEN)
    keys = list(left.values_list("pk", flat=True)[:500])
    for model in (Engagement, WeeklyHours, DayException, CalendarFeed):
        model.objects.filter(person__in=keys).delete()
    User.objects.filter(person__in=keys).update(first_name="", last_name="", email="")
    SupporterApplication.objects.filter(person__in=keys).update(**_town())
    return Person.objects.filter(pk__in=keys).update(name=FORGOTTEN, kana=FORGOTTEN, phone="", email="", **_town())


def _town() -> dict[str, Subquery]:
    """The middle of the town in the place of the home."""
    town = Municipality.objects.filter(pk=OuterRef("municipality"))
    return {axis: Subquery(town.values(axis)[:1]) for axis in ("lat", "lon")}
