"""Beyond a limit of rest, day or week: the office is told by how much, and goes on only with a reason that is kept."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from outreach.classes.models import Handover, Session, SessionStatus, Shift, Waiver
from outreach.classes.services import SessionError, ask_handover
from outreach.classes.surveys.services import note_answer, propose_dates
from outreach.desk import services
from outreach.desk.queries.new_days import Unit, with_new_dates
from outreach.desk.queries.storm import Hit
from outreach.desk.services import Consent, NeedsReason, supporters
from outreach.dispatch.models import Visit
from outreach.dispatch.services import accept_offer
from outreach.dispatch.services.engaging import TooMuch
from outreach.people.models import (
    Engagement,
    Instructor,
    Insurance,
    Organisation,
    Person,
    Qualification,
    Supporter,
    TravelLimits,
    User,
    WeeklyHours,
)
from outreach.people.services import PersonBusy
from outreach.people.standing import fiscal_year
from tests import factories
from tests.classes.test_survey_pages import answer as survey_answer
from tests.desk.conftest import said
from tests.dispatch import rows
from tests.dispatch.test_overwork import two_plans
from tests.registration.test_concurrency import at_once

pytestmark = pytest.mark.django_db
TEACH, HELP = Shift.Duty.INSTRUCTOR, Shift.Duty.HELPER
WHY = "代わりがおらず、本人も承知している"


def classes_of(office: Organisation, *hours: int, days: int = 7) -> list[Session]:
    """One-hour classes of one day, all in one place."""
    where = factories.venue()
    starts = [factories.next_week(hour, days=days) for hour in hours]
    return [
        factories.session(organisation=office, venue=where, starts_at=at, ends_at=at + timedelta(hours=1))
        for at in starts
    ]


def teaching(*on: Session, **limits: Any) -> Person:
    person = factories.instructor(name="教員 一郎")
    Instructor.objects.filter(person=person).update(organisation=Organisation.objects.earliest("pk"))
    TravelLimits.objects.create(person=person, holidays=True, **limits)
    for session in on:
        services.assign(session=session, person=person, duty=TEACH)
    return person


def url(name: str, session: Session, *rest: int) -> str:
    return reverse(f"desk:{name}", args=[session.code, *rest])


def test_which_limit_and_by_how_much_is_said_and_the_reason_stays_with_class_and_person(
    desk: Client, office: Organisation, coordinator: User
) -> None:
    morning, evening = classes_of(office, 9, 15)
    person = teaching(morning, max_day_minutes=90)
    listed = said(desk.get(url("staffing", evening)))
    assert "上限を超える人" in listed
    assert "1日の拘束時間の上限を超えます" in listed
    form = {"person": person.pk, "duty": TEACH}
    asked = desk.post(url("assign", evening), form)
    assert "2時間00分になり、1日の上限の1時間30分を超えます" in said(asked)
    assert not evening.shifts.exists()
    seen = asked.context["passed"].seen
    silent = desk.post(url("assign", evening), {**form, "limit_seen": seen, "limit_reason": " "})
    assert "エラー" in said(silent)
    assert not evening.shifts.exists()
    answer = desk.post(url("assign", evening), {**form, "limit_seen": seen, "limit_reason": WHY}, follow=True)
    assert "上限を超えてお願いしています" in said(answer)
    row = Waiver.objects.get()
    assert (row.session, row.person, row.limit, row.got, row.most) == (evening, person, "day-hours", 120, 90)
    assert (row.reason, row.by) == (WHY, coordinator)
    page = said(desk.get(url("session", evening)))
    assert "上限を超えて教員 一郎さんにお願い" in page
    desk.post(url("unassign", evening, evening.shifts.get().pk))
    for page in (url("session", evening), reverse("desk:someone", args=[person.pk])):  # it stays, though they left
        assert WHY in said(desk.get(page))
        assert "1日の上限の1時間30分" in said(desk.get(page))


def test_what_is_more_than_was_shown_is_shown_again(office: Organisation, coordinator: User) -> None:
    morning, noon, evening = classes_of(office, 9, 12, 15)
    person = teaching(morning, max_day_minutes=90)

    def asked(session: Session) -> Consent:
        with pytest.raises(NeedsReason) as shown:
            services.assign(session=session, person=person, duty=TEACH)
        return Consent(WHY, frozenset(shown.value.seen.split()), coordinator)

    mine, colleagues = asked(noon), asked(evening)
    services.assign(session=evening, person=person, duty=TEACH, consent=colleagues)
    TravelLimits.objects.update(max_day_sessions=2)
    with pytest.raises(NeedsReason, match=r"3時間00分.*講習会が3回になり、1日の上限の2回を超えます"):
        services.assign(session=noon, person=person, duty=TEACH, consent=mine)
    services.assign(session=noon, person=person, duty=TEACH, consent=asked(noon))
    assert list(Waiver.objects.values_list("limit", "got")) == [
        ("day-hours", 120),
        ("day-hours", 180),
        ("day-sessions", 3),
    ]


def test_two_days_far_from_home_whose_ways_meet_leave_no_rest_and_take_a_reason(
    office: Organisation, coordinator: User
) -> None:
    one, other = classes_of(office, 17)[0], classes_of(office, 8, days=8)[0]
    person = teaching(max_day_minutes=1440, max_week_minutes=6000)
    Person.objects.filter(pk=person.pk).update(lat=one.venue.lat - 2.5)
    services.assign(session=one, person=person, duty=TEACH)
    with pytest.raises(NeedsReason, match="休みが0時間00分になり") as asked:
        services.assign(session=other, person=person, duty=TEACH)
    sure = Consent(WHY, frozenset(asked.value.seen.split()), coordinator)
    services.assign(session=other, person=person, duty=TEACH, consent=sure)
    assert Waiver.objects.get(limit="rest").got == 0


def test_double_booking_and_qualification_know_no_reason(office: Organisation, coordinator: User) -> None:
    one, same, later = *classes_of(office, 9), *classes_of(office, 9), *classes_of(office, 15)
    person, sure = teaching(one), Consent(WHY, frozenset(), coordinator)
    with pytest.raises(PersonBusy) as busy:
        services.assign(session=same, person=person, duty=TEACH, consent=sure)
    assert not isinstance(busy.value, TooMuch)
    Qualification.objects.all().delete()
    with pytest.raises(SessionError):
        services.assign(session=later, person=person, duty=TEACH, consent=sure)


def test_a_class_that_a_plan_brought_passes_no_limit_whatever_the_reason(coordinator: User) -> None:
    _teacher, first, second = two_plans(apart=2)
    accept_offer(offer=first, now=rows.now())
    accept_offer(offer=second, now=rows.now())
    session = Session.objects.order_by("starts_at").last()
    assert session
    assert Visit.objects.filter(sessions=session).exists()
    other = factories.instructor()
    TravelLimits.objects.create(person=other, max_day_minutes=30)
    with pytest.raises(TooMuch) as refused:
        services.assign(
            session=session, person=other, duty=TEACH, consent=Consent(WHY, frozenset({"any"}), coordinator)
        )
    assert not isinstance(refused.value, NeedsReason)


# --- moving ---------------------------------------------------------------------------------------------------------
def moved(session: Session, to: datetime) -> dict[str, Any]:
    local = timezone.localtime(to)
    day, clock = (
        {"day": f"{local:%Y-%m-%d}"},
        {"starts": f"{local:%H:%M}", "ends": f"{local + timedelta(hours=1):%H:%M}"},
    )
    return {**day, **clock, "venue": session.venue_id, "reason": "大雪のため", "sure": "1"}


def test_a_move_asks_the_same_limits_and_takes_the_same_reason(desk: Client, office: Organisation) -> None:
    late, early = classes_of(office, 20)[0], classes_of(office, 14, days=8)[0]
    person = teaching(late, early)
    to = early.starts_at - timedelta(hours=7)  # 7:00 after an evening until 21:00
    sent = moved(early, to)
    asked = desk.post(url("move", early), sent)
    assert "休みが10時間00分になり、必要な11時間00分に足りません" in said(asked)
    early.refresh_from_db()
    assert early.revision == 0
    why = {"limit_seen": asked.context["passed"].seen, "limit_reason": WHY}
    desk.post(url("move", early), {**sent, **why})
    early.refresh_from_db()
    assert (early.starts_at, early.revision) == (to, 1)
    assert Waiver.objects.get().person == person
    desk.post(url("move", early), moved(early, to + timedelta(minutes=30)))  # no further beyond it than they were
    early.refresh_from_db()
    assert early.revision == 2
    assert Waiver.objects.count() == 1


def test_a_storm_proposes_no_day_that_passes_a_limit_and_moves_none_onto_one(
    office: Organisation, coordinator: User
) -> None:
    here = classes_of(office, 10)[0]
    monday = here.starts_at + timedelta(days=7 - timezone.localtime(here.starts_at).weekday())
    Session.objects.filter(pk=here.pk).update(starts_at=monday, ends_at=monday + timedelta(hours=1))
    here.refresh_from_db()
    person = teaching(here)
    for weekday in range(7):
        WeeklyHours.objects.create(person=person, weekday=weekday, starts="08:00", ends="18:00")
    unit = Unit([Hit(here, why="venue", shifts=list(here.shifts.select_related("person")), trips=[])])
    with_new_dates([unit], monday)
    day = unit.dates[0]
    at = day + timedelta(hours=4)
    beside = factories.session(organisation=office, starts_at=at, ends_at=at + timedelta(hours=1))
    services.assign(session=beside, person=person, duty=TEACH)
    TravelLimits.objects.update(max_day_sessions=1)
    with_new_dates([unit], monday)
    assert day not in unit.dates
    with pytest.raises(NeedsReason):
        services.move_sessions(moves=[(here, day)], by=coordinator, reason="大雪のため")


def test_the_classes_of_a_survey_are_made_within_their_teachers_limits_or_with_a_reason(
    desk: Client, office: Organisation
) -> None:
    one = survey_answer()
    person = teaching(max_day_minutes=30)
    one.survey.teachers.add(person)
    one.survey.organisation = office
    one.survey.save()
    factories.programme_year(one.survey.first_day)
    factories.programme_year(one.survey.last_day)
    WeeklyHours.objects.bulk_create(
        WeeklyHours(person=person, weekday=day, starts="08:00", ends="18:00") for day in range(7)
    )
    halves = [f"{day}-am" for day in range(5)]
    courses = [factories.course()]
    note_answer(answer=one, courses=courses, halves=halves, off_days=[], hall=one.hall, note="", channel="web")
    propose_dates(survey=one.survey, by=None)
    address = reverse("desk:survey-carry-out", args=[one.survey.pk])
    asked = desk.post(address, {"publish": "1"})
    assert "1日の上限の0時間30分を超えます" in said(asked)
    assert not Session.objects.exists()
    why = {"limit_seen": asked.context["passed"].seen, "limit_reason": WHY}
    assert "1回を作りました" in said(desk.post(address, {"publish": "1", **why}, follow=True))
    assert Waiver.objects.get().session == Session.objects.get()
    assert "1回を作りました" in said(desk.post(address, {"publish": "1"}, follow=True))


# --- handing on a helper's shift ------------------------------------------------------------------------------------
def helping(office: Organisation, person: Person) -> Supporter:
    made = Supporter.objects.create(person=person, kind="resident", organisation=office)
    skill = factories.skill(made.skill_needed)
    Qualification.objects.create(person=person, skill=skill, issuer="市", valid_from="2020-04-01")
    year = fiscal_year(factories.next_week().date())
    Insurance.objects.create(person=person, fiscal_year=year, starts_on=f"{year}-04-01")
    for weekday in range(7):
        WeeklyHours.objects.create(person=person, weekday=weekday, starts="06:00", ends="22:00")
    return made


def test_whoever_is_handed_a_shift_and_teaches_too_is_asked_the_same(desk: Client, office: Organisation) -> None:
    morning, evening = classes_of(office, 9, 15)
    giver = factories.supporter(name="渡す人")
    shift = services.assign(session=evening, person=giver, duty=HELP)
    person = teaching(morning, max_day_minutes=90)
    taker = helping(office, person)
    assert "1日の拘束時間の上限を超えます" in said(desk.get(url("substitute", evening, shift.pk)))
    with pytest.raises(PersonBusy, match=r"1時間30分を超えます。.*ご相談ください"):  # themselves they only can ask
        supporters.take_over(handover=ask_handover(shift=shift), supporter=taker)
    assert Handover.objects.get().status == Handover.Status.OPEN
    asked = desk.post(url("substitute", evening, shift.pk), {"person": person.pk})
    assert "2時間00分になり" in said(asked)
    why = {"limit_seen": asked.context["passed"].seen, "limit_reason": WHY}
    desk.post(url("substitute", evening, shift.pk), {"person": person.pk, **why})
    shift.refresh_from_db()
    assert shift.person == person
    assert Waiver.objects.get().session == evening


def test_nor_does_who_teaches_sign_up_for_more_than_they_may(office: Organisation) -> None:
    morning, evening = classes_of(office, 9, 15)
    Session.objects.update(status=SessionStatus.PUBLISHED)
    person = teaching(morning, max_day_minutes=90)
    taker = helping(office, person)
    with translation.override("en"), pytest.raises(PersonBusy, match=r"more than the limit of .* Please ask"):
        supporters.sign_up(session=evening, supporter=taker)
    TravelLimits.objects.update(max_day_minutes=600)
    assert supporters.sign_up(session=evening, supporter=taker).duty == HELP


# --- at the same time -----------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_of_four_who_staff_and_move_into_one_day_at_once_one_comes_within_the_limit(coordinator: User) -> None:
    office = Organisation.objects.earliest("pk")
    day, later = classes_of(office, 9, 12, 15), classes_of(office, 9, days=9)[0]
    person = teaching(later, max_day_minutes=90)

    def one(number: int) -> str:
        try:
            if number < 3:
                services.assign(session=day[number], person=person, duty=TEACH)
            else:
                to = day[2].ends_at + timedelta(hours=1)
                until = to + timedelta(hours=1)
                services.move_session(
                    session=later, starts_at=to, ends_at=until, venue=None, by=coordinator, reason="大雪のため"
                )
        except NeedsReason:
            return "asked why"
        return "done"

    assert Counter(at_once(4, one)) == {"done": 1, "asked why": 3}
    on_the_day = Engagement.objects.filter(person=person, starts_at__date=timezone.localdate(day[0].starts_at))
    assert on_the_day.count() == 1
    assert not Waiver.objects.exists()
