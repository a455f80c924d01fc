from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.importing.report import Report, WrongFile
from geo.services import load_areas
from outreach.classes import jobs
from outreach.classes.models import Session, SessionStatus, Site, Upload, UploadedSlot, Venue, VenueHold
from outreach.classes.rules import JST
from outreach.classes.services import SessionError, assign, recount_sites
from outreach.classes.uploads.applying import apply_plan, carry_out, preview
from outreach.classes.uploads.carrying import Slice
from outreach.classes.uploads.kept import to_report
from outreach.classes.uploads.planning import read_plan
from outreach.people.models import Organisation, Role
from outreach.people.services import engage
from tests import factories

HEAD = "枠番号,店舗名,住所,講座,日付,開始,定員,状態"
DAY = factories.next_week(days=30).date()
HAKODATE, SHINJUKU = "ショップ函館,北海道函館市本通１丁目７－２４", "ショップ新宿,東京都新宿区西新宿１－５－１"
GOOD = (
    f"A-1,{HAKODATE},電話のかけ方,{DAY},10:00,8,",
    f"A-2,{HAKODATE},phone-basics,{DAY},11:00,8,",
    f"B-1,{SHINJUKU},電話のかけ方,{DAY},10:00,6,",
)
BAD = (
    (f"X-1,,東京都新宿区西新宿１－５－１,電話のかけ方,{DAY},15:00,8,", "店舗名"),
    (f",{HAKODATE},電話のかけ方,{DAY},15:00,8,", "枠番号"),
    (f"X-2,ショップ,どこでもない,電話のかけ方,{DAY},15:00,8,", "住所"),
    (f"X-3,{HAKODATE},ない講座,{DAY},15:00,8,", "講座"),
    (f"X-4,{HAKODATE},電話のかけ方,いつか,15:00,8,", "日付"),
    (f"X-5,{HAKODATE},電話のかけ方,2020-04-01,15:00,8,", "日付"),
    (f"X-6,{HAKODATE},電話のかけ方,{DAY},25:00,8,", "開始"),
    (f"X-7,{HAKODATE},電話のかけ方,{DAY},15:00,たくさん,", "定員"),
    (f"X-8,{HAKODATE},電話のかけ方,{DAY},15:00,8,たぶん", "状態"),
)


@pytest.fixture(autouse=True)
def carrier(db: None) -> Organisation:
    load_areas()
    factories.course()
    factories.programme_year(DAY)
    return factories.organisation(kind="carrier", name="携帯会社", municipality=None)


def upload(folder: Path, organisation: Organisation, *rows: str) -> Report:
    path = folder / "plan.csv"
    path.write_text("\n".join((HEAD, *rows)), encoding="cp932")
    return apply_plan(plan=read_plan(path), organisation=organisation, by=None)


def counts(report: Report) -> tuple[int, int, int, int, int]:
    return report.added, report.changed, report.removed, report.unchanged, len(report.refused)


def test_a_plan_becomes_published_sessions_at_its_shops_with_rooms_and_sites(
    tmp_path: Path, carrier: Organisation
) -> None:
    assert counts(upload(tmp_path, carrier, *GOOD)) == (3, 0, 0, 0, 0)

    sessions = Session.objects.all()
    assert {(one.status, one.scheme, len(one.code)) for one in sessions} == {("published", "nationwide", 7)}
    assert set(Venue.objects.values_list("municipality_id", flat=True)) == {"01202", "13104"}
    assert set(VenueHold.objects.values_list("subject", flat=True)) == {one.subject for one in sessions}
    kept = sorted(Site.objects.values_list("venue", "planned_sessions"))
    recount_sites(programme_year=sessions[0].programme_year)
    assert sorted(Site.objects.values_list("venue", "planned_sessions")) == kept


def test_the_same_plan_again_changes_nothing(tmp_path: Path, carrier: Organisation) -> None:
    upload(tmp_path, carrier, *GOOD)
    before = list(Session.objects.values())

    assert counts(upload(tmp_path, carrier, *reversed(GOOD))) == (0, 0, 0, 3, 0)
    assert list(Session.objects.values()) == before


