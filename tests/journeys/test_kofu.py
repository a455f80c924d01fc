"""Kōfu: slips at the door without a network, the poster's code, points, and their export."""

import csv
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from outreach.classes.models import Session, SessionStatus
from outreach.people.models import Role
from outreach.registration.models import Booking, CheckIn, PointExport
from outreach.registration.posters import token_of
from tests import factories
from tests.backend.test_worker import until
from tests.browser import OpenPage
from tests.journeys.test_coordinator import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
KEPT_ON_THE_DEVICE = """async () => {
  const found = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
  for (const base of await indexedDB.databases()) {
    const ask = indexedDB.open(base.name);
    const opened = await new Promise((done) => { ask.onsuccess = () => done(ask.result); });
    for (const name of opened.objectStoreNames) {
      const all = opened.transaction(name).objectStore(name).getAll();
      found.push(JSON.stringify(await new Promise((done) => { all.onsuccess = () => done(all.result); })));
    }
    opened.close();
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      found.push(request.url);
      if (!/\\.(svg|css|js)$/.test(request.url)) found.push(await (await cache.match(request)).text());
    }
  }
  return found;
}"""


@pytest.fixture
def today() -> Session:
    """A class at the hall that begins now, with twenty booked; whatever the hour, on this day."""
    session = factories.session(status=SessionStatus.CONFIRMED, capacity=25)
    for number in range(20):
        factories.booking(session, name=f"甲斐 花子{number}", kana="カイ ハナコ")
    now = timezone.now()
    Session.objects.filter(pk=session.pk).update(starts_at=now, ends_at=now + timedelta(hours=1))
    session.refresh_from_db()
    return session


def scan(page: Page, *references: str) -> None:
    for reference in references:
        page.keyboard.type(reference)  # as a scanner at the USB port does
        page.keyboard.press("Enter")
        page.locator("#scans li").first.get_by_text(reference[-4:]).wait_for()


def test_twenty_slips_scanned_without_a_network_arrive_once_each_and_name_nobody(
    open_page: OpenPage,
    today: Session,
    axe: Callable[[Page], None],
    fits_width: Callable[[Page], None],
    shot: Callable[[Page, str], Path],
) -> None:
    coordinator = factories.user(Role.COORDINATOR, organisation=today.organisation)
    page = open_page("phone")
    sign_in(page, coordinator)
    page.goto("/staff/check-in/")
    page.get_by_text("つながっています").wait_for()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")

    page.context.set_offline(True)
    references = list(today.bookings.values_list("reference", flat=True))
    scan(page, *references[:12])
    page.keyboard.type("12345678\n")  # one digit wrong
    page.get_by_text("1けた違っています").wait_for()
    page.get_by_text("送っていない受付 12件").wait_for()

    context = page.context
    page.close()
    page = context.new_page()
    page.goto("/staff/check-in/")  # no network: the page comes from the device
    page.get_by_text("送っていない受付 12件").wait_for()
    page.locator("#reference").focus()
    scan(page, *references[12:])
    page.get_by_text("電波がありません").wait_for()
    kept: list[Any] = page.evaluate(KEPT_ON_THE_DEVICE)
    everything = "\n".join(kept)
    assert references[0] in everything  # it was really read
    assert "/staff/check-in/" in everything
    for secret in ("甲斐", "カイ", "花子", "+8190", "0900000", coordinator.username, today.code):
        assert secret not in everything
    axe(page)
    fits_width(page)
    shot(page, "kofu-check-in-offline")
    assert not CheckIn.objects.exists()

    context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    page.locator("#state").get_by_text("つながっています", exact=True).wait_for()
    page.get_by_text("出席にしました").nth(19).wait_for()
    assert CheckIn.objects.filter(outcome="attended").count() == 20
    assert Booking.objects.filter(session=today, status="attended").count() == 20
    left = page.evaluate(KEPT_ON_THE_DEVICE)
    assert not any(reference in part for part in left for reference in references)

    scan(page, factories.booking(factories.session(organisation=today.organisation)).reference)
    page.locator("#conflicts").get_by_text("別の日の申込です").wait_for()
    shot(page, "kofu-check-in-conflict")
    page.reload()
    page.get_by_role("button", name="わかりました").click()
    page.locator("#conflicts").wait_for(state="hidden")

    page.goto(f"/staff/sessions/{today.code}/points/")
    page.get_by_label("この回のポイント").fill("300")
    page.get_by_role("button", name="決める").click()
    page.get_by_label("年齢の区分：甲斐 花子0", exact=True).select_option("65-74")
    page.get_by_label("市内に住んでいる").first.check()
    page.get_by_role("button", name="つける").first.click()
    page.get_by_text("300ポイント（65～74歳）").wait_for()
    axe(page)
    fits_width(page)
    shot(page, "kofu-points-phone")


