"""From a wish to help to a supporter: the public form, a minor's guardian, interview, acceptance, training."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outreach.contact.models import Consent
from outreach.people.models import (
    ApplicationEvent,
    Curriculum,
    Engagement,
    Meeting,
    Organisation,
    Person,
    Role,
    Supporter,
    SupporterApplication,
    TrainingAttendance,
    Unit,
)
from outreach.people.services import (
    JoiningError,
    PersonBusy,
    TrainingError,
    accept,
    decline,
    engage,
    enrol,
    forget_people,
    give_up,
    mark_training,
)
from outreach.people.services.training import years_later
from tests import factories
from tests.desk.conftest import SignIn, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def open_office(office: Organisation) -> Organisation:
    Organisation.objects.filter(pk=office.pk).update(takes_supporters=True)
    office.refresh_from_db()
    return office


@pytest.fixture(autouse=True)
def ube(db: None) -> object:
    from outreach.classes.queries import Place

    place = Place(factories.municipality("35202"), 33.95, 131.25, "7550001")
    with patch(
        "outreach.desk.forms.people.find_places", lambda postal, municipality: [place] if postal == "7550001" else []
    ):
        yield


def written(office: Organisation, **other: str) -> dict[str, str]:
    fields = {
        "organisation": str(office.pk), "kind": "student", "name": "湊 蓮", "kana": "みなと れん",
        "phone": "090-0000-1234", "email": "ren@example.jp", "postal_code": "755-0001", "age": "adult",
    }  # fmt: skip
    return {**fields, **other}


MINOR = {"age": "minor", "guardian_name": "湊 洋子", "guardian_phone": "090-0000-5678", "guardian_agrees": "on"}


def the_one() -> SupporterApplication:
    return SupporterApplication.objects.get()


def decide(desk: Client, **data: str) -> object:
    return desk.post(reverse("desk:application-decide", args=[the_one().pk]), data)


def test_anyone_applies_and_twice_is_once(client: Client, open_office: Organisation) -> None:
    for _press in range(2):
        assert client.post("/supporters/", written(open_office)).status_code == 302
    one = the_one()
    assert (one.kana, one.phone, one.municipality_id, one.minor) == ("ミナト レン", "+819000001234", "35202", False)
    assert ApplicationEvent.objects.count() == 1


def test_whether_texts_are_welcome_is_asked_and_kept_in_the_ledger(client: Client, open_office: Organisation) -> None:
    client.post("/supporters/", written(open_office))
    assert not Consent.objects.exists()
    client.post("/supporters/", written(open_office, kana="ミナト ハナ", by_sms="on"))
    word = Consent.objects.get()
    assert (word.channel, word.purpose, word.given, word.source) == ("sms", "work", True, "web")


@pytest.mark.parametrize(
    "wrong",
    [
        {"kana": "Minato"},
        {"phone": "12"},
        {"postal_code": "999-9999"},
        {"age": ""},
        {"age": "minor"},
        {**MINOR, "guardian_agrees": ""},
        {"wish": "番号は 1234 5678 9018 です"},
    ],
)
def test_what_cannot_be_is_refused(client: Client, open_office: Organisation, wrong: dict[str, str]) -> None:
    answer = client.post("/supporters/", written(open_office, **wrong))
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not SupporterApplication.objects.exists()


def test_an_organisation_that_looks_for_nobody_cannot_be_chosen(client: Client, office: Organisation) -> None:
    assert client.post("/supporters/", written(office)).context["form"].errors["organisation"]


def test_a_minor_is_accepted_only_after_staff_spoke_with_the_guardian(
    client: Client, desk: Client, open_office: Organisation
) -> None:
    Client().post("/supporters/", written(open_office, **MINOR))
    decide(desk, what="interview", day="2030-01-10", at="15:00")
    answer = decide(desk, what="accept")
    assert answer.status_code == 302  # type: ignore[attr-defined]
    assert not Person.objects.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        SupporterApplication.objects.update(status="accepted")
    decide(desk, what="guardian")
    answer = decide(desk, what="accept")
    assert answer.status_code == 200  # type: ignore[attr-defined]
    person = Person.objects.get()
    assert (person.supporter.kind, person.supporter.joined_on) == ("student", timezone.localdate())
    assert person.user
    assert person.user.memberships.get().role == Role.SUPPORTER
    assert the_one().person == person


def test_nobody_is_accepted_without_an_interview_or_twice(desk: Client, open_office: Organisation) -> None:
    Client().post("/supporters/", written(open_office))
    decide(desk, what="accept")
    assert not Person.objects.exists()
    decide(desk, what="interview", day="2030-01-10", at="15:00")
    stale = the_one()
    user = factories.user()
    accept(application=the_one(), by=user)
    with pytest.raises(JoiningError), transaction.atomic():
        accept(application=stale, by=user)
    assert Person.objects.count() == 1


def test_other_offices_and_roles_see_no_application(open_office: Organisation, sign_in: SignIn) -> None:
    Client().post("/supporters/", written(open_office))
    address = reverse("desk:application", args=[the_one().pk])
    other = sign_in(Role.COORDINATOR, organisation=factories.organisation())
    assert other.get(address).status_code == 404
    assert "湊" not in said(other.get("/staff/applications/"))
    assert sign_in(Role.PREFECTURE, prefecture_id="35").get(address).status_code == 403


def test_what_was_written_is_forgotten_90_days_after_the_decision(open_office: Organisation) -> None:
    Client().post("/supporters/", written(open_office))
    decline(application=the_one(), by=factories.user())
    forget_people(now=timezone.now() + timedelta(days=89))
    assert the_one().name
    forget_people(now=timezone.now() + timedelta(days=91))
    assert not SupporterApplication.objects.exists()


# --- training -------------------------------------------------------------------------------------------------------
@pytest.fixture
def student(office: Organisation) -> Person:
    person = factories.person(user=factories.user(Role.SUPPORTER))
    Supporter.objects.create(person=person, kind="student", organisation=office)
    return person


@pytest.fixture
def curriculum(office: Organisation) -> Curriculum:
    made = Curriculum.objects.create(
        organisation=office, name="サポーター研修", kind="student", skill=factories.skill("helper"), valid_years=3
    )
    for n, theme in enumerate(("disability", "manners", "practice"), 1):
        Unit.objects.create(curriculum=made, position=n, theme=theme, name=f"単元{n}")
    return made


def meeting(unit: Unit, *, days: int = 7, capacity: int = 20) -> Meeting:
    start = factories.next_week(10, days=days)
    return Meeting.objects.create(
        unit=unit, starts_at=start, ends_at=start + timedelta(hours=1), place="研修室", capacity=capacity
    )


def test_a_place_books_the_time_and_giving_it_up_frees_it(student: Person, curriculum: Curriculum) -> None:
    one = meeting(curriculum.units.all()[0])
    mine = enrol(meeting=one, person=student)
    with pytest.raises(PersonBusy):
        engage(person=student, starts_at=one.starts_at, ends_at=one.ends_at, subject="x:1")
    with pytest.raises(TrainingError):
        enrol(meeting=one, person=student)
    give_up(attendance=mine)
    assert not Engagement.objects.exists()


def test_a_full_meeting_takes_nobody_more(student: Person, curriculum: Curriculum) -> None:
    one = meeting(curriculum.units.all()[0], capacity=1)
    enrol(meeting=one, person=factories.supporter())
    with pytest.raises(TrainingError, match="満席"):
        enrol(meeting=one, person=student)


def test_all_units_attended_give_the_qualification_and_a_slip_is_mended(
    student: Person, curriculum: Curriculum
) -> None:
    meetings = [meeting(unit, days=-10 + n) for n, unit in enumerate(curriculum.units.all())]
    for one in meetings[:2]:
        assert mark_training(meeting=one, person=student, came=True) is None
    given = mark_training(meeting=meetings[2], person=student, came=True)
    assert given
    day = timezone.localtime(meetings[2].starts_at).date()
    assert (given.valid_from, given.valid_to, given.training) == (day, years_later(day, 3), "サポーター研修")
    mark_training(meeting=meetings[2], person=student, came=False)
    assert not student.qualifications.exists()
    mark_training(meeting=meetings[2], person=student, came=True)
    mark_training(meeting=meetings[2], person=student, came=True)
    assert student.qualifications.count() == 1


def test_nobody_attended_what_has_not_begun(student: Person, curriculum: Curriculum) -> None:
    with pytest.raises(TrainingError):
        mark_training(meeting=meeting(curriculum.units.all()[0]), person=student, came=True)


def test_the_office_builds_a_curriculum_and_marks_and_the_student_takes_a_place(
    desk: Client, office: Organisation, student: Person
) -> None:
    new = {"organisation": office.pk, "name": "研修A", "kind": "student", "valid_years": 3}
    made = desk.post("/staff/training/", {**new, "theme1": "manners", "name1": "マナー"})
    curriculum = Curriculum.objects.get()
    assert made.status_code == 302
    day = (timezone.localdate() + timedelta(days=7)).isoformat()
    address = reverse("desk:curriculum", args=[curriculum.pk])
    new = {
        "unit": curriculum.units.get().pk,
        "day": day,
        "starts": "10:00",
        "ends": "11:00",
        "place": "室",
        "capacity": 5,
    }
    desk.post(address, new)
    desk.post(address, new)
    one = Meeting.objects.get()
    own = Client()
    assert student.user
    own.force_login(student.user)
    assert "マナー" in said(own.get("/staff/mine/training/"))
    own.post(reverse("desk:own-place", args=[one.pk]))
    assert TrainingAttendance.objects.get().person == student
    Meeting.objects.update(starts_at=timezone.now() - timedelta(hours=2), ends_at=timezone.now() - timedelta(hours=1))
    desk.post(reverse("desk:meeting", args=[one.pk]), {"person": student.pk, "came": "1"})
    assert student.qualifications.get().skill_id == "helper"
    stranger = factories.supporter()
    assert desk.post(reverse("desk:meeting", args=[one.pk]), {"person": stranger.pk, "came": "1"}).status_code == 404


def test_an_application_that_nobody_decided_is_forgotten_after_a_year(open_office: Organisation) -> None:
    Client().post("/supporters/", written(open_office))
    forget_people(now=timezone.now() + timedelta(days=364))
    assert SupporterApplication.objects.exists()
    forget_people(now=timezone.now() + timedelta(days=366))
    assert not SupporterApplication.objects.exists()


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_an_interview_beyond_every_calendar_is_refused(desk: Client, open_office: Organisation, day: str) -> None:
    Client().post("/supporters/", written(open_office))
    decide(desk, what="interview", day=day, at="00:00")
    assert the_one().interview_at is None
