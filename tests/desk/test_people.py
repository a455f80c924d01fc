"""The register: who sees whom, how each stands, qualifications recorded, warned of and ending."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outreach.classes.models import Shift
from outreach.classes.services import SessionError, assign
from outreach.contact.models import Message
from outreach.desk.jobs import warn_expiring
from outreach.desk.services.people import warn_of_endings
from outreach.people.models import Insurance, Organisation, Person, Qualification, Role, Supporter
from outreach.people.services import insure, warning_stage
from tests import factories
from tests.desk.conftest import SignIn, said

pytestmark = pytest.mark.django_db
PEOPLE, ENDING = "/staff/people/", "/staff/people/ending/"


def helper(office: Organisation, **fields: object) -> Person:
    person = factories.person(**fields)
    Supporter.objects.create(person=person, kind="resident", organisation=office, joined_on=date(2022, 4, 1))
    return person


def qualify(person: Person, code: str = "helper", *, days: int | None = None) -> Qualification:
    end = None if days is None else timezone.localdate() + timedelta(days=days)
    return Qualification.objects.create(
        person=person, skill=factories.skill(code), issuer="協会", valid_from=date(2020, 4, 1), valid_to=end
    )


def test_ready_is_active_trained_and_insured(desk: Client, office: Organisation) -> None:
    ready, untrained, bare = (helper(office, name=name) for name in ("備わる", "研修なし", "保険なし"))
    for one in (ready, bare):
        qualify(one)
    for one in (ready, untrained):
        insure(person=one, starts_on=timezone.localdate(), by=None)
    shown = {state: said(desk.get(f"{PEOPLE}?state={state}")) for state in ("ready", "untrained", "uninsured")}
    assert [name for name in ("備わる", "研修なし", "保険なし") if name in shown["ready"]] == ["備わる"]
    assert [name for name in ("備わる", "研修なし", "保険なし") if name in shown["untrained"]] == ["研修なし"]
    assert [name for name in ("備わる", "研修なし", "保険なし") if name in shown["uninsured"]] == ["保険なし"]


def test_a_name_is_looked_for_by_post(desk: Client, office: Organisation) -> None:
    helper(office, name="湊 蓮", kana="ミナト レン")
    assert "湊 蓮" in said(desk.post(PEOPLE, {"q": "ミナト"}))
    assert "湊 蓮" not in said(desk.post(PEOPLE, {"q": "ナダ"}))


def test_one_sees_ones_own_people_only(desk: Client, office: Organisation, sign_in: SignIn) -> None:
    own, other = helper(office, name="うちの人"), factories.supporter(name="よその人")
    page = said(desk.get(PEOPLE))
    assert "うちの人" in page
    assert "よその人" not in page
    assert desk.get(reverse("desk:someone", args=[own.pk])).status_code == 200
    for name in ("someone", "qualify", "insured", "account"):
        method = desk.get if name == "someone" else desk.post
        assert method(reverse(f"desk:{name}", args=[other.pk])).status_code == 404
    assert sign_in(Role.MINISTRY).get(PEOPLE).status_code == 403
    assert sign_in(Role.SUPPORTER).get(PEOPLE).status_code == 403


def test_the_register_costs_the_same_at_any_length(
    desk: Client, office: Organisation, same_queries_at_1_and_30: Callable[..., None]
) -> None:
    same_queries_at_1_and_30(lambda: qualify(helper(office)), lambda: desk.get(PEOPLE))


def test_the_register_as_a_file_holds_the_same_people(desk: Client, office: Organisation) -> None:
    helper(office, name="=湊", phone="+819000001234")
    text = desk.get(f"{PEOPLE}?format=csv").content.decode("utf-8-sig")
    assert "'=湊" in text
    assert "090-0000-1234" in text


def test_a_qualification_is_recorded_and_renewed_by_a_new_row(desk: Client, office: Organisation) -> None:
    person = helper(office)
    factories.skill("helper")
    address = reverse("desk:qualify", args=[person.pk])
    given = {"skill": "helper", "issuer": "協会", "valid_from": "2024-04-01", "valid_to": "2027-03-31", "test": "筆記"}
    assert desk.post(address, given).status_code == 302
    assert "同じ日に始まる" in said(desk.post(address, given))
    assert "末日は、初日より後" in said(desk.post(address, {**given, "valid_from": "2027-04-01"}))
    assert desk.post(address, {**given, "valid_from": "2027-04-01", "valid_to": "2030-03-31"}).status_code == 302
    assert person.qualifications.count() == 2


def test_insurance_ends_with_its_year_and_keeps_the_earlier_first_day(desk: Client, office: Organisation) -> None:
    person = helper(office)
    for day in (date(2026, 6, 1), date(2026, 4, 20), date(2026, 9, 1), date(2027, 4, 1)):
        insure(person=person, starts_on=day, by=None)
    assert list(Insurance.objects.values_list("fiscal_year", "starts_on")) == [
        (2026, date(2026, 4, 20)),
        (2027, date(2027, 4, 1)),
    ]
    address = reverse("desk:insured", args=[person.pk])
    desk.post(address, {"starts_on": "1999-04-01"})
    desk.post(address, {"starts_on": timezone.localdate()})
    assert Insurance.objects.count() in {2, 3}
    assert not Insurance.objects.filter(fiscal_year=1999).exists()


# --- what ends ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("days", "stage"), [(61, None), (60, 60), (15, 60), (14, 14), (0, 14), (-1, None)])
def test_the_warning_comes_at_60_and_at_14_days(days: int, stage: int | None) -> None:
    today = date(2026, 11, 24)
    assert warning_stage(today + timedelta(days=days), today) == stage
    assert warning_stage(None, today) is None


def test_each_is_warned_once_at_either_stage_however_often_the_job_runs(office: Organisation) -> None:
    person = helper(office, email="minato@example.jp")
    one = qualify(person, days=50)
    for _run in range(3):
        warn_expiring()
    assert one.valid_to
    warn_of_endings(today=one.valid_to - timedelta(days=14))
    warn_of_endings(today=one.valid_to - timedelta(days=3))
    told = Message.objects.filter(subject=f"qualification:{one.pk}")
    assert sorted(told.values_list("revision", flat=True)) == [14, 60]
    assert not mail.outbox


def test_who_has_no_e_mail_is_rung_and_who_renewed_is_not_warned(office: Organisation) -> None:
    rung, renewed = helper(office, phone="+819000001111"), helper(office, email="a@example.jp")
    one, other = qualify(rung, days=10), qualify(renewed, days=10)
    qualify_later = Qualification(person=renewed, skill=other.skill, issuer="協会", valid_from=timezone.localdate())
    qualify_later.save()
    warn_expiring()
    assert list(Message.objects.values_list("subject", "channel")) == [(f"qualification:{one.pk}", "call")]


def test_what_ends_is_listed_with_the_sessions_that_it_leaves_bare(desk: Client, office: Organisation) -> None:
    teacher = factories.instructor(name="岬 先生", certified=False)
    teacher.instructor.organisation = office
    teacher.instructor.save()
    one = qualify(teacher, "basic", days=10)
    before, after = (factories.session(organisation=office, starts_at=factories.next_week(days=d)) for d in (9, 12))
    assign(session=before, person=teacher, duty=Shift.Duty.INSTRUCTOR)
    Qualification.objects.filter(pk=one.pk).update(valid_to=None)
    assign(session=after, person=teacher, duty=Shift.Duty.INSTRUCTOR)
    Qualification.objects.filter(pk=one.pk).update(valid_to=one.valid_to)
    page = said(desk.get(ENDING))
    assert "岬 先生" in page
    assert reverse("desk:staffing", args=[after.code]) in page
    assert reverse("desk:staffing", args=[before.code]) not in page
    assert "終わりの近い資格" in said(desk.get("/staff/"))


def test_an_ended_qualification_blocks_new_assignments(office: Organisation) -> None:
    session = factories.session(organisation=office)
    teacher = factories.instructor(certified=False)
    qualify(teacher, "basic", days=3)
    with pytest.raises(SessionError, match="資格"):
        assign(session=session, person=teacher, duty=Shift.Duty.INSTRUCTOR)
    student = helper(office)
    qualify(student, days=3)
    with pytest.raises(SessionError, match="有効期限"):
        assign(session=session, person=student, duty=Shift.Duty.HELPER)
    today = timezone.localdate()
    Qualification.objects.create(person=student, skill=factories.skill("helper"), issuer="協会", valid_from=today)
    assert assign(session=session, person=student, duty=Shift.Duty.HELPER)


def test_a_new_password_is_shown_once_and_works(desk: Client, office: Organisation) -> None:
    person = helper(office)
    answer = desk.post(reverse("desk:account", args=[person.pk]))
    password = answer.context["password"]
    person.refresh_from_db()
    assert person.user
    assert person.user.check_password(password)
    assert password not in said(desk.get(reverse("desk:someone", args=[person.pk])))
    own = Client()
    own.force_login(person.user)
    new = {
        "old_password": password,
        "new_password1": "あたらしい馬の電池とすず",
        "new_password2": "あたらしい馬の電池とすず",
    }
    assert own.post("/staff/mine/password/", new).status_code == 302
    person.user.refresh_from_db()
    assert person.user.check_password("あたらしい馬の電池とすず")


def test_nobody_takes_over_an_account_that_holds_another_role(desk: Client, office: Organisation) -> None:
    person = helper(office, user=factories.user(Role.ADMINISTRATOR))
    assert person.user
    before = person.user.password
    desk.post(reverse("desk:account", args=[person.pk]))
    person.user.refresh_from_db()
    assert person.user.password == before
