"""Programmes that towns run, in the sample country: a series in its third lesson, a survey half answered, a school."""

from datetime import date, datetime, time, timedelta
from random import Random

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from backend.sample.names import landline, name
from backend.sample.people import SAMPLE_PASSWORD, UBE
from geo.models import Municipality
from outreach.classes.codes import check_digit
from outreach.classes.models import (
    Course,
    District,
    DistrictSurvey,
    Entry,
    Series,
    Session,
    SessionKind,
    SessionStatus,
    Venue,
)
from outreach.classes.programme import load_year
from outreach.classes.rules import JST, fiscal_year_of
from outreach.classes.services import create_session, recount_sites
from outreach.classes.surveys.services import make_survey, note_answer
from outreach.desk.blueprints import blueprints
from outreach.desk.services import start_programme
from outreach.people.models import Membership, Organisation, Person, Role, User
from outreach.registration.lectures.services import ask_lecture
from outreach.registration.models import (
    Booking,
    BookingEvent,
    BookingStatus,
    Enrolment,
    EnrolmentEvent,
    Intake,
    LectureMenu,
    Resident,
    SubsidyStatus,
)
from outreach.registration.services import issue_certificate

TOKAI, TAKAMATSU = "08341", "37201"
S = BookingStatus
COURSES = ("ube-beginner", "ube-search", "ube-apps", "ube-line")
HALVES = [f"{weekday}-{half}" for weekday in range(5) for half in ("am", "pm")]


def seed_programmes(rng: Random, today: date) -> None:
    for year in {fiscal_year_of(today + timedelta(days=days)) for days in (-120, 0, 120)}:
        load_year(fiscal_year=year, target_sites=0, source="見本データ")
    village = _begin("tokai", TOKAI, "東海村（見本）", 180, "tokai")
    _series(rng, village, today)
    _for_each_audience(village, today)
    _survey(rng, _begin("ube", UBE, "宇部市（見本）", 181, "ube"), today)
    _lectures(_begin("kagawa", TAKAMATSU, "デジタル活用拠点（見本）", 182, "takamatsu"), today)
    recount_sites(programme_year=load_year(fiscal_year=fiscal_year_of(today), target_sites=0, source=""))


def _begin(key: str, code: str, written: str, number: int, username: str) -> Organisation:
    """The town's own organisation and account, and the template begun."""
    town = Municipality.objects.select_related("prefecture").get(pk=code)
    fields = {"kind": "municipality", "phone": landline(number), "sample": True}
    runs, _made = Organisation.objects.get_or_create(name=written, municipality=town, defaults=fields)
    user, made = User.objects.get_or_create(username=username, defaults={"password": make_password(SAMPLE_PASSWORD)})
    if made:
        Membership.objects.create(user=user, role=Role.COORDINATOR, municipality=town)
    start_programme(blueprint=blueprints()[key], town=town, organisation=runs, name="", phone="", by=user)
    return runs


def _town(runs: Organisation) -> Municipality:
    return Municipality.objects.get(pk=runs.municipality_id)


def _venue(town: Municipality, written: str, capacity: int, off: float = 0.0) -> Venue:
    return Venue.objects.create(
        name=written, municipality=town, address="（架空の住所）", lat=town.lat + off, lon=town.lon + off / 2,
        capacity=capacity, step_free=True, parking=True, sample=True,
    )  # fmt: skip


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=JST)


def _session(runs: Organisation, course: Course, venue: Venue, starts_at: datetime, **more: object) -> Session:
    made = create_session(
        course=course, venue=venue, organisation=runs, scheme="own", starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=course.minutes), by=None, sample=True, **more,  # type: ignore[arg-type]
    )  # fmt: skip
    over = made.ends_at < timezone.now()
    status = SessionStatus.HELD if over else SessionStatus.PUBLISHED
    Session.objects.filter(pk=made.pk).update(status=status)
    return made


# --- Tōkai: one run is over, one is in its third lesson -------------------------------------------------------------
def _series(rng: Random, runs: Organisation, today: date) -> None:
    series, shop = Series.objects.get(organisation=runs), _venue(_town(runs), "みほん携帯ショップ東海村店", 8)
    tuesday = today - timedelta(days=(today.weekday() - 1) % 7)
    past = _run(series, shop, [tuesday - timedelta(weeks=11 - n) for n in range(6)])
    now = _run(series, shop, [tuesday + timedelta(weeks=n - 2) for n in range(6)], hour=13)
    for number in range(5):
        _learner(rng, series, past, missed=3 if number == 0 else None)
    for number in range(6):
        _learner(rng, series, now, missed=0 if number == 4 else None)
    _certify(series, today)


def _run(series: Series, shop: Venue, days: list[date], hour: int = 10) -> list[Session]:
    lessons = [lesson.course for lesson in series.lessons.select_related("course").order_by("position")]
    return [
        _session(series.organisation, course, shop, _at(day, hour), series=series)
        for course, day in zip(lessons, days, strict=True)
    ]


