"""Weeks and months, with their holidays and classes."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from outreach.classes.models import SessionStatus
from outreach.desk.queries.calendar import month_of, week_of
from outreach.people.models import Organisation, Role
from tests import factories
from tests.desk.conftest import SignIn, said

pytestmark = pytest.mark.django_db
PAGE = "/staff/sessions/calendar/"


def test_a_month_is_shown_in_whole_weeks_from_monday() -> None:
    span = month_of(date(2026, 11, 23))
    assert (span.first, span.last) == (date(2026, 10, 26), date(2026, 12, 6))
    assert (span.before, span.after) == (date(2026, 10, 1), date(2026, 12, 1))


def test_a_week_starts_on_monday() -> None:
    span = week_of(date(2026, 11, 29))
    assert (span.first, span.last, span.after) == (date(2026, 11, 23), date(2026, 11, 29), date(2026, 11, 30))


def test_classes_stand_on_their_day_and_cancelled_ones_do_not(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office)
    gone = factories.session(organisation=office)
    type(gone).objects.filter(pk=gone.pk).update(status=SessionStatus.CANCELLED)
    answer = desk.get(PAGE, {"week": session.starts_at.date().isoformat()})
    days = [day for week in answer.context["weeks"] for day in week]
    assert [[s.code for s in day.sessions] for day in days if day.sessions] == [[session.code]]


def test_a_full_day_of_a_month_leads_to_the_rest(desk: Client, office: Organisation) -> None:
    for _ in range(8):
        session = factories.session(organisation=office)
    page = said(desk.get(PAGE, {"month": f"{session.starts_at:%Y-%m}"}))
    assert "ほか2件" in page


def test_holidays_are_named(desk: Client) -> None:
    assert "勤労感謝の日" in said(desk.get(PAGE, {"month": "2026-11"}))


@pytest.mark.parametrize(
    "asked", [{"month": "x"}, {"week": "2026-13-40"}, {"month": "9999-99"}, {"week": "0001-01-01"}]
)
def test_what_cannot_be_read_shows_this_month(desk: Client, asked: dict[str, str]) -> None:
    assert desk.get(PAGE, asked).status_code == 200


def test_another_office_sees_its_own(sign_in: SignIn, office: Organisation) -> None:
    session = factories.session(organisation=office)
    other = sign_in(Role.COORDINATOR, organisation=factories.organisation(municipality=None))
    assert session.code not in said(other.get(PAGE, {"week": session.starts_at.date().isoformat()}))


def test_it_costs_the_same_at_1_and_at_30(
    desk: Client, office: Organisation, same_queries_at_1_and_30: Callable[..., None]
) -> None:
    asked = {"week": factories.next_week().date().isoformat()}
    same_queries_at_1_and_30(lambda: factories.session(organisation=office), lambda: desk.get(PAGE, asked))
