"""A warning also lists visits to homes and groups; one's own calendar has them, and training."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from outreach.desk.feeds import feed_of
from outreach.desk.queries.storm import Storm, support_visits
from outreach.people.models import (
    CalendarFeed,
    Curriculum,
    Meeting,
    Organisation,
    Person,
    Role,
    TrainingAttendance,
    Unit,
    User,
)
from outreach.people.rules import Scope
from outreach.registration import services
from outreach.registration.models import SupportHelper
from tests import factories
from tests.desk.conftest import SignIn
from tests.registration.test_supports import agreed, pc_supporter, timed

pytestmark = pytest.mark.django_db
NATION = Scope(nation=True)


@pytest.fixture
def centre(office: Organisation) -> Organisation:
    town = factories.municipality("35202")
    return factories.organisation(municipality=town, takes_requests=True, two_at_first_visit=False)


@pytest.fixture
def by(centre: Organisation) -> User:
    return factories.user(Role.COORDINATOR, organisation=centre)


@pytest.fixture
def helper(centre: Organisation, by: User) -> SupportHelper:
    return agreed(centre, by, pc_supporter(centre, name="訪問 太郎"), name="秘密 花子")


def day_of(helper: SupportHelper) -> date:
    assert helper.support.starts_at
    return timezone.localdate(helper.support.starts_at)


def found(storm: Storm, scope: Scope = NATION) -> list[int]:
    return [one.pk for one in support_visits(scope, storm, timezone.now())]


def test_the_area_the_day_and_where_the_helper_lives_decide(helper: SupportHelper, centre: Organisation) -> None:
    day, here = day_of(helper), factories.municipality("35202").prefecture
    assert found(Storm(day, here)) == [helper.support_id]
    assert found(Storm(day + timedelta(days=1), here)) == []
    assert found(Storm(day, here, frozenset({"35201"}))) == []
    assert found(Storm(day, line="wakkanai-oshidomari")) == []
    other = factories.municipality()
    assert found(Storm(day, other.prefecture)) == []
    Person.objects.filter(pk=helper.person_id).update(municipality=other)
    assert found(Storm(day, other.prefecture)) == [helper.support_id], "the helper lives there"


def test_what_is_cancelled_or_done_by_telephone_is_not_touched(centre: Organisation, by: User) -> None:
    one = agreed(centre, by, pc_supporter(centre)).support
    two = agreed(centre, by, pc_supporter(centre), kind="phone", kana="ベツ", days=8)
    here = factories.municipality("35202").prefecture
    assert found(Storm(day_of(two), here)) == []
    assert one.starts_at
    services.cancel_support(support=one, by=by, reason="雪")
    assert found(Storm(timezone.localdate(one.starts_at), here)) == []


def test_the_desk_shows_who_goes_where_never_to_whom_and_ones_own_only(
    client: Client, by: User, helper: SupportHelper, sign_in: SignIn
) -> None:
    client.force_login(by)
    address = f"/staff/storm/?kind=snow&day={day_of(helper)}&prefecture=35"
    text = client.get(address).content.decode()
    assert "個別支援の訪問 1件" in text
    assert "訪問 太郎" in text
    assert f"/staff/supports/{helper.support_id}/" in text
    assert "秘密" not in text
    stranger = sign_in(Role.COORDINATOR, organisation=factories.organisation(municipality=None))
    assert "個別支援の訪問" not in stranger.get(address).content.decode()


def test_the_list_costs_the_same_at_1_and_at_30(
    client: Client, centre: Organisation, by: User, same_queries_at_1_and_30: Callable[..., None]
) -> None:
    client.force_login(by)
    day = timezone.localdate(factories.next_week(13))

    def one_more() -> None:
        support = timed(centre, by, kana=f"ヤマ{next(factories.serial)}")
        person = factories.supporter(name=f"訪問 {support.pk}")
        SupportHelper.objects.create(support=support, person=person, asked_at=timezone.now())
        type(support).objects.filter(pk=support.pk).update(status="matched")

    address = f"/staff/storm/?kind=snow&day={day}&prefecture=35"
    same_queries_at_1_and_30(one_more, lambda: client.get(address))
    assert "個別支援の訪問 30件" in client.get(address).content.decode()


def test_ones_calendar_has_home_visits_and_training_and_names_no_resident(
    helper: SupportHelper, query_count: Callable[[Callable[[], Any]], int]
) -> None:
    skill = factories.skill("disability-pc")
    curriculum = Curriculum.objects.create(organisation=helper.support.organisation, name="養成", skill=skill)
    unit = Unit.objects.create(curriculum=curriculum, position=1, theme=Unit.Theme.values[0], name="接し方")
    start = factories.next_week(10)
    meeting = Meeting.objects.create(unit=unit, starts_at=start, ends_at=start + timedelta(hours=2), place="市役所")
    attendance = TrainingAttendance.objects.create(meeting=meeting, person=helper.person)
    feed = CalendarFeed.objects.create(person=helper.person)
    text = feed_of(feed, timezone.now()).decode()
    assert f"UID:support-{helper.support_id}@" in text
    assert f"UID:training-{meeting.pk}@" in text
    assert "接し方" in text
    for secret in ("秘密", "花子", "小串"):
        assert secret not in text
    assert query_count(lambda: feed_of(feed, timezone.now())) == 4
    TrainingAttendance.objects.filter(pk=attendance.pk).update(status=TrainingAttendance.Status.ABSENT)
    SupportHelper.objects.filter(pk=helper.pk).update(answer=SupportHelper.Answer.DECLINED)
    assert "BEGIN:VEVENT" not in feed_of(feed, timezone.now()).decode()
