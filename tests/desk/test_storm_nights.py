"""A warning's day and those on the road then: out on the evening before, home on the day after, or passing through."""

from datetime import date, timedelta
from typing import Any

import pytest
import shapely
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from geo.atlas import Atlas
from outreach.classes.models import Session, Shift
from outreach.classes.services import assign
from outreach.desk.queries import moving
from outreach.desk.queries.storm import Storm, asked_visits, hits, moves_in, travellers
from outreach.dispatch import services as dispatch
from outreach.dispatch.models import DispatchRequest, Plan, Trip, Visit
from outreach.people.models import Organisation, Person, Role
from outreach.people.rules import Scope
from tests import factories
from tests.desk.conftest import SignIn, said
from tests.dispatch import rows

pytestmark = pytest.mark.django_db
NATION = Scope(nation=True)
HOME_TOWN, FAR = "01511", "16204"


def day_of(session: Session) -> date:
    return timezone.localdate(session.starts_at)


@pytest.fixture
def session(office: Organisation) -> Session:
    """Far from where its teacher lives, in another prefecture."""
    made = factories.session(organisation=office, venue=factories.venue(municipality=factories.municipality(FAR)))
    teacher = factories.instructor(name="教員 太郎", phone="+819011112222")
    assign(session=made, person=teacher, duty=Shift.Duty.INSTRUCTOR)
    return made


def trips(session: Session, *days: int, **fields: Any) -> list[Trip]:
    """The teacher's journey on these days, counted from the class's, a night between each two."""
    first, last = (day_of(session) + timedelta(days=n) for n in (days[0], days[-1]))
    plan = Plan.objects.create(prefecture_id="01", first=first, last=last, status="published")
    return [
        Trip.objects.create(
            plan=plan, person=session.shifts.get().person, day=day_of(session) + timedelta(days=n), hm=100,
            leaves_at=session.starts_at + timedelta(days=n, hours=-2), road_minutes=60, overnight=n != days[-1],
            back_at=session.ends_at + timedelta(days=n, hours=2), legs=[[0, 60, 100, ""]], **fields,
        )
        for n in days
    ]  # fmt: skip


def snow(session: Session, days: int, *towns: str) -> Storm:
    return Storm(day_of(session) + timedelta(days=days), factories.municipality().prefecture, frozenset(towns))


def found(storm: Storm) -> list[tuple[str, str]]:
    return [(hit.why, hit.side) for hit in hits(NATION, storm, timezone.now())]


@pytest.mark.parametrize("towns", [(), (HOME_TOWN,)])
def test_snow_on_the_eve_or_on_the_morrow_touches_the_class_between(session: Session, towns: tuple[str, ...]) -> None:
    trips(session, -1, 0, 1)
    assert found(snow(session, -1, *towns)) == [("through", "eve")]
    assert found(snow(session, 1, *towns)) == [("through", "home")]
    assert found(snow(session, 0, *towns)) == [("living", "")]
    assert found(snow(session, -2, *towns)) == []
    assert found(snow(session, -1, "01101")) == [], "another town of the prefecture"
    Plan.objects.update(status="ready")
    assert found(snow(session, -1, *towns)) == [], "nobody was told of a plan that isn't published"


def test_without_a_night_between_the_days_have_nothing_to_do_with_each_other(session: Session) -> None:
    trips(session, -1)
    trips(session, 0)
    assert found(snow(session, -1)) == []


def test_a_class_falls_with_a_journey_of_two_nights_and_once_only(session: Session) -> None:
    eve, *_rest = trips(session, -2, -1, 0)
    assert [hit.trips for hit in hits(NATION, snow(session, -2), timezone.now())] == [[eve]]
    assert hits(NATION, snow(session, -2), session.starts_at) == [], "begun"


def test_who_only_passes_through_is_found_by_the_line_between(session: Session, monkeypatch: Any) -> None:
    trips(session, 0)
    teacher = session.shifts.get().person
    base = Person.objects.get(pk=teacher.pk)
    visit_at(session, teacher)
    between = ((base.lon + session.venue.lon) / 2, (base.lat + session.venue.lat) / 2)
    monkeypatch.setattr(moving, "areas_version", lambda: "x")
    monkeypatch.setattr(moving, "atlas", lambda: Atlas({"13101": shapely.Point(between).buffer(0.1)}))
    town = factories.municipality("13101")
    warned = Storm(day_of(session), town.prefecture, frozenset({town.pk}))
    assert found(warned) == [("through", "")]
    monkeypatch.setattr(moving, "atlas", lambda: Atlas({"13101": shapely.Point(0, 0).buffer(0.1)}))
    assert found(warned) == []


def visit_at(session: Session, teacher: Person) -> None:
    request = rows.request(venue=session.venue)
    Visit.objects.create(
        plan=Plan.objects.get(), request=request, venue=session.venue, lead=teacher,
        starts_at=session.starts_at, ends_at=session.ends_at,
    )  # fmt: skip


def test_whose_class_is_over_is_still_seen_on_the_way_home(sign_in: SignIn, session: Session) -> None:
    *_rest, home = trips(session, 0, 1)
    storm, moves = snow(session, 1), moves_in(snow(session, 1))
    assert [move.trip for move in travellers(NATION, moves, [])] == [home]
    assert travellers(NATION, moves, [home.person_id]) == [], "the class is listed already"
    assert travellers(Scope(prefectures=frozenset({"47"})), moves, []) == []
    Session.objects.update(starts_at=timezone.now() - timedelta(hours=1))
    desk = sign_in(Role.COORDINATOR, organisation=factories.organisation(kind="dispatch", municipality=None))
    text = said(desk.get(f"/staff/storm/?kind=snow&day={storm.day}&prefecture=01"))
    assert "ほかに移動中の講師 1人" in text
    assert "教員 太郎" in text
    assert "090-1111-2222" in text


def test_a_visit_that_is_only_asked_for_is_listed_by_its_eve(client: Client, office: Organisation) -> None:
    rows.instructor(), rows.instructor()
    rows.request(organisation=office)
    dispatch.publish_plan(plan=rows.plan(), by=None)
    visit = Visit.objects.get()
    trip = Trip.objects.get(person=visit.lead)
    day = trip.day - timedelta(days=1)
    eve = Trip.objects.create(
        plan=trip.plan, person=trip.person, day=day, leaves_at=trip.leaves_at - timedelta(days=1),
        back_at=trip.back_at - timedelta(days=1), hm=10, road_minutes=20, overnight=True, legs=[],
    )  # fmt: skip
    storm = Storm(day, factories.municipality().prefecture)
    (one,) = asked_visits(NATION, storm, moves_in(storm))
    assert (one.visit, one.side, one.trips) == (visit, "eve", (eve,))
    Person.objects.filter(pk=visit.lead_id).update(phone="+819000000042")
    client.force_login(factories.user(Role.PREFECTURE, prefecture=factories.municipality().prefecture))
    page = client.get(reverse("desk:storm"), {"kind": "snow", "day": day.isoformat(), "prefecture": "01"})
    text = page.content.decode()
    assert 'href="tel:+819000000042"' in text
    assert f"/visits/{visit.request_id}/" in text
    assert "影響を受ける回はありません" not in text, "there is something to do"
    DispatchRequest.objects.update(status="withdrawn")
    assert asked_visits(NATION, storm, moves_in(storm)) == [], "nobody goes there any more"
    DispatchRequest.objects.update(status="offered")
    eve.delete()
    assert asked_visits(NATION, storm, moves_in(storm)) == []