def test_a_changed_row_moves_its_session_and_a_cancelled_one_frees_the_room(
    tmp_path: Path, carrier: Organisation
) -> None:
    upload(tmp_path, carrier, *GOOD)
    report = upload(tmp_path, carrier, GOOD[0].replace("10:00", "14:00"), GOOD[1] + "中止", GOOD[2])

    assert counts(report) == (0, 1, 1, 1, 0)
    moved = UploadedSlot.objects.get(key="A-1").session
    assert (moved.starts_at.astimezone(JST).hour, moved.revision) == (14, 1)
    assert UploadedSlot.objects.get(key="A-2").session.status == SessionStatus.CANCELLED
    assert counts(upload(tmp_path, carrier, GOOD[1] + "中止")) == (0, 0, 0, 1, 0)


def test_a_session_with_bookings_is_left_to_its_own_page_where_residents_are_told(
    tmp_path: Path, carrier: Organisation
) -> None:
    upload(tmp_path, carrier, *GOOD)
    Session.objects.filter(uploaded_slot__key="A-1").update(seats_taken=1)
    report = upload(tmp_path, carrier, GOOD[0].replace("10:00", "14:00"), GOOD[1].replace("11:00", "16:00"))

    assert counts(report) == (0, 1, 0, 0, 1)
    assert UploadedSlot.objects.get(key="A-1").session.revision == 0


def test_two_rows_in_one_shop_at_one_time_and_a_number_used_twice_are_refused(
    tmp_path: Path, carrier: Organisation
) -> None:
    at_once = f"A-9,{HAKODATE},電話のかけ方,{DAY},10:30,8,"
    twice = f"A-1,{HAKODATE},電話のかけ方,{DAY},16:00,8,"
    report = upload(tmp_path, carrier, *GOOD, at_once, twice)

    assert [(one.row, one.column) for one in report.refused] == [(5, "開始"), (6, "枠番号")]


@pytest.mark.parametrize(("row", "column"), BAD)
def test_a_wrong_row_is_named_by_row_and_column(tmp_path: Path, carrier: Organisation, row: str, column: str) -> None:
    report = upload(tmp_path, carrier, *GOOD, row)

    assert counts(report)[::4] == (3, 1)
    assert [(one.row, one.column) for one in report.refused] == [(5, column)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([row for row, _column in BAD])), max_size=12))
def test_wrong_rows_anywhere_never_change_the_good_ones(
    tmp_path: Path, carrier: Organisation, wrong: list[tuple[int, str]]
) -> None:
    Session.objects.all().delete()
    VenueHold.objects.all().delete()
    rows = list(GOOD)
    for place, row in wrong:
        rows.insert(place, row)

    assert counts(upload(tmp_path, carrier, *rows)) == (3, 0, 0, 0, len(wrong))
    assert counts(upload(tmp_path, carrier, *rows)) == (0, 0, 0, 3, len(wrong))
    assert set(UploadedSlot.objects.values_list("key", flat=True)) == {"A-1", "A-2", "B-1"}


def test_another_organisations_numbers_are_its_own(tmp_path: Path, carrier: Organisation) -> None:
    other = factories.organisation(kind="carrier", name="別の会社")
    upload(tmp_path, carrier, GOOD[0])

    assert counts(upload(tmp_path, other, GOOD[0].replace("10:00", "15:00"))) == (1, 0, 0, 0, 0)


def test_a_file_of_something_else_and_an_organisation_without_telephone_change_nothing(
    tmp_path: Path, carrier: Organisation
) -> None:
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(WrongFile):
        read_plan(tmp_path / "other.csv")
    with pytest.raises(SessionError):
        upload(tmp_path, factories.organisation(phone=""), *GOOD)
    assert not Session.objects.exists()


def signed_in(client: Client, organisation: Organisation) -> None:
    client.force_login(factories.user(Role.COORDINATOR, organisation=organisation))


def post(client: Client, *rows: str) -> str:
    content = "\n".join((HEAD, *rows)).encode()
    answer = client.post(reverse("classes:uploads"), {"file": SimpleUploadedFile("plan.csv", content)})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def test_a_coordinator_looks_the_plan_over_and_confirms_it_once(client: Client, carrier: Organisation) -> None:
    signed_in(client, carrier)
    address = post(client, *GOOD, BAD[3][0])
    page = client.get(address).content.decode()

    assert "ない講座" in page
    assert not Session.objects.exists()
    assert client.post(address, follow=True).status_code == 200
    assert Session.objects.count() == 3
    again = client.post(address, follow=True).content.decode()
    assert "月間計画を取り込みました" in again
    assert Session.objects.count() == 3