READER = """window.BarcodeDetector = class {
  async detect(picture) { return picture.videoWidth ? [{ rawValue: "%s" }] : []; }
};"""
CAMERA = """navigator.mediaDevices.getUserMedia = async () => {
  const picture = document.createElement("canvas"), brush = picture.getContext("2d");
  setInterval(() => brush.fillRect(Math.random() * 200, 9, 9, 9), 50);
  return (window.camera = picture.captureStream(20));
};"""


@pytest.mark.proof
def test_the_camera_is_opened_reads_a_slip_once_and_is_let_go(open_page: OpenPage, today: Session) -> None:
    """A canvas stands in for the camera, and a class for what reads the code: the browser under test has neither."""
    slip = today.bookings.earliest("pk").reference
    page = open_page("phone")
    page.add_init_script(READER % slip)
    page.add_init_script(CAMERA)
    sign_in(page, factories.user(Role.COORDINATOR, organisation=today.organisation))
    page.goto("/staff/check-in/")
    page.get_by_role("button", name="カメラで読みとる").click()
    page.locator("#picture").wait_for()
    page.get_by_text("出席にしました").wait_for()
    assert page.locator("#scans li").count() == 1
    page.get_by_role("button", name="カメラで読みとる").click()
    page.locator("#picture").wait_for(state="hidden")
    assert until(lambda: not page.evaluate("window.camera.active"), 30)
    assert CheckIn.objects.get().outcome == "attended"


@pytest.mark.proof
def test_where_the_camera_is_refused_the_page_says_what_to_do_instead(open_page: OpenPage, today: Session) -> None:
    page = open_page("phone")
    page.add_init_script(READER % "")
    page.add_init_script("navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error('NotAllowedError'));")
    sign_in(page, factories.user(Role.COORDINATOR, organisation=today.organisation))
    page.goto("/staff/check-in/")
    page.get_by_role("button", name="カメラで読みとる").click()
    page.get_by_text("カメラを使えません").wait_for()
    assert page.locator("#picture").is_hidden()


def test_from_the_poster_to_the_second_export_each_point_leaves_once(today: Session, client: Client) -> None:
    """A city's own class: arrivals by poster, confirmed, given points, exported; a slip of the pen is reversed."""
    city = factories.organisation(name="甲府市（試験）", municipality=today.municipality)
    Session.objects.filter(pk=today.pk).update(organisation=city)
    client.force_login(factories.user(Role.COORDINATOR, organisation=city))
    staff = f"/staff/sessions/{today.code}/"
    client.post(f"{staff}points/award/", {"points": "500"})
    assert client.get(f"{staff}poster/").headers["Content-Type"] == "application/pdf"

    door = reverse("registration:arrive", args=[today.code, token_of(today)])
    came = list(today.bookings.order_by("pk")[:3])
    for booking in came:
        assert "受け付けました" in Client().post(door, {"reference": booking.reference}).content.decode()
    client.post(f"{staff}arrivals/")
    for booking in came:
        client.post(f"{staff}points/{booking.pk}/", {"age_band": "75-", "lives_here": "on"})
    first = exported(client, today)
    assert sorted(first) == sorted((booking.reference, "500") for booking in came)

    client.post(f"{staff}points/{came[0].pk}/reverse/", {"reason": "市外の方"})
    assert exported(client, today) == [(came[0].reference, "-500")]
    assert exported(client, today, run=1) == first


def exported(client: Client, session: Session, run: int = 0) -> list[tuple[str, str]]:
    """The references and points of a new run, or of one made before."""
    if not run:
        client.post("/staff/points/", {"municipality": session.municipality_id})
    found = PointExport.objects.order_by("number")
    made = found.get(number=run) if run else found.last()
    assert made
    text = client.get(f"/staff/points/{made.pk}/csv/").content.decode("utf-8-sig")
    return [(row["申込番号"].replace("-", ""), row["ポイント"]) for row in csv.DictReader(text.splitlines())]