def _learner(rng: Random, series: Series, sessions: list[Session], *, missed: int | None) -> None:
    """Someone who signed up for all of it, came to what is over, and perhaps missed one."""
    number = Resident.objects.filter(enrolments__series=series).count()
    written, kana = name(rng)
    resident = Resident.objects.create(name=written, kana=kana, phone=landline(9100 + number), sample=True)
    Enrolment.objects.create(series=series, resident=resident, channel=Intake.COUNTER, sample=True)
    for index, session in enumerate(sessions):
        over = session.ends_at < timezone.now()
        status = (S.ABSENT if index == missed else S.ATTENDED) if over else S.CONFIRMED
        booking = Booking.objects.create(
            reference=_reference(), session=session, resident=resident, status=status, channel=Intake.COUNTER,
            contact="call", applied_at=sessions[0].starts_at - timedelta(days=9), sample=True,
        )  # fmt: skip
        BookingEvent.objects.create(booking=booking, new=status, channel=Intake.COUNTER)
        Session.objects.filter(pk=session.pk).update(seats_taken=Booking.objects.filter(session=session).count())


def _reference() -> str:
    """The next after the drawn ones: those begin with 1 to 9 and are checked by the database."""
    body = str(9_990_000 + Booking.objects.filter(reference__startswith="999").count())
    return body + check_digit(body)


def _certify(series: Series, today: date) -> None:
    """Those who finished hold a certificate; one was granted the subsidy, one has applied."""
    by = User.objects.get(username="tokai")
    states = iter([SubsidyStatus.GRANTED, SubsidyStatus.APPLIED])
    for enrolment in Enrolment.objects.filter(series=series).select_related("series__organisation", "resident"):
        attended = Booking.objects.filter(resident=enrolment.resident, status=S.ATTENDED).count()
        if attended < 6:
            continue
        issue_certificate(enrolment=enrolment, today=today - timedelta(days=20))
        state, day = next(states, SubsidyStatus.NOT_YET), today - timedelta(days=6)
        if state != SubsidyStatus.NOT_YET:
            Enrolment.objects.filter(pk=enrolment.pk).update(subsidy=state, subsidy_on=day)
            EnrolmentEvent.objects.create(enrolment=enrolment, old="not_yet", new=state, on=day, by=by)


def _for_each_audience(runs: Organisation, today: date) -> None:
    """A try-out day, a class for feature phones, and a consultation that is open today, without booking."""
    hall = _venue(_town(runs), "村松コミュニティセンター（見本）", 40, off=0.004)
    course = {one.code: one for one in Course.objects.filter(code__startswith="tokai-")}
    _session(runs, course["tokai-tryout"], hall, _at(today + timedelta(days=6), 10))
    _session(runs, course["tokai-change"], hall, _at(today + timedelta(days=8), 13, 30))
    open_door = {"kind": SessionKind.CONSULTATION, "entry": Entry.DROP_IN}
    hour = 13 if timezone.now() < _at(today, 14) else 20  # still open while someone looks at the demo
    _session(runs, course["tokai-consult"], hall, _at(today, hour), **open_door)
    _session(runs, course["tokai-consult"], hall, _at(today + timedelta(days=13), 13), **open_door)


# --- Ube: 24 districts, most of which have answered -----------------------------------------------------------------
def _survey(rng: Random, runs: Organisation, today: date) -> None:
    town = _town(runs)
    districts = [
        District.objects.create(
            municipality=town, name=f"第{n}地区（見本）", kana=f"ダイ{n:02}チク", sample=True,
            hall=_venue(town, f"第{n}ふれあいセンター（見本）", 30, off=n / 400),
        )
        for n in range(1, 25)
    ]  # fmt: skip
    near = Person.objects.filter(municipality__prefecture=town.prefecture_id, instructor__active=True)
    first = today + timedelta(days=30)
    survey = make_survey(
        districts=districts, courses=Course.objects.filter(code__in=COURSES), teachers=near.order_by("pk")[:3],
        name="みんなのスマホ教室（見本）", municipality=town, organisation=runs, scheme="own", first_day=first,
        last_day=first + timedelta(days=90), answer_by=today + timedelta(days=14), per_week=4, sample=True,
    )  # fmt: skip
    _answers(rng, survey)


def _answers(rng: Random, survey: DistrictSurvey) -> None:
    courses = {course.code: course for course in survey.courses.all()}
    for number, answer in enumerate(survey.answers.select_related("hall")[:21]):
        chosen = ["ube-line"] * 2 if number % 6 == 0 else rng.sample(COURSES, 2)
        note_answer(
            answer=answer, courses=[courses[code] for code in chosen], halves=rng.sample(HALVES, rng.choice([2, 3, 4])),
            off_days=[], hall=answer.hall, note="", channel="paper" if number % 4 == 3 else "web",
        )  # fmt: skip


# --- Kagawa: two schools ask ----------------------------------------------------------------------------------------
def _lectures(runs: Organisation, today: date) -> None:
    menus = list(LectureMenu.objects.filter(organisation=runs).order_by("pk"))
    schools = [("みほん小学校", "5年生", 34), ("みほん中学校", "1年生と保護者", 40)]
    for number, (menu, (school, who, people)) in enumerate(zip(menus, schools, strict=False)):
        days = [_at(today + timedelta(days=25 + number + more), 10, 40).isoformat() for more in (0, 7)]
        ask_lecture(
            nonce=f"sample{number}", menu=menu, municipality=runs.municipality, school=school, address="（架空の住所）",
            contact_name="教頭", phone=landline(9200 + number), wished=days, people=people, who=who, note="",
        )  # fmt: skip
