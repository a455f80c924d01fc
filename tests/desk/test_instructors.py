"""Those who teach are entered, kept up, given an account, and leave; what they had to do shows as missing."""

from datetime import time, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outreach.classes.jobs import forget_reasons
from outreach.classes.models import Session, Shift, Waiver
from outreach.classes.services import assign
from outreach.desk import services
from outreach.dispatch import services as dispatch
from outreach.dispatch.asking import vacancies_in
from outreach.dispatch.building import build_problem
from outreach.dispatch.models import Offer, OfferStatus, OtherBase
from outreach.dispatch.retention import forget_contacts
from outreach.people.models import Engagement, Instructor, Organisation, Person, Qualification, Role, WeeklyHours
from outreach.people.rules import Scope
from outreach.people.services import FORGOTTEN, forget_people
from tests import factories
from tests.desk.conftest import SignIn, said
from tests.dispatch import rows

pytestmark = pytest.mark.django_db
NEW = "/staff/people/instructors/new/"


def written(office: Organisation, **changes: object) -> dict[str, object]:
    return {
        "organisation": office.pk,
        "name": "先生 一郎",
        "kana": "せんせい いちろう",
        "phone": "090-0000-1234",
        "email": "",
        "address": "北海道猿払村",
        **changes,
    }


def of(office: Organisation, person: Person) -> Person:
    Instructor.objects.filter(person=person).update(organisation=office)
    return person


def test_an_office_enters_an_instructor_who_can_then_be_planned(sign_in: SignIn, office: Organisation) -> None:
    desk = sign_in(Role.COORDINATOR, organisation=office)
    factories.municipality()
    answer = desk.post(NEW, written(office), follow=True)
    person = Person.objects.get(kana="センセイ イチロウ")
    assert (person.instructor.organisation, person.phone) == (office, "+819000001234")
    assert "まだ計画に入りません" in said(answer)
    assert "もう登録されています" in said(desk.post(NEW, written(office)))  # the back button
    assert "住所の場所がわかりません" in said(desk.post(NEW, written(office, kana="べつ", address="どこか")))

    rows.request()
    Qualification.objects.create(person=person, skill=factories.course().skill, valid_from=timezone.localdate())
    WeeklyHours.objects.create(person=person, weekday=0, starts=time(8), ends=time(19))
    first = rows.monday()
    assert [one.id for one in build_problem(prefecture="01", first=first, last=first).instructors] == [f"p{person.pk}"]
    page = said(desk.get(reverse("desk:someone", args=[person.pk])))
    assert "まだ計画に入りません" not in page

    before = person.lat, person.lon
    edited = {"name": "先生 一郎", "kana": "センセイ イチロウ", "phone": "", "email": "t@example.com", "address": ""}
    desk.post(reverse("desk:person-edit", args=[person.pk]), edited)
    person.refresh_from_db()
    assert (person.phone, person.email, person.lat, person.lon) == ("", "t@example.com", *before)


def test_an_instructor_gets_an_account_of_their_own(sign_in: SignIn, office: Organisation) -> None:
    person = of(office, factories.instructor())
    page = said(sign_in(Role.COORDINATOR, organisation=office).post(reverse("desk:account", args=[person.pk])))
    person.refresh_from_db()
    assert person.user
    assert person.user.username in page
    assert [one.role for one in person.user.memberships.all()] == [Role.INSTRUCTOR]
    browser = Client()
    browser.force_login(person.user)
    assert browser.get("/staff/mine/hours/").status_code == 200


def test_instructors_come_by_file_too(sign_in: SignIn, office: Organisation) -> None:
    skill = factories.course().skill
    row = f"先生 二郎,センセイ ジロウ,0300000123,098-6232,{skill.name},協会,2026-04-01"
    content = f"氏名,カナ,電話番号,郵便番号,資格,発行者,有効期間の初日\n{row}"
    desk = sign_in(Role.COORDINATOR, organisation=office)
    for _twice in range(2):
        file = SimpleUploadedFile("r.csv", content.encode("cp932"))
        desk.post(
            reverse("desk:register"), {"organisation": office.pk, "kind": "instructor", "file": file, "sure": "1"}
        )
    person = Person.objects.get(kana="センセイ ジロウ")
    assert person.instructor.organisation == office
    assert not hasattr(person, "supporter")
    assert person.qualifications.count() == 1


