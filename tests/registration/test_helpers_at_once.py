"""Supporters and offices that act at the same moment: no place twice, no person twice, no limit passed (law 2)."""

from collections import Counter
from datetime import date, timedelta

import pytest
from django.utils import timezone

from outreach.classes import services as classes
from outreach.classes.models import Handover, Shift
from outreach.classes.services import SessionError
from outreach.people.models import Engagement, Insurance, Organisation, Qualification, Supporter
from outreach.people.services import PersonBusy
from outreach.registration import services
from outreach.registration.models import SupportHelper
from outreach.registration.services import SupportError
from tests import factories
from tests.registration.test_concurrency import at_once
from tests.registration.test_supports import pc_supporter, timed

pytestmark = pytest.mark.django_db(transaction=True)


def student(office: Organisation) -> Supporter:
    person = factories.person()
    made = Supporter.objects.create(person=person, kind="student", organisation=office)
    skill = factories.skill("helper")
    Qualification.objects.create(person=person, skill=skill, issuer="大学", valid_from=date(2020, 4, 1))
    this = timezone.localdate().year
    for year in (this - 1, this, this + 1):
        Insurance.objects.create(person=person, fiscal_year=year, starts_on=date(year, 4, 1))
    return made


def test_eight_sign_up_at_once_for_two_places_and_two_get_them() -> None:
    office = factories.organisation()
    session = factories.session(organisation=office, capacity=8)
    wishing = [student(office) for _n in range(8)]

    def one(number: int) -> str:
        try:
            classes.sign_up(session=session, supporter=wishing[number])
        except SessionError:
            return "full"
        return "in"

    assert Counter(at_once(8, one)) == {"in": 2, "full": 6}
    assert Shift.objects.count() == Engagement.objects.count() == 2


def test_four_take_the_same_shift_at_once_and_one_gets_it() -> None:
    office = factories.organisation()
    shift = classes.sign_up(session=factories.session(organisation=office, capacity=4), supporter=student(office))
    handover = classes.ask_handover(shift=shift)
    wishing = [student(office) for _n in range(4)]

    def one(number: int) -> str:
        try:
            classes.take_over(handover=Handover.objects.get(pk=handover.pk), supporter=wishing[number])
        except SessionError:
            return "late"
        return "mine"

    assert Counter(at_once(4, one)) == {"mine": 1, "late": 3}
    assert Shift.objects.get().person_id == Engagement.objects.get().person_id == Handover.objects.get().taker_id


def test_two_requests_at_once_do_not_pass_a_helpers_own_limit_of_the_month() -> None:
    centre = factories.organisation(municipality=factories.municipality("35202"), takes_requests=True)
    by = factories.user()
    person = pc_supporter(centre, month_limit=1)
    day = (timezone.localdate().replace(day=1) + timedelta(days=40)).replace(day=10)
    ahead = (day - timezone.localdate()).days
    wanted = [timed(centre, by, kind="phone", topic=str(n), days=ahead, hour=9 + 2 * n) for n in range(4)]

    def one(number: int) -> str:
        try:
            services.ask_helper(support=wanted[number], person=person, by=by)
        except (SupportError, PersonBusy):
            return "no"
        return "asked"

    assert Counter(at_once(4, one)) == {"asked": 1, "no": 3}
    assert SupportHelper.objects.count() == Engagement.objects.count() == 1
