"""The road as it really was: by month, with totals, as files, within scope."""

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from outreach.dispatch.models import Plan, Trip
from outreach.people.models import Engagement, Person, Role
from tests import factories
from tests.dispatch import rows

pytestmark = pytest.mark.django_db
LIST = "/staff/travelled/"


@pytest.fixture
def office(client: Client) -> Client:
    client.force_login(factories.user(Role.PREFECTURE, prefecture=factories.municipality().prefecture))
    return client


def gone(day: datetime, person: Person | None = None, **fields: object) -> Trip:
    """A day that is over, accepted, and in the ledger."""
    person = person or rows.instructor()
    plan = Plan.objects.create(prefecture_id="01", first=day.date(), last=day.date(), status="published")
    values = {"hm": 1500, "road_minutes": 200, "leaves_at": day, "back_at": day + timedelta(hours=9), **fields}
    trip = Trip.objects.create(plan=plan, person=person, day=timezone.localdate(day), **values)
    Engagement.objects.create(person=person, starts_at=trip.leaves_at, ends_at=trip.back_at, subject=trip.subject)
    return trip


def at(*day: int) -> datetime:
    return timezone.make_aware(datetime(*day))  # type: ignore[arg-type]


def test_a_month_with_its_totals_against_the_plan(office: Client) -> None:
    factories.municipality()
    gone(at(2026, 6, 3, 8), travelled_km=Decimal("165.0"), travelled_minutes=220)
    gone(at(2026, 6, 30, 8))
    gone(at(2026, 7, 1, 8))
    declined = gone(at(2026, 6, 10, 8))
    Engagement.objects.filter(subject=declined.subject).delete()
    page = office.get(f"{LIST}?month=2026-06")
    sums = page.context["totals"]
    assert (sums.days, sums.known) == (2, 1)
    assert (sums.planned_km, sums.known_km, sums.km) == (Decimal(300), Decimal(150), Decimal("165.0"))
    assert (sums.minutes, sums.known_minutes, sums.more_percent) == (220, 200, 10)


def test_the_files_hold_the_same_rows(office: Client) -> None:
    factories.municipality()
    gone(at(2026, 6, 3, 8), rows.instructor(name="=教員"), travelled_km=Decimal("165.0"), travelled_minutes=220)
    text = office.get(f"{LIST}?month=2026-06&format=csv").content.decode("utf-8-sig")
    assert "2026-06-03,'=教員,北海道,,150.0,200,165.0,220,15.0,20," in text
    book = load_workbook(io.BytesIO(office.get(f"{LIST}?month=2026-06&format=xlsx").content))
    assert book.worksheets[0]["G2"].value == 165
    assert office.get(f"{LIST}?month=2026-06&format=csv").content == text.encode("utf-8-sig")


def added(lines: list[list[str]], column: int) -> Decimal:
    return sum((Decimal(line[column]) for line in lines if line[column]), Decimal(0))


def test_the_columns_of_each_file_add_up_to_what_the_page_and_the_notes_say(office: Client) -> None:
    factories.municipality()
    gone(at(2026, 6, 3, 8), hm=1234, road_minutes=187, travelled_km=Decimal("165.1"), travelled_minutes=220)
    gone(at(2026, 6, 4, 8), hm=777, travelled_km=Decimal("0.3"), travelled_minutes=0, overnight=True)
    gone(at(2026, 6, 5, 8), hm=11)
    sums = office.get(f"{LIST}?month=2026-06").context["totals"]
    table = list(csv.reader(office.get(f"{LIST}?month=2026-06&format=csv").content.decode("utf-8-sig").splitlines()))
    book = load_workbook(io.BytesIO(office.get(f"{LIST}?month=2026-06&format=xlsx").content))
    sheet = [["" if cell is None else str(cell) for cell in row] for row in book.worksheets[0].values]
    notes = {str(row[0]): row[1] for row in book.worksheets[1].values}
    for head, *lines in (table, sheet):
        known = [line for line in lines if line[head.index("実際の距離（km）")]]
        assert (len(lines), len(known)) == (sums.days, sums.known) == (notes["日数"], notes["記録のある日数"]) == (3, 2)
        for what, planned, known_planned, real in (
            ("距離（km）", sums.planned_km, sums.known_km, sums.km),
            ("移動（分）", sums.planned_minutes, sums.known_minutes, sums.minutes),
        ):
            at_plan, at_real = head.index(f"計画の{what}"), head.index(f"実際の{what}")
            assert added(lines, at_plan) == planned == Decimal(str(notes[f"計画の{what}"]))
            assert added(known, at_plan) == known_planned == Decimal(str(notes[f"記録のある日の計画の{what}"]))
            assert added(lines, at_real) == real == Decimal(str(notes[f"実際の{what}"]))
            more = head.index("距離の差（km）" if "km" in what else "移動の差（分）")
            assert added(lines, more) == real - known_planned


@pytest.mark.parametrize("month", ["", "x", "2026-13", "0001-01", "9999-12", "2026-6-1"])
def test_a_month_that_is_none_is_this_one(office: Client, month: str) -> None:
    assert office.get(LIST, {"month": month}).status_code == 200


def test_staff_write_it_down_after_the_day_and_take_it_back(office: Client) -> None:
    factories.municipality()
    trip = gone(at(2026, 6, 3, 8))
    page = f"{LIST}{trip.pk}/"
    assert office.post(page, {"km": "-1", "hours": "3", "minutes": "80"}).context["form"].errors.keys() == {
        "km",
        "minutes",
    }
    office.post(page, {"km": "160.5", "hours": "3", "minutes": "30"})
    trip.refresh_from_db()
    assert (trip.travelled_km, trip.travelled_minutes) == (Decimal("160.5"), 210)
    office.post(page, {"act": "clear"})
    trip.refresh_from_db()
    assert trip.travelled_km is None
    Trip.objects.update(back_at=timezone.now() + timedelta(days=1))
    assert "その日が終わってから" in office.post(page, {"km": "1", "hours": "0", "minutes": "1"}).content.decode()


def test_only_ones_own_prefecture_and_role(client: Client, office: Client) -> None:
    trip = gone(at(2026, 6, 3, 8), rows.instructor(name="道内の人"))
    client.force_login(factories.user(Role.PREFECTURE, prefecture=factories.municipality("16204").prefecture))
    assert "道内の人" not in client.get(f"{LIST}?month=2026-06").content.decode()
    assert client.get(f"{LIST}{trip.pk}/").status_code == 404
    client.force_login(factories.user(Role.MINISTRY))
    assert client.get(LIST).status_code == 403


def test_the_list_costs_the_same_at_1_and_at_30(office: Client, same_queries_at_1_and_30: Callable[..., None]) -> None:
    factories.municipality()
    same_queries_at_1_and_30(lambda: gone(at(2026, 6, 3, 8)), lambda: office.get(f"{LIST}?month=2026-06"))
