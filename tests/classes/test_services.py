"""Sessions: their room, their people, their site, their steps."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from outreach.classes.models import ProgrammeYear, Session, SessionStatus, Shift, Site, VenueHold
from outreach.classes.queries import gauge_of, sessions_in
from outreach.classes.services import (
    SessionError,
    approve_exception,
    ask_exception,
    assign,
    cancel_session,
    change_status,
    confirm_session,
    move_session,
    publish_session,
    recount_sites,
    unassign,
)
from outreach.people.rules import Scope
from outreach.people.services import PersonBusy
from tests import factories

pytestmark = pytest.mark.django_db
S = SessionStatus


def staffed(session: Session, *, helpers: int = 0) -> Session:
    assign(session=session, person=factories.instructor(), duty=Shift.Duty.INSTRUCTOR)
    for _ in range(helpers):
        assign(session=session, person=factories.supporter(), duty=Shift.Duty.HELPER)
    return session


def test_a_draft_takes_its_room() -> None:
    session = factories.session(status=S.DRAFT)
    assert VenueHold.objects.get().subject == session.subject


def test_a_room_is_not_given_twice() -> None:
    first = factories.session()
    with pytest.raises(SessionError, match="ほかの予定"):
        factories.session(venue=first.venue, starts_at=first.starts_at + timedelta(minutes=30))


def test_the_same_room_is_free_right_after() -> None:
    first = factories.session()
    assert factories.session(venue=first.venue, starts_at=first.ends_at).pk


def test_the_database_refuses_a_second_hold_behind_the_service() -> None:
    first = factories.session()
    with pytest.raises(IntegrityError, match="no_overlap"):
        VenueHold.objects.create(
            venue=first.venue, starts_at=first.starts_at, ends_at=first.ends_at, subject="someone:else"
        )


def test_more_seats_than_the_room_holds_are_refused() -> None:
    with pytest.raises(SessionError, match="収容人数"):
        factories.session(venue=factories.venue(capacity=10), capacity=11)


def test_publishing_needs_an_organisation_that_answers() -> None:
    session = factories.session(status=S.DRAFT, organisation=factories.organisation(phone=""))
    with pytest.raises(SessionError, match="電話番号"):
        publish_session(session=session, by=None)


def test_a_session_does_not_go_ahead_without_a_certified_instructor() -> None:
    with pytest.raises(SessionError, match="講師 あと1人"):
        confirm_session(session=factories.session(), by=None)


def test_one_helper_is_needed_for_every_four_learners() -> None:
    session = staffed(factories.session())
    for _ in range(5):
        factories.booking(session)
    gauge = gauge_of(Session.objects.get(pk=session.pk))
    assert (gauge.helpers_needed, gauge.helpers_needed_when_full) == (2, 5)
    with pytest.raises(SessionError, match="補助者 あと2人"):
        confirm_session(session=session, by=None)
    staffless = [factories.supporter(), factories.supporter()]
    for helper in staffless:
        assign(session=session, person=helper, duty=Shift.Duty.HELPER)
    confirm_session(session=session, by=None)
    assert session.status == S.CONFIRMED


def test_going_ahead_short_of_staff_needs_a_reason_and_a_second_person() -> None:
    session, asker, other = factories.session(), factories.user(), factories.user()
    with pytest.raises(SessionError, match="理由"):
        ask_exception(session=session, by=asker, reason=" ")
    ask_exception(session=session, by=asker, reason="講師が急病、町職員が代行")
    with pytest.raises(SessionError, match="別の人"):
        approve_exception(session=session, by=asker)
    approve_exception(session=session, by=other)
    confirm_session(session=session, by=asker)
    assert session.events.latest("pk").reason == "講師が急病、町職員が代行"


def test_the_database_refuses_an_exception_approved_by_the_one_who_asked() -> None:
    session, asker = factories.session(), factories.user()
    with pytest.raises(IntegrityError):
        Session.objects.filter(pk=session.pk).update(exception_asked_by=asker, exception_approved_by=asker)


def test_a_teacher_whose_certificate_has_ended_is_refused() -> None:
    session, teacher = factories.session(), factories.instructor()
    teacher.qualifications.update(valid_to=session.starts_at.date() - timedelta(days=1))
    with pytest.raises(SessionError, match="資格"):
        assign(session=session, person=teacher, duty=Shift.Duty.INSTRUCTOR)


def test_a_person_is_not_put_on_two_sessions_at_once() -> None:
    first, teacher = factories.session(), factories.instructor()
    assign(session=first, person=teacher, duty=Shift.Duty.INSTRUCTOR)
    with pytest.raises(PersonBusy):
        assign(session=factories.session(), person=teacher, duty=Shift.Duty.INSTRUCTOR)


def test_unassigning_frees_the_person() -> None:
    session, teacher = factories.session(), factories.instructor()
    unassign(shift=assign(session=session, person=teacher, duty=Shift.Duty.INSTRUCTOR))
    assert not teacher.engagements.exists()
    assert assign(session=session, person=teacher, duty=Shift.Duty.HELPER).pk


def test_cancelling_frees_the_room_and_the_people() -> None:
    session = staffed(factories.session())
    cancel_session(session=session, by=None, reason="大雪")
    assert not VenueHold.objects.exists()
    assert not session.shifts.exists()
    assert Site.objects.get().planned_sessions == 0


@pytest.mark.parametrize(
    ("old", "new"), [(S.DRAFT, S.CONFIRMED), (S.PUBLISHED, S.HELD), (S.CANCELLED, S.PUBLISHED), (S.REPORTED, S.HELD)]
)
def test_steps_that_are_not_allowed_are_refused(old: str, new: SessionStatus) -> None:
    session = factories.session(status=S.DRAFT)
    Session.objects.filter(pk=session.pk).update(status=old)
    session.refresh_from_db()
    with pytest.raises(SessionError):
        change_status(session=session, to=new, by=None)


def test_the_slower_of_two_is_told_and_changes_nothing() -> None:
    session = factories.session()
    stale = Session.objects.get(pk=session.pk)
    cancel_session(session=session, by=None, reason="大雪")
    with pytest.raises(SessionError, match="先に"):
        change_status(session=stale, to=S.CONFIRMED, by=None)
    assert Session.objects.get(pk=session.pk).status == S.CANCELLED


def test_a_site_is_planned_when_published_and_held_when_held() -> None:
    session = factories.session(status=S.DRAFT)
    assert not Site.objects.exists()
    publish_session(session=session, by=None)
    assert (Site.objects.get().planned_sessions, Site.objects.get().held_sessions) == (1, 0)
    change_status(session=staffed(session), to=S.CONFIRMED, by=None)
    change_status(session=session, to=S.HELD, by=None)
    assert (Site.objects.get().planned_sessions, Site.objects.get().held_sessions) == (1, 1)


def test_moving_takes_the_room_the_people_and_the_site_along() -> None:
    session = staffed(factories.session())
    new_place, later = factories.venue(), session.starts_at + timedelta(days=1)
    move_session(
        session=session, starts_at=later, ends_at=later + timedelta(hours=1), venue=new_place, by=None, reason="大雪"
    )
    assert VenueHold.objects.get().venue == new_place
    assert session.shifts.get().person.engagements.get().starts_at == later
    assert {(s.venue_id, s.planned_sessions) for s in Site.objects.all()} >= {(new_place.pk, 1)}
    assert Session.objects.get(pk=session.pk).revision == 1


def test_counted_sites_equal_a_recount() -> None:
    for status in (S.DRAFT, S.PUBLISHED, S.CONFIRMED, S.HELD, S.REPORTED):
        factories.session(status=status)
    cancel_session(session=factories.session(), by=None, reason="台風")
    kept = {
        (s.venue_id, s.scheme, s.planned_sessions, s.held_sessions) for s in Site.objects.filter(planned_sessions__gt=0)
    }
    recount_sites(programme_year=ProgrammeYear.objects.get())
    assert kept == {(s.venue_id, s.scheme, s.planned_sessions, s.held_sessions) for s in Site.objects.all()}


def test_a_scope_reaches_its_own_sessions_only() -> None:
    here = staffed(factories.session())
    ube = factories.municipality("35202")
    there = factories.session(venue=factories.venue(municipality=ube))
    teacher = here.shifts.get().person
    assert set(sessions_in(Scope(nation=True))) == {here, there}
    assert set(sessions_in(Scope(municipalities=frozenset({"35202"})))) == {there}
    assert set(sessions_in(Scope(prefectures=frozenset({"01"})))) == {here}
    assert set(sessions_in(Scope(organisations=frozenset({here.organisation_id})))) == {here}
    assert set(sessions_in(Scope(person=teacher.pk))) == {here}
    assert not sessions_in(Scope()).exists()
