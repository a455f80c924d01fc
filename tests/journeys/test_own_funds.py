"""Own funds: a town's own class from draft to report, counted in its own column and never towards the target."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from outreach.classes.models import ProgrammeYear, Session
from outreach.classes.programme import load_programme, load_year
from outreach.classes.rules import fiscal_year_of
from outreach.people.models import Role
from tests import factories

pytestmark = pytest.mark.django_db


def test_from_the_year_s_rules_to_a_column_of_its_own(client: Client) -> None:
    load_programme()
    start = factories.next_week(13, days=9)
    year = load_year(fiscal_year=fiscal_year_of(start.date()), target_sites=3000, source="試験")
    town = factories.municipality()
    hall = factories.organisation(municipality=town)
    venue = factories.venue()
    client.force_login(factories.user(Role.COORDINATOR, organisation=hall))
    known = {
        "venue": venue.pk, "course": "power", "organisation": hall.pk, "scheme": "own", "kind": "class",
        "day": start.date().isoformat(), "starts": "13:00", "capacity": "12",
    }  # fmt: skip
    client.post(f"/staff/sessions/new/?municipality={town.code}", known)
    session = Session.objects.get()
    staff = f"/staff/sessions/{session.code}/"
    client.post(f"{staff}publish/")
    assert figures(client, year) == (0, 0, 0)
    client.post(f"{staff}confirm/")  # own rules: nobody certified is asked for
    began = timezone.now() - timedelta(hours=2)
    Session.objects.filter(pk=session.pk).update(starts_at=began, ends_at=began + timedelta(hours=1))
    client.post(f"{staff}report/", {"walk_ins": "7", "could": "most"})
    session.refresh_from_db()
    assert (session.status, session.report.learners) == ("reported", 7)
    assert figures(client, year) == (0, 0, 1)

    body = client.get(f"/api/coverage?fy={year.pk}").json()
    assert (body["planned_sites"], body["held_sites"], body["own_sites"]) == (0, 0, 1)
    row = client.get("/api/coverage/municipalities", {"fy": year.pk}).json()["items"][0]
    assert (row["held_sites"], row["own_sites"]) == (0, 1)
    page = client.get(f"/coverage/?fy={year.pk}&prefecture={town.prefecture_id}").content.decode()
    assert "独自開催か所" in page
    assert "独自開催は別に 1か所です" in page
    figure = client.get(f"/staff/figures/learning/?fy={year.pk}&format=csv").content.decode("utf-8-sig")
    assert figure.splitlines()[1].endswith(",0,0,0,0,0,0,7")


def figures(client: Client, year: ProgrammeYear) -> tuple[int, ...]:
    """Planned, held and own, as the command prints them; the file that the page offers holds the same."""
    out = io.StringIO()
    call_command("coverage", fy=year.pk, format="csv", stdout=out)
    file = client.get(f"/coverage/{year.pk}/table.csv").content.decode("utf-8-sig")
    rows = [row for row in csv.reader(io.StringIO(out.getvalue())) if row and row[0].isdigit()]
    assert rows == [row for row in csv.reader(io.StringIO(file)) if row and row[0].isdigit()]
    return tuple(sum(int(row[n]) for row in rows) for n in (5, 6, 7))
