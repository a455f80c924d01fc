"""A register by file: looked over, written, never doubled; what cannot be read is told by row and column."""

from collections.abc import Iterator
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from geo.importing.report import WrongFile
from outreach.classes.queries import Place
from outreach.desk.register import import_register
from outreach.people import jobs as people_jobs
from outreach.people.models import Organisation, Person, Qualification, RegisterFile, Role
from tests import factories
from tests.desk.conftest import SignIn, said

pytestmark = pytest.mark.django_db
HEAD = "氏名,カナ,電話番号,郵便番号,資格,発行者,有効期間の初日,末日,認定番号\n"
LINES = (
    "湊 蓮,ミナト レン,090-0000-1234,755-0001,障害者パソコンサポーター養成研修,北九州市,令和3年4月1日,2027/3/31,第1号\n"
    "灘 清,なだ きよし,03-0000-0001,7550001,disability-pc,北九州市,2021-04-01,,\n"
)


@pytest.fixture(autouse=True)
def country(db: None) -> Iterator[None]:
    factories.skill("disability-pc")
    factories.skill("disability-pc").__class__.objects.update(name="障害者パソコンサポーター養成研修")
    place = Place(factories.municipality("35202"), 33.95, 131.25, "7550001")
    with patch(
        "outreach.desk.register.find_places", lambda postal, municipality: [place] if postal == "7550001" else []
    ):
        yield


def read(text: str, office: Organisation, *, dry_run: bool = False, encoding: str = "cp932") -> object:
    return import_register(text.encode(encoding), organisation=office, kind="disability_pc", dry_run=dry_run)


def test_people_and_qualifications_come_in_and_the_same_file_again_changes_nothing(office: Organisation) -> None:
    first = read(HEAD + LINES, office)
    assert (first.added, first.refused) == (2, [])  # type: ignore[attr-defined]
    one = Qualification.objects.get(number="第1号")
    assert (str(one.valid_from), str(one.valid_to)) == ("2021-04-01", "2027-03-31")
    again = read(HEAD + LINES, office)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 2)  # type: ignore[attr-defined]
    changed = read(HEAD + LINES.replace("第1号", "第9号"), office)
    assert (changed.changed, Person.objects.count()) == (1, 2)  # type: ignore[attr-defined]


def test_looking_over_changes_nothing(office: Organisation) -> None:
    assert read(HEAD + LINES, office, dry_run=True).added == 2  # type: ignore[attr-defined]
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("ミナト レン", "Minato", "カナ"),
        ("090-0000-1234", "なし", "電話番号"),
        ("755-0001", "000-0000", "郵便番号"),
        ("障害者パソコンサポーター養成研修", "忍術", "資格"),
        ("令和3年4月1日", "さくらのころ", "有効期間の初日"),
        ("2027/3/31", "2020/3/31", "末日"),
    ],
)
def test_a_row_that_cannot_be_is_told_by_row_and_column_and_the_rest_comes_in(
    office: Organisation, old: str, new: str, column: str
) -> None:
    report = read(HEAD + LINES.replace(old, new), office)
    assert [(one.row, one.column) for one in report.refused] == [(2, column)]  # type: ignore[attr-defined]
    assert report.added == 1  # type: ignore[attr-defined]


def test_another_file_is_refused_as_a_whole(office: Organisation) -> None:
    with pytest.raises(WrongFile):
        read("a,b\n1,2\n", office)


def test_the_page_looks_over_first_and_only_for_ones_own_organisation(
    desk: Client, office: Organisation, sign_in: SignIn
) -> None:
    def sent(**button: str) -> dict[str, object]:
        file = SimpleUploadedFile("meibo.csv", (HEAD + LINES).encode("cp932"))
        return {"organisation": office.pk, "kind": "disability_pc", "file": file, **button}

    assert "まだ何も変えていません" in said(desk.post("/staff/people/register/", sent(check="1")))
    assert not Person.objects.exists()
    other = sign_in(Role.COORDINATOR, organisation=factories.organisation())
    assert other.post("/staff/people/register/", sent(sure="1")).context["form"].errors["organisation"]
    desk.post("/staff/people/register/", sent(sure="1"))
    assert Person.objects.count() == 2


def test_pressed_twice_it_says_what_came_of_it_the_first_time(
    desk: Client, office: Organisation, sign_in: SignIn
) -> None:
    press = desk.get("/staff/people/register/").context["press"]

    def sent(text: str = HEAD + LINES, form: str = press) -> str:
        file = SimpleUploadedFile("meibo.csv", text.encode("cp932"))
        words = {"organisation": office.pk, "kind": "disability_pc", "file": file, "sure": "1", "press": form}
        return said(desk.post("/staff/people/register/", words, follow=True))

    first, second = sent(), sent()
    assert "取り込みました" in first
    assert "新しい資格 2、変わる資格 0、変わらない資格 0" in first
    assert "新しい資格 2、変わる資格 0、変わらない資格 0" in second
    assert (Person.objects.count(), RegisterFile.objects.count()) == (2, 1)
    assert "変わらない資格 2" in sent(form="another"), "the same file on another day is looked at anew"
    other = sign_in(Role.COORDINATOR, organisation=factories.organisation())
    done = RegisterFile.objects.order_by("pk")[0].pk
    assert "取り込みました" not in said(other.get(f"/staff/people/register/?done={done}"))
    RegisterFile.objects.update(made_at=timezone.now() - timedelta(days=settings.UPLOAD_KEEP_DAYS + 1))
    people_jobs.purge()
    assert not RegisterFile.objects.exists()
