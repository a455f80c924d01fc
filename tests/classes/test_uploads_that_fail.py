"""A carrier's file that can't be carried out: bounded tries, told in words, nothing half shown, the next one goes."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from geo.services import load_areas
from outreach.classes import jobs
from outreach.classes.models import Session, SessionStatus, Upload, UploadedSlot, VenueHold
from outreach.classes.services import SessionError, assign
from outreach.classes.uploads import applying, carrying, making
from outreach.classes.uploads.applying import carry_out, go_on
from outreach.classes.uploads.carrying import MOST_TRIES, Slice, confirm, withdraw
from outreach.classes.uploads.inserting import insert_copies
from outreach.desk.results import applying as results
from outreach.people.models import Organisation, Role, User
from tests import factories

HEAD = "枠番号,店舗名,住所,講座,日付,開始,定員,状態"
DAY = factories.next_week(days=30).date()
SHOP = "ショップ函館,北海道函館市本通１丁目７－２４,電話のかけ方"
ROWS = [f"A-{n},{SHOP},{DAY},{9 + n}:00,8," for n in range(4)]


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, a request does all of it."""
    for one in (applying, results):
        monkeypatch.setitem(one.carry_out.__kwdefaults__ or {}, "seconds", 600.0)


@pytest.fixture
def carrier(db: None) -> Organisation:
    load_areas()
    factories.course()
    factories.programme_year(DAY)
    return factories.organisation(kind="carrier", name="携帯会社", municipality=None)


@pytest.fixture
def user(carrier: Organisation) -> User:
    return factories.user(Role.COORDINATOR, organisation=carrier)


