"""Who may do what, and how far it reaches (law 7)."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from outreach.people.access import allowed, client_address, log_access
from outreach.people.models import AccessLog, Role, User
from outreach.people.queries import scope_of
from outreach.people.rules import ALLOWED, Action
from tests import factories

pytestmark = pytest.mark.django_db


@allowed(Action.SEE_RESIDENTS)
def residents_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


def opened_by(user: User) -> HttpResponse:
    request = RequestFactory().get("/staff/bookings/")
    request.user = user
    return residents_page(request)  # type: ignore[return-value]


def test_every_role_has_its_actions() -> None:
    assert set(ALLOWED) == set(Role.values)


def test_a_coordinator_sees_her_own_municipality_only() -> None:
    scope = scope_of(factories.user(Role.COORDINATOR, municipality=factories.municipality()), Action.SEE_RESIDENTS)
    assert scope.municipalities == {"01511"}
    assert not scope.nation


def test_the_ministry_sees_figures_and_never_a_person() -> None:
    officer = factories.user(Role.MINISTRY)
    assert scope_of(officer, Action.SEE_FIGURES).nation
    with pytest.raises(PermissionDenied):
        opened_by(officer)


def test_someone_without_a_role_sees_nothing() -> None:
    with pytest.raises(PermissionDenied):
        opened_by(factories.user(None))


def test_a_coordinator_gets_in() -> None:
    coordinator = factories.user(Role.COORDINATOR, municipality=factories.municipality())
    assert opened_by(coordinator).content == b"ok"


def test_no_staff_page_is_kept_by_a_browser() -> None:
    coordinator = factories.user(Role.COORDINATOR, municipality=factories.municipality())
    assert "no-store" in opened_by(coordinator).headers["Cache-Control"]


def test_roles_add_up() -> None:
    user = factories.user(Role.COORDINATOR, municipality=factories.municipality())
    user.memberships.create(role=Role.PREFECTURE, prefecture=factories.municipality("35202").prefecture)
    scope = scope_of(user, Action.SEE_SESSIONS)
    assert scope.municipalities == {"01511"}
    assert scope.prefectures == {"35"}


def test_access_is_logged_without_personal_data() -> None:
    user = factories.user()
    log_access(user, "roster", "session:1")
    assert AccessLog.objects.get().subject == "session:1"


def test_a_forged_forwarded_address_counts_only_behind_our_own_proxy(settings: object) -> None:
    request = RequestFactory().get("/", headers={"X-Forwarded-For": "198.51.100.7, 203.0.113.9"})
    assert client_address(request) == "127.0.0.1"
    settings.TRUST_PROXY = True  # type: ignore[attr-defined]
    assert client_address(request) == "203.0.113.9"


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("2001:db8:1:2::7", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("not:an:address", "not:an:address"),
        ("", ""),
    ],
)
def test_a_household_of_ipv6_counts_as_one_address(rf: RequestFactory, address: str, counted: str) -> None:
    assert client_address(rf.get("/", REMOTE_ADDR=address)) == counted