def test_who_leaves_gives_everything_to_come_back(sign_in: SignIn, office: Organisation) -> None:
    teacher = of(office, rows.instructor())
    for _two in range(2):
        rows.request()
    plan = rows.plan()
    dispatch.publish_plan(plan=plan, by=None)
    agreed, asked = Offer.objects.order_by("starts_at")
    dispatch.accept_offer(offer=agreed, now=timezone.now())
    by_hand = factories.session(organisation=office, starts_at=factories.next_week())
    assign(session=by_hand, person=teacher, duty=Shift.Duty.INSTRUCTOR)
    services_user = factories.user(Role.INSTRUCTOR)
    Person.objects.filter(pk=teacher.pk).update(user=services_user)

    desk = sign_in(Role.COORDINATOR, organisation=office)
    address = reverse("desk:retire", args=[teacher.pk])
    page = said(desk.get(address))
    assert page.count("猿払村") >= 3
    assert "3件" in said(desk.post(address, {"sure": "1"}, follow=True))
    assert [Offer.objects.get(pk=one.pk).status for one in (agreed, asked)] == [
        OfferStatus.RETURNED,
        OfferStatus.DECLINED,
    ]
    assert not Shift.objects.exists()
    assert not Engagement.objects.exists()
    assert Session.objects.count() == 2  # the classes stand, for someone else to teach
    assert vacancies_in(Scope(nation=True), timezone.now()).count() == 2
    services_user.refresh_from_db()
    assert not services_user.is_active
    assert services.coming(teacher, timezone.now()).offers == []
    first = rows.monday()
    assert build_problem(prefecture="01", first=first, last=first).instructors == ()

    desk.post(address, {"again": "1"})
    teacher.instructor.refresh_from_db()
    services_user.refresh_from_db()
    assert teacher.instructor.active
    assert services_user.is_active


def test_who_taught_is_forgotten_years_after_they_left(office: Organisation) -> None:
    teacher = of(office, factories.instructor())
    Person.objects.filter(pk=teacher.pk).update(lat=35.12345, lon=139.23456)
    OtherBase.objects.create(person=teacher, name="実家", municipality=teacher.municipality, lat=35.5, lon=139.5)
    by = factories.user(Role.COORDINATOR, organisation=office)
    session = factories.session(organisation=office, starts_at=factories.next_week())
    limit = {"limit": Waiver.Limit.REST, "day": timezone.localdate(), "got": 600, "most": 660}
    Waiver.objects.create(session=session, person=teacher, reason="ほかに人がいない", by=by, at=timezone.now(), **limit)

    def years_later(days: int) -> Person:
        then = timezone.now() + timedelta(days=3 * 365 + days)
        forget_people(now=then)
        forget_reasons()
        forget_contacts(now=then)
        return Person.objects.get(pk=teacher.pk)

    services.retire(person=teacher, by=by, now=timezone.now())
    services.take_up_again(person=teacher)
    assert years_later(2).name == teacher.name
    services.retire(person=teacher, by=by, now=timezone.now())
    assert years_later(-1).name == teacher.name
    assert Waiver.objects.get().reason == "ほかに人がいない"
    assert OtherBase.objects.exists()
    left = years_later(2)
    assert (left.name, left.phone, left.lat) == (FORGOTTEN, "", left.municipality.lat)
    assert (Waiver.objects.get().reason, OtherBase.objects.exists()) == (FORGOTTEN, False)


def test_another_offices_instructor_is_not_theirs_to_change(sign_in: SignIn, office: Organisation) -> None:
    stranger = factories.organisation(municipality=factories.municipality("13101"))
    other = of(stranger, factories.instructor())
    desk = sign_in(Role.COORDINATOR, organisation=office)
    for name in ("person-edit", "retire", "account"):
        assert desk.post(reverse(f"desk:{name}", args=[other.pk]), {"sure": "1"}).status_code == 404
    assert other.instructor.active
    assert desk.post(NEW, written(stranger)).status_code == 200
    assert not Person.objects.filter(kana="センセイ イチロウ").exists()
