"""Nationwide, carriers: the month's plan by file, killed in the middle and finished, then its results the same way."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from geo.services import load_areas
from outreach.classes import jobs
from outreach.classes.models import Session, SessionStatus, Site, Upload, UploadedSlot, VenueHold
from outreach.classes.services import recount_sites
from outreach.classes.uploads import applying
from outreach.people.models import Organisation, Role
from tests import factories

pytestmark = pytest.mark.django_db
PLAN = "枠番号,店舗名,住所,緯度,経度,講座,日付,開始,定員,状態"
RESULTS = "枠番号,結果,参加人数,講師,補助者,理由"
FIRST = factories.next_week(days=40).date()


def plan_rows(shops: int, slots: int, first: date = FIRST) -> list[str]:
    """Shops across a grid in Hokkaidō, each with two slots a day."""
    address = "北海道函館市本通１丁目７－２４"
    return [
        f"{shop}-{slot},ショップ{shop:04},{address},{43 + shop % 40 / 100},{142 + shop // 40 / 100},電話のかけ方,"
        f"{first + timedelta(days=slot // 2)},{('10:00', '14:00')[slot % 2]},8,"
        for shop in range(shops)
        for slot in range(slots)
    ]


def as_file(head: str, rows: list[str]) -> SimpleUploadedFile:
    return SimpleUploadedFile("carrier.csv", "\n".join((head, *rows)).encode())


def send(client: Client, page: str, head: str, rows: list[str]) -> tuple[Upload, str]:
    """Send a file, look it over, confirm it. Returns the file and the page after it."""
    answer = client.post(reverse(page), {"file": as_file(head, rows)})
    assert answer.status_code == 302, answer.content.decode()
    address = answer.headers["Location"]
    assert client.get(address).status_code == 200
    page_after = client.post(address, follow=True).content.decode()
    return Upload.objects.order_by("-pk")[0], page_after


@pytest.fixture
def carrier() -> Organisation:
    load_areas()
    factories.course()
    factories.programme_year(FIRST)
    return factories.organisation(kind="carrier", name="携帯会社", municipality=None)


@pytest.fixture
def office(client: Client, carrier: Organisation) -> Client:
    client.force_login(factories.user(Role.COORDINATOR, organisation=carrier))
    return client


def let_it_pass() -> None:
    back = timedelta(days=60)
    for one in Session.objects.all():
        Session.objects.filter(pk=one.pk).update(starts_at=one.starts_at - back, ends_at=one.ends_at - back)


def statuses() -> Counter[str]:
    return Counter(Session.objects.values_list("status", flat=True))


def test_from_the_month_s_plan_to_its_results(office: Client, carrier: Organisation) -> None:
    assert office.get(reverse("classes:plan-template")).content.decode("utf-8-sig").startswith("枠番号,店舗名")
    assert office.get(reverse("desk:results-template")).content.decode("utf-8-sig").startswith(RESULTS)
    sent, page = send(office, "classes:uploads", PLAN, plan_rows(6, 4))
    assert "取り込みました" in page
    assert (statuses(), Site.objects.count()) == ({"published": 24}, 6)
    let_it_pass()

    rows = [f"{shop}-{slot},開催,{slot},1,1," for shop in range(5) for slot in range(4)]
    wrong = ["5-0,開催,9,1,1,", "5-1,開催,3,0,1,", "5-2,たぶん,3,1,1,", "9-9,開催,3,1,1,", "5-3,中止,,,,"]
    sent, page = send(office, "desk:results", RESULTS, [*rows, *wrong])
    assert statuses() == {"reported": 20, "published": 4}
    refused = [(row, column) for row, column, _reason in sent.report["refused"]]  # type: ignore[index]
    assert refused == [(22, "補助者"), (23, "講師"), (24, "結果"), (25, "枠番号"), (26, "理由")]
    assert sorted({(s.held_sessions, s.planned_sessions) for s in Site.objects.all()}) == [(0, 4), (4, 4)]
    kept = sorted(Site.objects.values_list("venue", "held_sessions", "planned_sessions"))
    recount_sites(programme_year=Session.objects.all()[0].programme_year)
    assert sorted(Site.objects.values_list("venue", "held_sessions", "planned_sessions")) == kept

    rest = ["5-0,開催,8,1,2,", "5-1,開催,3,1,1,", "5-2,中止,,,,停電", "5-3,中止,,,,停電", "0-0,開催,2,1,1,"]
    sent, page = send(office, "desk:results", RESULTS, [*rest, *rows[1:]])
    report: dict[str, Any] = sent.report  # type: ignore[assignment]
    assert [report[name] for name in ("added", "changed", "removed", "unchanged")] == [2, 1, 2, 19]
    assert statuses() == {"reported": 22, "cancelled": 2}
    assert UploadedSlot.objects.get(key="0-0").session.report.learners == 2
    assert not VenueHold.objects.filter(subject=UploadedSlot.objects.get(key="5-2").session.subject).exists()
    steps = UploadedSlot.objects.get(key="5-0").session.events.values_list("new", flat=True)
    assert list(steps) == ["draft", "published", "confirmed", "held", "reported"]


def test_who_booked_is_marked_by_a_person_before_a_file_counts(office: Client, carrier: Organisation) -> None:
    send(office, "classes:uploads", PLAN, plan_rows(1, 2))
    booked = UploadedSlot.objects.get(key="0-0").session
    booking = factories.booking(booked)
    let_it_pass()
    rows = ["0-0,開催,3,1,1,", "0-1,開催,3,1,1,"]
    sent, _page = send(office, "desk:results", RESULTS, rows)
    assert sent.report["refused"][0][:2] == [2, "結果"]  # type: ignore[index]
    assert "先に、出席の画面で" in sent.report["refused"][0][2]  # type: ignore[index]
    type(booking).objects.filter(pk=booking.pk).update(status="attended")
    send(office, "desk:results", RESULTS, rows)
    booked.refresh_from_db()
    assert (booked.status, booked.walk_ins, booked.report.learners) == (SessionStatus.REPORTED, 2, 3)


def test_a_file_too_long_for_one_request_is_gone_on_with_and_then_appears_at_once(
    office: Client, carrier: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(applying.carry_out.__kwdefaults__ or {}, "seconds", 0.0)
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr("outreach.classes.staff_views.async_task", lambda *a: asked.append(a))
    monkeypatch.setattr(jobs, "async_task", lambda *a: asked.append(a))
    sent, page = send(office, "classes:uploads", PLAN, plan_rows(5, 4))
    assert "取り込んでいます" in page
    assert set(statuses()) <= {"draft"}
    assert asked == [("outreach.classes.jobs.carry_out", sent.pk)]
    answer = office.post(reverse("classes:uploads"), {"file": as_file(PLAN, plan_rows(1, 1))})
    assert "前のファイルを取り込んでいます" in office.post(answer.headers["Location"], follow=True).content.decode()
    assert jobs.finish_uploads() == 1
    jobs.carry_out(sent.pk)
    assert statuses() == {"published": 20}
    assert jobs.finish_uploads() == 0


# --- killed at any moment -------------------------------------------------------------------------------------------
WORK = """
import django; django.setup()
from outreach.classes.uploads import applying, planning
planning.CHUNK = {chunk}
planning.chunks.__defaults__ = ({chunk},)
applying.go_on({pk}, seconds=600)
"""
SET_UP = """
import django; django.setup()
from datetime import date
from django.core.management import call_command
from django.utils import timezone
from outreach.classes.models import Upload
from outreach.classes.programme import load_programme, load_year
from outreach.people.models import Organisation, User
call_command("load_areas", verbosity=0)
load_programme()
for year in (date.today().year - 1, date.today().year, date.today().year + 1):
    load_year(fiscal_year=year, target_sites=3000, source="")
