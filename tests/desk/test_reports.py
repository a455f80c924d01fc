"""The report in two minutes, its list and file, and the figures made of it."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from outreach.classes.models import Scheme, Session, SessionReport, SessionStatus, Shift, Site
from outreach.classes.services import assign
from outreach.people.models import Organisation, Role
from outreach.reporting.rules import hide_small
from tests import factories
from tests.desk.conftest import SignIn, just_over, said

pytestmark = pytest.mark.django_db
WORDS = {"walk_ins": "1", "could": "most", "taught": "地図", "can_do": "道を調べる", "trouble": "電波が弱い"}


@pytest.fixture
def over(office: Organisation) -> Session:
    session = factories.session(organisation=office, status=SessionStatus.CONFIRMED)
    for name in ("一番 花子", "二番 太郎"):
        factories.booking(session, name=name)
    return just_over(session)


def address(session: Session) -> str:
    return reverse("desk:report", args=[session.code])


def reported(session: Session, *, learners: int, could: str = "most") -> SessionReport:
    Session.objects.filter(pk=session.pk).update(status="reported")
    return SessionReport.objects.create(session=session, learners=learners, could=could)


def test_one_page_closes_counts_and_reports(desk: Client, over: Session) -> None:
    over.bookings.update(status="attended")
    page = said(desk.post(address(over), WORDS, follow=True))
    assert "おつかれさまでした" in page
    assert "電波が弱い" in page
    over.refresh_from_db()
    assert (over.status, over.walk_ins, over.report.learners) == (SessionStatus.REPORTED, 1, 3)
    assert Site.objects.get(venue=over.venue).held_sessions == 1
    assert [event.new for event in over.events.all()][-2:] == ["held", "reported"]


def test_two_taps_are_enough(desk: Client, over: Session) -> None:
    over.bookings.update(status="absent")
    desk.post(address(over), {"could": "unknown"})
    assert SessionReport.objects.get().learners == 0


def test_nothing_is_reported_before_everyone_is_marked(desk: Client, over: Session) -> None:
    assert "まだ付いていない方" in said(desk.post(address(over), WORDS, follow=True))
    over.refresh_from_db()
    assert (over.status, SessionReport.objects.count()) == (SessionStatus.CONFIRMED, 0)


def test_a_second_report_changes_nothing(desk: Client, over: Session) -> None:
    over.bookings.update(status="attended")
    for could in ("most", "few"):
        desk.post(address(over), {**WORDS, "could": could})
    assert SessionReport.objects.get().could == "most"


@pytest.mark.parametrize("wrong", [{"could": "all"}, {"could": ""}, {"walk_ins": "-1"}, {"trouble": "1234 5678 9018"}])
def test_what_cannot_be_is_said_on_the_page(desk: Client, over: Session, wrong: dict[str, str]) -> None:
    over.bookings.update(status="attended")
    assert "エラー" in said(desk.post(address(over), {**WORDS, **wrong}))
    assert not SessionReport.objects.exists()


def test_a_class_to_come_is_not_reported(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office, status=SessionStatus.CONFIRMED)
    desk.post(address(session), WORDS)
    assert not SessionReport.objects.exists()


def test_the_teacher_finds_it_among_their_own_work_and_reports(over: Session) -> None:
    Session.objects.filter(pk=over.pk).update(status=SessionStatus.PUBLISHED)
    teacher = factories.instructor(user=factories.user(Role.INSTRUCTOR))
    assign(session=over, person=teacher, duty=Shift.Duty.INSTRUCTOR)
    Session.objects.filter(pk=over.pk).update(status=SessionStatus.CONFIRMED)
    over.bookings.update(status="attended")
    browser = Client()
    browser.force_login(teacher.user)  # type: ignore[arg-type]
    page = browser.get(reverse("desk:own-work"))
    assert address(over) in said(page)
    assert "no-store" in page.headers["Cache-Control"]
    browser.post(address(over), WORDS)
    assert SessionReport.objects.get().made_by == teacher.user
    assert browser.get(reverse("desk:reports")).status_code == 403


def test_the_office_lists_and_exports_its_own_reports(desk: Client, over: Session, sign_in: SignIn) -> None:
    reported(over, learners=7)
    assert over.venue.name in said(desk.get(reverse("desk:reports")))
    text = desk.get(reverse("desk:reports"), {"format": "csv"}).content.decode("utf-8-sig")
    assert len(text.splitlines()) == 2
    other = sign_in(Role.COORDINATOR, organisation=factories.organisation())
    assert over.venue.name not in said(other.get(reverse("desk:reports")))


def test_the_list_costs_the_same_at_1_and_at_30(
    desk: Client, office: Organisation, same_queries_at_1_and_30: Callable[..., None]
) -> None:
    def add() -> None:
        reported(factories.session(organisation=office), learners=5)

    add()
    same_queries_at_1_and_30(add, lambda: desk.get(reverse("desk:reports")))


# --- figures --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        ([0, 20, 30], [0, 20, 30]),
        ([3, 20, 30], [None, None, 30]),
        ([3, 4, 30], [None, None, 30]),
        ([3, 0, 0], [None, 0, 0]),
        ([0, 5, 9], [0, 5, 9]),
        ([], []),
    ],
)
def test_small_cells_are_hidden_and_cannot_be_worked_out(cells: list[int], shown: list[int | None]) -> None:
    assert hide_small(cells) == shown


def test_the_ministry_sees_counts_with_own_funds_apart_and_no_small_cell(sign_in: SignIn, office: Organisation) -> None:
    reported(factories.session(organisation=office), learners=20, could="most")
    reported(factories.session(organisation=office), learners=3, could="few")
    reported(factories.session(organisation=office, scheme=Scheme.OWN), learners=9)
    ministry = sign_in(Role.MINISTRY)
    page = said(ministry.get(reverse("reporting:learning")))
    text = ministry.get(reverse("reporting:learning"), {"format": "csv"}).content.decode("utf-8-sig")
    assert text.splitlines()[1] == "電話のかけ方,2,23,*,0,*,0,9"
    assert "＊" in page
    assert sign_in(Role.INSTRUCTOR).get(reverse("reporting:learning")).status_code == 403
    assert Client().get(reverse("reporting:learning")).status_code == 302


def test_a_coordinator_counts_only_what_their_scope_reaches(desk: Client, office: Organisation) -> None:
    reported(factories.session(organisation=factories.organisation()), learners=50)
    assert "まだありません" in said(desk.get(reverse("reporting:learning")))