def test_a_stranger_reaches_neither_the_list_nor_anothers_plan(client: Client, carrier: Organisation) -> None:
    assert client.get(reverse("classes:uploads")).status_code == 302
    signed_in(client, carrier)
    address = post(client, *GOOD)
    signed_in(client, factories.organisation(name="別の会社"))

    assert client.get(address).status_code == 404
    assert client.post(address).status_code == 404
    client.force_login(factories.user(Role.MINISTRY))
    assert client.post(address).status_code == 403
    assert not Session.objects.exists()


def test_a_wrong_file_is_refused_in_words(client: Client, carrier: Organisation) -> None:
    signed_in(client, carrier)
    answer = client.post(reverse("classes:uploads"), {"file": SimpleUploadedFile("x.csv", b"a,b\n1,2\n")})

    assert answer.status_code == 200
    assert "月間計画の表として読めません" in answer.content.decode()
    assert not Upload.objects.exists()


def test_the_preview_says_what_the_confirmation_does(carrier: Organisation) -> None:
    user = factories.user(Role.COORDINATOR, organisation=carrier)
    content = "\n".join((HEAD, *GOOD)).encode()
    one = Upload.objects.create(organisation=carrier, name="plan.csv", content=content, made_by=user)

    before = counts(preview(one))
    assert carry_out(upload=one, by=user) is Slice.DONE
    assert before == counts(to_report(Upload.objects.get().report or {})) == (3, 0, 0, 0, 0)
    assert Upload.objects.get().done_at is not None
    assert carry_out(upload=one, by=user) is Slice.DONE  # pressed again: the same, once
    assert Session.objects.count() == 3


def test_a_moved_row_whose_teacher_is_elsewhere_stays_alone_and_the_others_go_on(
    tmp_path: Path, carrier: Organisation
) -> None:
    upload(tmp_path, carrier, *GOOD)
    teacher = factories.instructor()
    first = UploadedSlot.objects.get(key="A-1").session
    assign(session=first, person=teacher, duty="instructor")
    evening = factories.next_week(14, days=30)
    engage(person=teacher, starts_at=evening, ends_at=evening + timedelta(hours=1), subject="trip:1")
    report = upload(tmp_path, carrier, GOOD[0].replace("10:00", "14:00"), GOOD[1], GOOD[2].replace("10:00", "15:00"))

    assert counts(report) == (0, 1, 0, 1, 1)
    assert [(one.row, one.column) for one in report.refused] == [(2, "枠番号")]
    first.refresh_from_db()
    assert first.revision == 0
    assert VenueHold.objects.get(subject=first.subject).starts_at == first.starts_at


def test_the_list_asks_as_much_at_thirty_plans_as_at_one(client: Client, carrier: Organisation) -> None:
    signed_in(client, carrier)
    user = carrier.membership_set.get().user

    def asked(plans: int) -> int:
        Upload.objects.bulk_create(
            Upload(organisation=carrier, name="plan.csv", content=b"", made_by=user) for _n in range(plans)
        )
        with CaptureQueriesContext(connection) as statements:
            assert client.get(reverse("classes:uploads")).status_code == 200
        return len(statements)

    assert asked(1) == asked(29)


def test_a_file_is_emptied_a_month_after_it_was_carried_out_and_its_page_still_says_what_came_of_it(
    carrier: Organisation, client: Client
) -> None:
    user = factories.user(Role.COORDINATOR, organisation=carrier)
    client.force_login(user)
    assert "30日たつと消します" in client.get(reverse("classes:uploads")).content.decode()
    content = "\n".join((HEAD, *GOOD)).encode("cp932")
    made = [
        Upload.objects.create(organisation=carrier, name=n, content=content, made_by=user) for n in ("done", "left")
    ]
    assert carry_out(upload=made[0], by=user) is Slice.DONE
    assert jobs.forget_files() == 0
    long_ago = timezone.now() - timedelta(days=31)
    Upload.objects.update(made_at=long_ago)
    Upload.objects.filter(pk=made[0].pk).update(done_at=long_ago)
    assert jobs.forget_files() == 2
    assert jobs.forget_files() == 0
    kept = Upload.objects.get()
    assert (kept.name, bytes(kept.content)) == ("done", b"")
    page = client.get(reverse("classes:upload", args=[kept.pk]))
    assert page.status_code == 200
    assert "取り込みました" in page.content.decode()
    assert client.post(reverse("classes:upload", args=[kept.pk])).status_code == 302
    assert Session.objects.count() == len(GOOD)
