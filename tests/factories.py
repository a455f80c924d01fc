"""Rows for tests, as small as they can be: each function makes what it needs, and the caller names what matters."""

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from geo.codes import with_check_digit
from geo.models import Municipality, Prefecture
from outreach.classes.models import (
    Course,
    ProgrammeYear,
    Scheme,
    SchemeRule,
    Series,
    SeriesLesson,
    Session,
    SessionKind,
    SessionStatus,
    Venue,
)
from outreach.classes.rules import JST, fiscal_year_of
from outreach.classes.services import change_status, create_session
from outreach.people.models import (
    Instructor,
    Membership,
    Organisation,
    Person,
    Qualification,
    Role,
    Skill,
    Supporter,
    User,
)
from outreach.registration.models import Booking, Intake
from outreach.registration.services import Application, book

serial = count(1)
PLACES = {  # code: name, kana, kind, lat, lon
    "01511": ("猿払村", "サルフツムラ", "village", 45.3306, 142.1086),
    "13101": ("千代田区", "チヨダク", "special_ward", 35.6940, 139.7536),
    "16204": ("魚津市", "ウオヅシ", "city", 36.8273, 137.4091),
    "35202": ("宇部市", "ウベシ", "city", 33.9517, 131.2467),
}
PREFECTURES = {
    "01": ("北海道", "ホッカイドウ"),
    "13": ("東京都", "トウキョウト"),
    "16": ("富山県", "トヤマケン"),
    "35": ("山口県", "ヤマグチケン"),
}


def municipality(code: str = "01511") -> Municipality:
    if there := Municipality.objects.filter(code=code).first():
        return there
    name, kana, kind, lat, lon = PLACES[code]
    prefecture_name, prefecture_kana = PREFECTURES[code[:2]]
    prefecture, _made = Prefecture.objects.get_or_create(
        code=code[:2], defaults={"name": prefecture_name, "kana": prefecture_kana}
    )
    found, _made = Municipality.objects.get_or_create(
        code=code,
        defaults={
            "code6": with_check_digit(code),
            "prefecture": prefecture,
            "name": name,
            "kana": kana,
            "kind": kind,
            "lat": lat,
            "lon": lon,
        },
    )
    return found


def programme_year(day: date | None = None) -> ProgrammeYear:
    """The rules of the fiscal year of `day` (default: a week from now), for every scheme and kind."""
    year, made = ProgrammeYear.objects.get_or_create(
        fiscal_year=fiscal_year_of(day or next_week().date()), defaults={"target_sites": 3000}
    )
    if made:
        for scheme in Scheme:
            SchemeRule.objects.create(programme_year=year, scheme=scheme)
            SchemeRule.objects.create(
                programme_year=year, scheme=scheme, kind=SessionKind.CONSULTATION, learners_per_helper=0
            )
    return year


def organisation(**fields: Any) -> Organisation:
    defaults = {"name": f"猿払村役場{next(serial)}", "kind": "municipality", "phone": "+81300000101"}
    return Organisation.objects.create(**{**defaults, "municipality": municipality(), **fields})


def skill(code: str = "basic") -> Skill:
    return Skill.objects.get_or_create(code=code, defaults={"name": "基本講座"})[0]


def course(code: str = "phone-basics", **fields: Any) -> Course:
    defaults = {"name": "電話のかけ方", "kana": "デンワノカケカタ", "level": "basic", "skill": skill()}
    return Course.objects.get_or_create(code=code, defaults={**defaults, **fields})[0]


def venue(**fields: Any) -> Venue:
    town = fields.pop("municipality", None) or municipality()
    defaults = {
        "name": f"交流センター{next(serial)}",
        "address": "1-1",
        "lat": town.lat,
        "lon": town.lon,
        "capacity": 40,
    }
    return Venue.objects.create(municipality=town, **{**defaults, **fields})


def next_week(hour: int = 13, *, days: int = 7) -> datetime:
    """That hour in Japan, `days` from today."""
    day = timezone.now().astimezone(JST) + timedelta(days=days)
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)


def session(*, status: str = SessionStatus.PUBLISHED, **fields: Any) -> Session:
    """A session with its room, brought to `status` by the ordinary steps."""
    starts_at = fields.pop("starts_at", None) or next_week()
    programme_year(starts_at.astimezone(JST).date())
    made = create_session(
        course=fields.pop("course", None) or course(),
        venue=fields.pop("venue", None) or venue(),
        organisation=fields.pop("organisation", None) or organisation(),
        scheme=fields.pop("scheme", Scheme.DISPATCH),
        starts_at=starts_at,
        ends_at=fields.pop("ends_at", starts_at + timedelta(hours=1)),
        by=fields.pop("by", None),
        **fields,
    )
    steps = [SessionStatus.PUBLISHED, SessionStatus.CONFIRMED, SessionStatus.HELD, SessionStatus.REPORTED]
    for step in steps[: steps.index(SessionStatus(status)) + 1] if status in steps else []:
        change_status(session=made, to=step, by=None)
    return made


def series(*, lessons: int = 6, owner: Organisation | None = None, **fields: Any) -> Series:
    """A series of that many courses, for smartphones, run by `owner`."""
    made = Series.objects.create(
        **{
            "name": f"スマホ教室{next(serial)}",
            "organisation": owner or organisation(),
            "subsidy": "スマホ購入の補助",
            **fields,
        }
    )
    for position in range(1, lessons + 1):
        taught = course(f"lesson-{position}", name=f"第{position}課", kana=f"ダイ{position}カ")
        SeriesLesson.objects.create(series=made, course=taught, position=position)
    return made


def lessons(of: Series, *, first: datetime | None = None, **fields: Any) -> list[Session]:
    """A published session a week for each lesson, at one place."""
    start, where = first or next_week(), fields.pop("venue", None) or venue()
    return [
        session(
            course=lesson.course, series=of, organisation=of.organisation, venue=where,
            starts_at=start + timedelta(weeks=number), **fields,
        )
        for number, lesson in enumerate(of.lessons.order_by("position"))
    ]  # fmt: skip


def person(**fields: Any) -> Person:
    town = municipality()
    number = next(serial)
    defaults = {
        "name": f"佐藤 {number}",
        "kana": f"サトウ {number}",
        "lat": town.lat,
        "lon": town.lon,
        "municipality": town,
    }
    return Person.objects.create(**{**defaults, **fields})


def instructor(*, certified: bool = True, **fields: Any) -> Person:
    teacher = person(**fields)
    Instructor.objects.create(person=teacher, organisation=organisation())
    if certified:
        Qualification.objects.create(person=teacher, skill=skill(), issuer="協会", valid_from=date(2020, 4, 1))
    return teacher


def supporter(**fields: Any) -> Person:
    helper = person(**fields)
    Supporter.objects.create(person=helper, kind="resident", organisation=organisation())
    return helper


def user(role: Role | None = Role.ADMINISTRATOR, **reach: Any) -> User:
    made = User.objects.create_user(username=f"user{next(serial)}", password="正しい馬の電池")
    if role:
        Membership.objects.create(user=made, role=role, **reach)
    return made


def application(**fields: Any) -> Application:
    number = next(serial)
    defaults = {"name": f"山田 花子{number}", "kana": "ヤマダ ハナコ", "phone": f"+81900000{number % 10_000:04d}"}
    return Application(**{**defaults, **fields})


def booking(of: Session | None = None, *, channel: str = Intake.WEB, **fields: Any) -> Booking:
    return book(session=of or session(), application=application(**fields), channel=channel)
