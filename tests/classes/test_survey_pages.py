"""A survey's pages: a district's number is not to be guessed, and a town's districts are the town's."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from outreach.classes.codes import check_digit
from outreach.classes.models import District, DistrictAnswer
from outreach.classes.surveys.services import (
    SurveyError,
    carry_out,
    make_survey,
    note_answer,
    propose_dates,
    reopen_survey,
)
from outreach.people.models import Role
from tests import factories

pytestmark = pytest.mark.django_db


def answer() -> DistrictAnswer:
    hall, today = factories.venue(), timezone.localdate()
    town = hall.municipality
    district = District.objects.create(municipality=town, name="小串", kana="コグシ", hall=hall)
    survey = make_survey(
        districts=[district], courses=[factories.course()], teachers=[], municipality=town, name="来春",
        organisation=factories.organisation(), scheme="own", answer_by=today, made_by=factories.user(),
        first_day=today + timedelta(days=30), last_day=today + timedelta(days=90),
    )  # fmt: skip
    return DistrictAnswer.objects.get(survey=survey)


def test_guessing_a_districts_number_in_the_address_ends(client: Client) -> None:
    known = f"/surveys/{answer().code}/"
    assert client.get(known).status_code == 200
    for n in range(30):
        body = f"{100_000_000 + n}"
        assert client.get(f"/surveys/{body}{check_digit(body)}/").status_code == 404
    answered = client.get(known, follow=True)
    assert "確認を止めています" in answered.content.decode()
    assert "小串" not in answered.content.decode()


def test_an_organisation_reaches_the_districts_of_its_own_towns_only(client: Client) -> None:
    one = answer()
    town = one.survey.municipality
    elsewhere = factories.organisation(municipality=factories.municipality("35202"))
    client.force_login(factories.user(Role.COORDINATOR, organisation=elsewhere))
    for page in ("/staff/districts/", "/staff/surveys/new/"):
        assert client.get(f"{page}?municipality={town.pk}").status_code == 403
        assert client.get(f"{page}?municipality=35202").status_code == 200
    factories.session(organisation=elsewhere, venue=one.hall)
    assert client.get(f"/staff/districts/?municipality={town.pk}").status_code == 200


def test_every_step_of_a_survey_leaves_who_and_when() -> None:
    one, by = answer(), factories.user()
    note_answer(
        answer=one, courses=[factories.course()], halves=["0-am"], off_days=[], hall=one.hall, note="", channel="web"
    )
    with pytest.raises(SurveyError, match="まだ"):
        carry_out(survey=one.survey, publish=False, by=by)
    propose_dates(survey=one.survey, by=by)
    reopen_survey(survey=one.survey, by=by)
    propose_dates(survey=one.survey, by=by)
    for _twice in range(2):
        carry_out(survey=one.survey, publish=False, by=by)
    told = list(one.survey.events.values_list("old", "new", "by"))
    assert [row[:2] for row in told] == [
        ("open", "proposed"), ("proposed", "open"), ("open", "proposed"), ("proposed", "done"),
    ]  # fmt: skip
    assert {row[2] for row in told} == {by.pk}