carrier = Organisation.objects.create(name="携帯会社", kind="carrier", phone="+81300000101")
user = User.objects.create(username="carrier")
content = open({path!r}, "rb").read()
Upload.objects.create(organisation=carrier, name="plan.csv", content=content, made_by=user, confirmed_by=user,
                      confirmed_at=timezone.now())
"""
LOOK = """
import django; django.setup()
from collections import Counter
from django.db.models import Sum
from outreach.classes.models import *
print(dict(Counter(Session.objects.values_list("status", flat=True))), Upload.objects.filter(done_at=None).count(),
      UploadedSlot.objects.count(), VenueHold.objects.count(), SessionEvent.objects.count(),
      Site.objects.aggregate(n=Sum("planned_sessions"))["n"], UploadedSlot.objects.filter(staged=True).count())
"""


class Apart:
    """Processes of their own, on a database of their own."""

    def __init__(self, database: Path) -> None:
        self.database = database
        self.env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "backend.settings",
            "DATABASE_URL": f"sqlite:///{database}",
            "PYTHONPATH": str(settings.BASE_DIR),
        }

    def run(self, code: str) -> str:
        done = subprocess.run([sys.executable, "-c", code], env=self.env, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def kill_when(self, code: str, drafted: int) -> bool:
        """Start it and kill it as soon as that many slots stand; False where it ended by itself before."""
        process = subprocess.Popen([sys.executable, "-c", code], env=self.env)
        with closing(sqlite3.connect(self.database)) as reader:
            while process.poll() is None:
                if reader.execute("SELECT count(*) FROM classes_uploadedslot").fetchone()[0] >= drafted:
                    break
                time.sleep(0.01)
        killed = process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait()
        return killed


def killed_and_finished(migrated: Path, folder: Path, *, shops: int, slots: int, kills: list[int]) -> None:
    path = folder / "plan.csv"
    first = timezone.localdate() + timedelta(days=30)
    rows = [row.replace("電話のかけ方", "power") for row in plan_rows(shops, slots, first)]
    path.write_text("\n".join((PLAN, *rows)))
    apart = Apart(Path(shutil.copy(migrated, folder)))
    apart.run(SET_UP.format(path=str(path)))
    work = WORK.format(pk=1, chunk=max(20, shops * slots // 80))
    for drafted in kills:
        assert apart.kill_when(work, drafted), "it ended before it could be killed"
        with closing(sqlite3.connect(apart.database)) as reader:
            seen = dict(reader.execute("SELECT status, count(*) FROM classes_session GROUP BY status"))
            assert list(seen) == ["draft"]  # half of it stands, and no resident sees any
            assert drafted <= seen["draft"] < shops * slots
            reader.execute("UPDATE classes_upload SET lease_until = NULL")  # as if a minute had passed
            reader.commit()
    apart.run(work)
    n = shops * slots
    assert apart.run(LOOK) == f"{{'published': {n}}} 0 {n} {n} {2 * n} {n} 0"


@pytest.mark.proof
@pytest.mark.once
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("shops", "slots", "kills"), [(60, 10, [200]), (2000, 20, [500 + 3900 * n for n in range(10)])]
)
def test_killed_at_any_moment_the_file_is_finished_without_doubling(
    migrated_file: Path, tmp_path: Path, shops: int, slots: int, kills: list[int]
) -> None:
    """The suite's own form of it: a file that one request only begins, and a job goes on with, is above."""
    started = time.monotonic()
    killed_and_finished(migrated_file, tmp_path, shops=shops, slots=slots, kills=kills)
    print(f"\n{shops * slots} slots, killed {len(kills)} times: once each, {time.monotonic() - started:.0f} s")