@pytest.fixture
def office(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


@pytest.fixture
def breaks(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """From the row with this number on, nothing can be drafted, for a reason that nobody foresaw."""
    real = making.draft

    def at(row: int | None) -> None:
        def draft(some: Any, *rest: Any) -> None:
            if row and any(one[0].number == row for one in some):
                raise RuntimeError("the disk is made of cheese")
            real(some, *rest)

        monkeypatch.setattr(applying, "draft", draft)

    return at


def sent(carrier: Organisation, user: User, rows: list[str] = ROWS, kind: str = Upload.Kind.PLAN) -> Upload:
    content = "\n".join((HEAD, *rows)).encode()
    return Upload.objects.create(organisation=carrier, name="plan.csv", content=content, made_by=user, kind=kind)


def a_while_later() -> None:
    Upload.objects.exclude(next_try_at=None).update(next_try_at=timezone.now() - timedelta(seconds=1))


def page_of(office: Client, one: Upload) -> str:
    return office.get(reverse("classes:upload", args=[one.pk])).content.decode()


def test_it_is_tried_less_and_less_often_then_it_has_failed_at_a_line_and_nothing_of_it_stands(
    office: Client, carrier: Organisation, user: User, breaks: Callable[..., None]
) -> None:
    one, pauses = sent(carrier, user), []
    breaks(4)
    assert carry_out(upload=one, by=user) is Slice.WAITS
    assert UploadedSlot.objects.filter(staged=True).count() == 2  # the rows before it
    page = page_of(office, one)
    assert "まだ取り込めていません" in page
    assert "4行目" in page
    for _n in range(MOST_TRIES - 1):
        one.refresh_from_db()
        assert one.next_try_at is not None
        pauses.append(round((one.next_try_at - timezone.now()).total_seconds() / 60))
        assert go_on(one.pk) is Slice.WAITS, "not before its time"
        assert jobs.finish_uploads() == 0
        a_while_later()
        assert carrying.waiting(Upload.Kind.PLAN) == [one.pk]
        assert go_on(one.pk) is Slice.WAITS
    assert pauses == [1, 2, 4, 8, 16]
    one.refresh_from_db()
    assert (one.failed_at is not None, one.fault_row) == (True, 4)
    a_while_later()
    assert carrying.waiting(Upload.Kind.PLAN) == []
    assert (Session.objects.count(), VenueHold.objects.count(), UploadedSlot.objects.count()) == (0, 0, 0)
    page = page_of(office, one)
    assert "取り込めませんでした" in page
    assert "4行目：思いがけない誤りです（RuntimeError）" in page
    assert "取り込めなかったファイル" in office.get(reverse("desk:today")).content.decode()


def failed(one: Upload, user: User) -> None:
    confirm(upload=one, by=user)
    carrying.fail(one, "理由")
    one.refresh_from_db()


def test_the_next_file_goes_and_the_failed_one_is_tried_again_or_withdrawn(
    office: Client, carrier: Organisation, user: User
) -> None:
    one, other = sent(carrier, user), sent(carrier, user, [f"B-1,{SHOP},{DAY},16:00,8,"])
    failed(one, user)
    address = reverse("classes:upload", args=[one.pk])
    assert "月間計画を取り込みました" in office.post(address, follow=True).content.decode()
    assert Session.objects.filter(status=SessionStatus.PUBLISHED).count() == len(ROWS)
    assert carry_out(upload=other, by=user) is Slice.DONE

    third = sent(carrier, user, [f"C-1,{SHOP},{DAY},17:00,8,"])
    failed(third, user)
    address = reverse("classes:upload", args=[third.pk])
    for _twice in range(2):
        page = office.post(address, {"act": "withdraw"}, follow=True).content.decode()
        assert "ファイルを取り下げました" in page
    assert bytes(Upload.objects.get(pk=third.pk).content) == b""
    assert "取り下げたファイルです" in office.post(address, follow=True).content.decode()
    assert office.get(reverse("desk:today")).context["files"].count == 0


def test_a_failed_plan_does_not_overtake_a_later_one(carrier: Organisation, user: User) -> None:
    one, other = sent(carrier, user), sent(carrier, user, [f"B-1,{SHOP},{DAY},16:00,8,"])
    failed(one, user)
    assert carry_out(upload=other, by=user) is Slice.DONE
    with pytest.raises(SessionError, match="新しいファイル"):
        carry_out(upload=one, by=user)


def test_withdrawn_in_the_middle_it_does_not_one_step_more(
    carrier: Organisation, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = sent(carrier, user)
    real = making.draft

    def draft_then_withdraw(*parts: Any) -> None:
        real(*parts)
        withdraw(upload=Upload.objects.get(pk=one.pk))

    monkeypatch.setattr(applying, "draft", draft_then_withdraw)
    assert carry_out(upload=one, by=user) is Slice.WAITS
    assert set(Session.objects.values_list("status", flat=True)) == {"draft"}
    carrying.waiting(Upload.Kind.PLAN)  # the sweep of the next minute
    assert not Session.objects.exists()


def test_another_process_that_took_it_over_leaves_the_first_no_step(carrier: Organisation, user: User) -> None:
    one = sent(carrier, user)
    confirm(upload=one, by=user)

    def slow(upload: Upload) -> bool:
        Upload.objects.filter(pk=upload.pk).update(lease_until=timezone.now() - timedelta(seconds=1))  # it ran out
        assert go_on(upload.pk) is Slice.DONE
        carrying.hold(upload)
        raise AssertionError("it went on")

    assert carrying.work_on(one.pk, slow) is Slice.WAITS
    assert Session.objects.count() == len(ROWS)


def test_killed_again_and_again_without_getting_further_it_has_failed(carrier: Organisation, user: User) -> None:
    one = sent(carrier, user)
    confirm(upload=one, by=user)
    for _kill in range(MOST_TRIES):
        assert carrying.waiting(Upload.Kind.PLAN) == [one.pk]
        with carrying._lease(one.pk) as held:
            assert held is not None
    assert carrying.waiting(Upload.Kind.PLAN) == []
    one.refresh_from_db()
    assert "何度も止まりました" in one.fault


def test_a_file_that_gets_further_each_time_is_never_given_up(
    carrier: Organisation, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outreach.classes.uploads.applying.chunks", lambda rows, _n=1: [[row] for row in rows])
    rows = [
        f"A-{n},ショップ{n},北海道函館市本通１丁目７－２４,電話のかけ方,{DAY},10:00,8," for n in range(MOST_TRIES + 3)
    ]
    one = sent(carrier, user, rows)
    confirm(upload=one, by=user)
    ended = [go_on(one.pk, seconds=0) for _n in range(len(rows) + 2)]
    assert ended[:-1] == [Slice.GOES_ON] * (len(rows) + 1)
    assert ended[-1] is Slice.DONE


def test_what_the_office_did_with_a_draft_stays_when_its_file_fails(carrier: Organisation, user: User) -> None:
    one = sent(carrier, user)
    confirm(upload=one, by=user)
    go_on(one.pk, seconds=-1)  # the shop
    go_on(one.pk, seconds=-1)  # the drafts
    session = UploadedSlot.objects.get(key="A-1").session
    assign(session=session, person=factories.instructor(), duty="instructor")
    carrying.fail(one, "理由")
    assert list(Session.objects.values_list("pk", flat=True)) == [session.pk]
    assert not UploadedSlot.objects.filter(staged=True).exists()


@pytest.mark.parametrize("state", ["failed", "stalled", "withdrawn"])
def test_whatever_became_of_it_its_content_is_gone_a_month_later(
    carrier: Organisation, user: User, state: str, office: Client
) -> None:
    one = sent(carrier, user)
    confirm(upload=one, by=user)
    if state == "failed":
        carrying.fail(one, "理由")
    long_ago: datetime = timezone.now() - timedelta(days=settings.UPLOAD_KEEP_DAYS + 1)
    Upload.objects.update(made_at=long_ago, confirmed_at=long_ago)
    if state == "withdrawn":
        Upload.objects.update(withdrawn_at=long_ago)
    assert jobs.forget_files() == 1
    assert jobs.forget_files() == 0
    one.refresh_from_db()
    assert bytes(one.content) == b""
    assert page_of(office, one)
    assert office.post(reverse("classes:upload", args=[one.pk])).status_code == 302
    assert not Session.objects.exists()


def test_results_fail_at_their_line_and_what_was_noted_stays(
    office: Client, carrier: Organisation, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert carry_out(upload=sent(carrier, user), by=user) is Slice.DONE
    Session.objects.update(starts_at=timezone.now() - timedelta(days=2), ends_at=timezone.now() - timedelta(days=1))
    monkeypatch.setattr(results, "insert_copies", fails_for("A-2", insert_copies))
    head = "枠番号,結果,参加人数,講師,補助者,理由"
    content = "\n".join((head, *(f"A-{n},開催,3,1,1," for n in range(4)))).encode()
    file = SimpleUploadedFile("results.csv", content)
    address = office.post(reverse("desk:results"), {"file": file}).headers["Location"]
    page = office.post(address, follow=True).content.decode()
    assert "4行目：思いがけない誤りです" in page
    assert Session.objects.filter(status="reported").count() == 2


def fails_for(key: str, real: Callable[..., None]) -> Callable[..., None]:
    def insert(template: Any, names: Any, rows: Any) -> None:
        kept = list(rows)
        if UploadedSlot.objects.get(key=key).session_id in {row[0] for row in kept}:
            raise RuntimeError
        real(template, names, kept)

    return insert


def test_a_stranger_withdraws_nothing(client: Client, carrier: Organisation, user: User) -> None:
    one = sent(carrier, user)
    failed(one, user)
    client.force_login(factories.user(Role.COORDINATOR, organisation=factories.organisation(name="別の会社")))
    assert client.post(reverse("classes:upload", args=[one.pk]), {"act": "withdraw"}).status_code == 404
    assert client.get(reverse("desk:today")).context["files"].count == 0
    one.refresh_from_db()
    assert one.withdrawn_at is None


@pytest.mark.django_db(transaction=True)
def test_withdrawing_while_a_step_is_under_way_takes_back_all_or_comes_too_late(
    carrier: Organisation, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = sent(carrier, user)
    drafting, over, said = Event(), Event(), list[str]()
    real = making.draft

    def slow(*parts: Any) -> None:
        drafting.set()
        over.wait(0.3)  # the other is at the door meanwhile
        real(*parts)

    def press() -> None:
        drafting.wait()
        try:
            withdraw(upload=Upload.objects.get(pk=one.pk))
        except SessionError as error:
            said.append(str(error))
        connection.close()

    monkeypatch.setattr(applying, "draft", slow)
    other = Thread(target=press)
    other.start()
    ended = carry_out(upload=one, by=user)
    other.join()
    carrying.waiting(Upload.Kind.PLAN)
    seen = set(Session.objects.values_list("status", flat=True))
    if ended is Slice.DONE:  # SQLite lets whoever is quicker go first
        assert (said, seen) == (["このファイルは、もう取り込みました。"], {"published"})
    else:
        assert (ended, said, seen) == (Slice.WAITS, [], set())
