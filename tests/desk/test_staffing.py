"""Who could teach or help, and going ahead with fewer."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from outreach.classes.models import Session, SessionStatus, Shift
from outreach.classes.services import assign
from outreach.desk.queries.staffing import Candidate, candidates
from outreach.people.models import Insurance, Organisation, Qualification, Role, User
from outreach.people.rules import Scope
from outreach.people.services import engage
from tests import factories
from tests.desk.conftest import SignIn, said

pytestmark = pytest.mark.django_db
TEACH, HELP = Shift.Duty.INSTRUCTOR, Shift.Duty.HELPER
NATION = Scope(nation=True)


def names(found: list[Candidate]) -> list[str]:
    return [one.person.name for one in found]


def test_the_nearest_free_and_certified_come_first_and_each_hindrance_is_said(office: Organisation) -> None:
    session = factories.session(organisation=office)
    factories.instructor(name="遠い", lat=45.0, lon=142.1)
    factories.instructor(name="近い")
    factories.instructor(name="資格なし", certified=False)
    busy = factories.instructor(name="予定あり")
    engage(person=busy, starts_at=session.starts_at, ends_at=session.ends_at, subject="visit:1")
    found = candidates(session, TEACH, NATION)
    assert names(found) == ["近い", "遠い", "予定あり", "資格なし"]
    assert [bool(one.fitness.hindrance) for one in found] == [False, False, True, True]


def test_what_the_list_says_is_what_the_ledger_decides(office: Organisation) -> None:
    session = factories.session(organisation=office)
    teacher = factories.instructor(name="峠の向こう")
    before = session.starts_at - timedelta(minutes=30)
    engage(
        person=teacher, starts_at=before - timedelta(hours=1), ends_at=before, subject="visit:1", place=(43.0, 141.3)
    )
    assert "移動" in candidates(session, TEACH, NATION)[0].fitness.hindrance
    Qualification.objects.update(valid_to=date(2021, 1, 1))
    assert "資格" in candidates(session, TEACH, NATION)[0].fitness.hindrance


def test_helpers_need_no_certificate_and_may_be_supporters(office: Organisation) -> None:
    session = factories.session(organisation=office)
    factories.supporter(name="学生")
    assert names(candidates(session, TEACH, NATION)) == []
    assert [one.fitness.hindrance for one in candidates(session, HELP, NATION)] == [""]


def test_supporters_without_training_or_insurance_are_marked_in_words_and_come_after_the_others(
    desk: Client, office: Organisation
) -> None:
    session = factories.session(organisation=office)
    factories.supporter(name="これから", lat=session.venue.lat, lon=session.venue.lon)
    ready = factories.supporter(name="そろった", lat=44.0, lon=142.0)
    day = session.starts_at.date()
    Qualification.objects.create(
        person=ready, skill=factories.skill(ready.supporter.skill_needed), issuer="市", valid_from=date(2020, 4, 1)
    )
    year = day.year if day.month >= 4 else day.year - 1
    Insurance.objects.create(person=ready, fiscal_year=year, starts_on=date(year, 4, 1))
    found = candidates(session, HELP, NATION)
    assert [(one.person.name, one.lacks) for one in found] == [
        ("そろった", ()),
        ("これから", ("研修がまだ", "保険がまだ")),
    ]
    assign(session=session, person=found[1].person, duty=HELP)
    page = said(desk.get(reverse("desk:staffing", args=[session.code]), {"duty": HELP}))
    assert page.count("保険がまだ") == 1  # beside who is on duty
    assert page.count("研修がまだ") == 1


def test_a_name_is_looked_for_without_standing_in_an_address(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office)
    factories.supporter(name="学生")
    page = reverse("desk:staffing", args=[session.code])
    assert "学生" in said(desk.post(page, {"duty": HELP, "q": "学生"}))
    assert "学生" not in said(desk.post(page, {"duty": HELP, "q": "先生"}))
    assert '<form class="filters" method="post">' in said(desk.get(page))


def test_one_sees_ones_own_people_and_those_of_the_prefecture(office: Organisation) -> None:
    session = factories.session(organisation=office)
    ube = factories.municipality("35202")
    factories.instructor(name="道内")
    far = factories.instructor(name="山口", municipality=ube)
    scope = Scope(organisations=frozenset({office.pk}))
    assert names(candidates(session, TEACH, scope)) == ["道内"]
    Organisation.objects.filter(pk=far.instructor.organisation_id).update(name="同じ団体")
    far.instructor.organisation = office
    far.instructor.save()
    assert set(names(candidates(session, TEACH, scope))) == {"道内", "山口"}


def test_the_list_costs_the_same_at_1_and_at_30(
    desk: Client, office: Organisation, same_queries_at_1_and_30: Callable[..., None]
) -> None:
    session = factories.session(organisation=office)
    address = reverse("desk:staffing", args=[session.code])
    same_queries_at_1_and_30(lambda: factories.instructor(), lambda: desk.get(address))


def test_assigning_fills_the_gauge_and_removing_empties_it(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office)
    teacher = factories.instructor(name="教員 太郎")
    answer = desk.post(reverse("desk:assign", args=[session.code]), {"person": teacher.pk, "duty": TEACH}, follow=True)
    assert "教員 太郎さんを担当にしました" in said(answer)
    assert answer.context["gauge"].met
    shift = session.shifts.get()
    desk.post(reverse("desk:unassign", args=[session.code, shift.pk]))
    assert not session.shifts.exists()
    assert not teacher.engagements.exists()


def test_someone_busy_is_refused_in_words(desk: Client, office: Organisation) -> None:
    one, other = factories.session(organisation=office), factories.session(organisation=office)
    teacher = factories.instructor()
    assign(session=one, person=teacher, duty=TEACH)
    address = reverse("desk:assign", args=[other.code])
    answer = desk.post(address, {"person": teacher.pk, "duty": TEACH}, follow=True)
    assert "別の予定があるか" in said(answer)
    assert not other.shifts.exists()


@pytest.mark.parametrize("person", ["", "x", "999999", "²"])
def test_nobody_is_assigned_by_a_number_that_names_nobody(desk: Client, office: Organisation, person: str) -> None:
    session = factories.session(organisation=office)
    answer = desk.post(reverse("desk:assign", args=[session.code]), {"person": person, "duty": TEACH})
    assert answer.status_code == 404


def test_someone_out_of_reach_cannot_be_assigned(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office)
    far = factories.instructor(municipality=factories.municipality("35202"))
    answer = desk.post(reverse("desk:assign", args=[session.code]), {"person": far.pk, "duty": TEACH})
    assert answer.status_code == 404
    assert not session.shifts.exists()


def test_a_cancelled_class_takes_no_one(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office)
    Session.objects.update(status=SessionStatus.CANCELLED)
    teacher = factories.instructor()
    desk.post(reverse("desk:assign", args=[session.code]), {"person": teacher.pk, "duty": TEACH})
    assert not teacher.engagements.exists()


def test_an_exception_takes_a_reason_and_a_second_person(
    desk: Client, coordinator: User, sign_in: SignIn, office: Organisation
) -> None:
    session = factories.session(organisation=office)
    ask, approve, confirm = (
        reverse(f"desk:{name}", args=[session.code]) for name in ("ask-exception", "approve-exception", "confirm")
    )
    desk.post(ask, {"reason": " "})
    session.refresh_from_db()
    assert session.exception_asked_by is None
    desk.post(ask, {"reason": "職員二人が立ち会う"})
    assert "別の人が承認" in said(desk.post(approve, follow=True))
    sign_in(Role.COORDINATOR, organisation=office).post(approve)
    desk.post(confirm)
    session.refresh_from_db()
    assert session.status == SessionStatus.CONFIRMED
    assert session.exception_approved_by not in {None, coordinator}
