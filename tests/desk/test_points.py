"""Points on the desk: attested, taken back, exported; who may, and what the file never holds."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outreach.classes.models import Session, SessionStatus
from outreach.people.models import AccessLog, Organisation, Role
from outreach.registration.models import PointEntry, PointExport, Resident
from outreach.registration.retention import forget_residents
from outreach.registration.services import give_points, set_award
from tests import factories
from tests.desk.conftest import SignIn, just_over, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def over(office: Organisation) -> Session:
    session = factories.session(organisation=office, status=SessionStatus.CONFIRMED)
    for name in ("一番 花子", "二番 太郎"):
        factories.booking(session, name=name)
    session.bookings.update(status="attended")
    set_award(session=session, points=200)
    return just_over(session)


def url(name: str, session: Session, *more: object) -> str:
    return reverse(f"desk:{name}", args=[session.code, *more])


def test_points_are_given_by_band_and_residence_and_taken_back(desk: Client, over: Session) -> None:
    booking = over.bookings.all()[0]
    address = url("give-points", over, booking.pk)
    assert "確かめてください" in said(desk.post(address, {"age_band": "75-"}, follow=True))
    page = said(desk.post(address, {"age_band": "75-", "lives_here": "on"}, follow=True))
    assert "200ポイント（75歳以上）" in page
    assert AccessLog.objects.filter(action="give_points", subject=booking.subject).count() == 2
    desk.post(url("reverse-points", over, booking.pk))
    assert list(PointEntry.objects.values_list("points", flat=True)) == [200, -200]


def test_a_class_is_given_its_points_by_who_plans_it(desk: Client, office: Organisation) -> None:
    session = factories.session(organisation=office)
    assert "100から1000" in said(desk.post(url("award", session), {"points": "5"}, follow=True))
    assert "500ポイント" in said(desk.post(url("award", session), {"points": "500"}, follow=True))


def test_the_export_holds_numbers_and_points_and_comes_out_the_same_twice(
    desk: Client, over: Session, coordinator: object
) -> None:
    for booking in over.bookings.all():
        give_points(booking=booking, age_band="75-", by=coordinator)  # type: ignore[arg-type]
    page = said(desk.post(reverse("desk:points"), {"municipality": over.municipality_id}, follow=True))
    assert "書き出し 1 を作りました" in page
    run = PointExport.objects.get()
    for kind in ("csv", "xlsx"):
        address = reverse("desk:points-file", args=[run.pk, kind])
        assert desk.get(address).content == desk.get(address).content
    text = desk.get(reverse("desk:points-file", args=[run.pk, "csv"])).content.decode("utf-8-sig")
    reference = over.bookings.order_by("pk")[0].reference
    assert f"{reference[:4]}-{reference[4:]},200,付与," in text
    assert "花子" not in text
    assert "ありません" in said(desk.post(reverse("desk:points"), {"municipality": over.municipality_id}, follow=True))
    assert desk.get(reverse("desk:points-file", args=[run.pk, "exe"])).status_code == 404


def test_only_the_citys_own_office_exports(sign_in: SignIn, over: Session, coordinator: object) -> None:
    give_points(booking=over.bookings.all()[0], age_band="75-", by=coordinator)  # type: ignore[arg-type]
    carrier = sign_in(Role.COORDINATOR, organisation=factories.organisation(kind="carrier"))
    wanted = {"municipality": over.municipality_id}
    assert carrier.post(reverse("desk:points"), wanted).status_code == 404
    for role in (Role.MINISTRY, Role.INSTRUCTOR):
        assert sign_in(role).post(reverse("desk:points"), wanted).status_code == 403
    town = sign_in(Role.COORDINATOR, municipality=over.municipality)
    assert town.post(reverse("desk:points"), wanted).status_code == 302
    run = PointExport.objects.get()
    assert carrier.get(reverse("desk:points-file", args=[run.pk, "csv"])).status_code == 404


def test_the_page_costs_the_same_at_1_and_at_30(
    desk: Client, office: Organisation, same_queries_at_1_and_30: Callable[..., None]
) -> None:
    session = factories.session(organisation=office, capacity=40)
    set_award(session=session, points=100)

    def add() -> None:
        factories.booking(session)
        session.bookings.update(status="attended")

    same_queries_at_1_and_30(add, lambda: desk.get(url("session-points", session)))


def test_a_run_comes_out_the_same_after_its_residents_are_forgotten(
    desk: Client, over: Session, coordinator: object
) -> None:
    for booking in over.bookings.all():
        give_points(booking=booking, age_band="75-", by=coordinator)  # type: ignore[arg-type]
    desk.post(reverse("desk:points"), {"municipality": over.municipality_id})
    address = reverse("desk:points-file", args=[PointExport.objects.get().pk, "csv"])
    before = desk.get(address).content
    Resident.objects.update(created_at=timezone.now())
    assert forget_residents(now=timezone.now() + timedelta(days=500)) == 2
    assert desk.get(address).content == before


def test_no_reason_and_no_city_holds_a_nul(desk: Client, over: Session, coordinator: object) -> None:
    booking = over.bookings.all()[0]
    give_points(booking=booking, age_band="75-", by=coordinator)  # type: ignore[arg-type]
    desk.post(url("reverse-points", over, booking.pk), {"reason": "市外\0の方"})
    assert PointEntry.objects.get(points=-200).reason == "市外の方"
    assert desk.post(reverse("desk:points"), {"municipality": "\0"}).status_code == 404
