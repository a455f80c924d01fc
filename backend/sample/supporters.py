"""Who helps in the sample country: trained students, and 83 disability PC supporters with a year of their visits."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from backend.sample.names import landline, mobile, name
from backend.sample.people import SAMPLE_PASSWORD, UBE
from geo.gazetteer import Spot, gazetteer
from geo.models import Municipality, Ward
from outreach.classes.codes import check_digit
from outreach.classes.models import Handover, Shift
from outreach.classes.rules import JST
from outreach.people.models import (
    ApplicationEvent,
    Curriculum,
    Engagement,
    Insurance,
    Meeting,
    Membership,
    Organisation,
    Person,
    Qualification,
    Role,
    Supporter,
    SupporterApplication,
    Unit,
    User,
    WeeklyHours,
)
from outreach.people.standing import fiscal_year
from outreach.registration.models import Resident, Support, SupportEvent, SupportHelper, SupportStatus

KITAKYUSHU = "40100"
ON_REGISTER, NEW, VISITS = 83, 7, 400
S = SupportStatus
TOPICS = ["メールの読み上げ", "写真を家族に送る", "音声入力のしかた", "パソコンの設定", "地図アプリ", "オンライン会議"]
ARRANGEMENTS = ["", "", "ゆっくり大きな声で", "画面の文字を大きく", "筆談で", "右側から話しかけてほしい"]
SPECIAL = ["screen-reader", "magnifier", "sign", "input-devices"]
UNITS = [
    ("disability", "障害のある方の暮らしと道具"),
    ("manners", "訪問のマナーと接し方"),
    ("safety", "個人情報と安全"),
    ("practice", "実習：読み上げソフトで手伝う"),
]


@dataclass
class Centre:
    """The organisation that sends PC supporters."""

    rng: Random
    today: date
    organisation: Organisation
    town: Municipality
    people: list[Person]

    @property
    def year_start(self) -> date:
        return date(fiscal_year(self.today), 4, 1)


def seed_supporters(rng: Random, today: date) -> None:
    """Write it all; every row is marked as sample."""
    _ready_helpers(today)
    _ube(rng, today)
    town = Municipality.objects.filter(code=KITAKYUSHU).first()
    if town is None:
        return
    centre = _centre(rng, today, town)
    _train(centre.organisation, "障害者パソコンサポーター養成研修", "disability_pc", "disability-pc", today)
    residents = _residents(rng, 160)
    busy = _visits(centre, residents)
    _waiting(centre, residents, busy)


def _ready_helpers(today: date) -> None:
    """Every sample supporter is trained and insured, and the one who can sign in goes far."""
    people = list(Person.objects.filter(supporter__isnull=False, sample=True))
    _qualify(people, "helper", date(2021, 4, 1), None)
    _insure(people, today)
    mine = Person.objects.filter(user__username="supporter").first()
    if mine:
        town = Municipality.objects.get(code=UBE)
        Person.objects.filter(pk=mine.pk).update(municipality=town, lat=town.lat, lon=town.lon)
        Supporter.objects.filter(person=mine).update(reach_km=12)
        _saturdays([mine])
        shift = Shift.objects.filter(person=mine, session__starts_at__gt=timezone.now(), duty="helper").first()
        if shift:
            Handover.objects.create(shift=shift, giver=mine, asked_at=timezone.now())


def _qualify(people: list[Person], skill: str, first: date, last: date | None) -> None:
    Qualification.objects.bulk_create(
        [
            Qualification(
                person=one, skill_id=skill, issuer="みほん講習機関", training="サポーター研修", valid_from=first,
                valid_to=last,
            )
            for one in people
        ],
        batch_size=500,
    )  # fmt: skip


def _insure(people: list[Person], today: date) -> None:
    year = fiscal_year(today)
    Insurance.objects.bulk_create(
        [Insurance(person=one, fiscal_year=year, starts_on=date(year, 4, 1)) for one in people], batch_size=500
    )


def _saturdays(people: list[Person]) -> None:
    WeeklyHours.objects.bulk_create(WeeklyHours(person=p, weekday=5, starts=time(9), ends=time(17)) for p in people)


def _train(organisation: Organisation, title: str, kind: str, skill: str, today: date) -> None:
    """A curriculum with its units, taught last month and next month."""
    curriculum = Curriculum.objects.create(organisation=organisation, name=title, kind=kind, skill_id=skill)
    for n, (theme, words) in enumerate(UNITS, 1):
        unit = Unit.objects.create(curriculum=curriculum, position=n, theme=theme, name=words)
        for days in (-30 + n, 20 + 7 * n):
            start = datetime.combine(today + timedelta(days=days), time(14), tzinfo=JST)
            Meeting.objects.create(
                unit=unit, starts_at=start, ends_at=start + timedelta(minutes=90), place="研修室（架空）", sample=True
            )


# --- Ube ------------------------------------------------------------------------------------------------------------
def _ube(rng: Random, today: date) -> None:
    """University students beside the teacher, and three who applied; one is under 18."""
    office = Organisation.objects.filter(municipality=UBE, sample=True).first()
    if office is None:
        return
    Organisation.objects.filter(pk=office.pk).update(takes_supporters=True)
    students = _people(rng, UBE, 24, start=7000)
    Supporter.objects.bulk_create(
        Supporter(person=one, kind="student", organisation=office, joined_on=today - timedelta(days=200), reach_km=12)
        for one in students
    )
    _qualify(students[:20], "helper", today - timedelta(days=190), today + timedelta(days=900))
    _insure(students[:18], today)
    _saturdays(students)
    _train(office, "学生サポーター研修", "student", "helper", today)
    town = students[0].municipality
    for n, (given, kana, minor) in enumerate((("あおい", "アオイ", 0), ("そら", "ソラ", 1), ("ひな", "ヒナ", 0))):
        application = SupporterApplication.objects.create(
            organisation=office, kind="student", name=f"見本 {given}", kana=f"ミホン {kana}",
            phone=mobile(7500 + n), municipality=town,
            lat=town.lat, lon=town.lon, wish="土曜日に手伝えます。", minor=bool(minor),
            guardian_name="見本 保護者" if minor else "", guardian_phone=mobile(7600) if minor else "",
            applied_at=timezone.now() - timedelta(days=n + 1), sample=True,
        )  # fmt: skip
        ApplicationEvent.objects.create(application=application, new=application.status)


def _people(rng: Random, code: str, count: int, *, start: int) -> list[Person]:
    town = Municipality.objects.get(code=code)
    spots = _spots(town)
    people = []
    for number in range(count):
        written, kana = name(rng)
        where = rng.choice(spots)
        people.append(
            Person(
                name=written, kana=kana, phone=mobile(start + number), municipality=town, lat=where.lat, lon=where.lon,
                sample=True,
            )
        )  # fmt: skip
    return Person.objects.bulk_create(people)


def _spots(town: Municipality) -> list[Spot]:
    """Neighbourhoods of the town and its wards whose place is known."""
    codes = [town.code, *Ward.objects.filter(municipality=town).values_list("code", flat=True)]
    found = [spot for code in codes for spot in gazetteer().towns(code).values() if spot.precision != "vague"]
    return found or [Spot(town.lat, town.lon, "town")]


# --- Kitakyushu -----------------------------------------------------------------------------------------------------
def _centre(rng: Random, today: date, town: Municipality) -> Centre:
    """83 on the register, 7 of them new this year; a few whose qualification ends soon."""
    organisation = Organisation.objects.create(
        name="みほん北九州障害者パソコンサポートセンター", kind="partner", municipality=town, phone=landline(900),
        takes_supporters=True, takes_requests=True, two_at_first_visit=True, sample=True,
    )  # fmt: skip
    people = _people(rng, KITAKYUSHU, ON_REGISTER, start=6000)
    Supporter.objects.bulk_create(
        Supporter(
            person=one, kind="disability_pc", organisation=organisation, gender=rng.choice(["female", "male", ""]),
            reach_km=rng.choice([8, 12, 20]), month_limit=rng.choice([3, 4, 6, 8]), joined_on=date(2020, 4, 1),
        )
        for one in people
    )  # fmt: skip
    centre = Centre(rng, today, organisation, town, people)
    for n, one in enumerate(people):
        new = n >= ON_REGISTER - NEW
        first = centre.year_start + timedelta(days=60) if new else date(2020, 4, 1)
        last = today + timedelta(days=rng.choice([9, 40])) if n % 20 == 3 else None
        _qualify([one], "disability-pc", first, last)
        if rng.random() < 0.6:
            _qualify([one], rng.choice(SPECIAL), first, None)
        _weekdays(one, rng)
    _insure(people[:-2], today)
    _account("kitakyushu", Role.COORDINATOR, organisation=organisation)
    Person.objects.filter(pk=people[0].pk).update(user=_account("pc-supporter", Role.SUPPORTER))
    return centre


def _weekdays(one: Person, rng: Random) -> None:
    days = rng.sample(range(6), k=rng.choice([2, 3, 4]))
    WeeklyHours.objects.bulk_create(WeeklyHours(person=one, weekday=d, starts=time(9), ends=time(17)) for d in days)


def _account(username: str, role: Role, organisation: Organisation | None = None) -> User:
    user = User.objects.create(username=username, password=make_password(SAMPLE_PASSWORD))
    Membership.objects.create(user=user, role=role, organisation=organisation)
    return user


def _residents(rng: Random, count: int) -> list[Resident]:
    rows, seen = [], set()
    for number in range(count):
        written, kana = name(rng)
        phone = landline(2000 + number)
        if (phone, kana) not in seen:
            seen.add((phone, kana))
            where = {"postal_code": "8030801", "address": "（架空の住所）"}
            rows.append(Resident(name=written, kana=kana, phone=phone, sample=True, **where))
    return Resident.objects.bulk_create(rows)


def _support(centre: Centre, resident: Resident, number: int, **fields: object) -> Support:
    rng, body = centre.rng, str(8_000_000 + number)
    kind = rng.choices(["visit", "phone", "group"], [6, 3, 1])[0]
    where = rng.choice(_spots(centre.town))
    return Support(
        reference=body + check_digit(body), kind=kind, organisation=centre.organisation, municipality=centre.town,
        resident=resident, lat=where.lat, lon=where.lon, topic=rng.choice(TOPICS), arrangement=rng.choice(ARRANGEMENTS),
        skill_id=rng.choice([None, None, *SPECIAL]), wanted_times="平日の午後", channel="staff_phone", sample=True,
        group_name="みほんの会" if kind == "group" else "", head_count=8 if kind == "group" else 1,
        **fields,
    )  # fmt: skip


def _visits(centre: Centre, residents: list[Resident]) -> set[tuple[int, date]]:
    """The year's visits so far, each with who went and for how long. A few supporters carry more than the rest."""
    rng, busy = centre.rng, set()
    days = max(30, (centre.today - centre.year_start).days)
    supports, went = [], []
    for number in range(VISITS):
        person = centre.people[min(int(rng.expovariate(1 / 25)), ON_REGISTER - 1)]
        day = centre.today - timedelta(days=1 + rng.randrange(days))
        if (person.pk, day) in busy:
            continue
        busy.add((person.pk, day))
        start = datetime.combine(day, time(rng.choice([10, 13, 15])), tzinfo=JST)
        fields = {"status": S.DONE, "starts_at": start, "ends_at": start + timedelta(hours=1)}
        supports.append(
            _support(centre, rng.choice(residents), number, requested_at=start - timedelta(days=9), **fields)
        )
        went.append(person)
    Support.objects.bulk_create(supports, batch_size=300)
    SupportEvent.objects.bulk_create(
        [
            SupportEvent(support=one, old=old, new=new)
            for one in supports
            for old, new in (("", S.REQUESTED), (S.AGREED, S.DONE))
        ],
        batch_size=500,
    )
    SupportHelper.objects.bulk_create(
        [
            SupportHelper(
                support=one, person=who, answer="accepted", asked_at=one.requested_at, arrived_at=one.starts_at,
                left_at=one.ends_at, note=rng.choice(["", "", "読み上げの速さは3がよい", "次は写真の整理から"]),
            )
            for one, who in zip(supports, went, strict=True)
        ],
        batch_size=300,
    )  # fmt: skip
    Engagement.objects.bulk_create(
        [
            Engagement(person=who, starts_at=one.starts_at, ends_at=one.ends_at, subject=one.subject)
            for one, who in zip(supports, went, strict=True)
            if one.starts_at and one.ends_at
        ],
        batch_size=300,
    )
    return busy


def _waiting(centre: Centre, residents: list[Resident], busy: set[tuple[int, date]]) -> None:
    """What a coordinator finds this morning: new requests, one asked, one agreed, one who has not left."""
    rng, now = centre.rng, timezone.now()
    for number in range(6):
        one = _support(
            centre, residents[number], VISITS + number, status=S.REQUESTED, requested_at=now - timedelta(days=number)
        )
        one.save()
        SupportEvent.objects.create(support=one, new=S.REQUESTED)
    mine = centre.people[0]
    soon = datetime.combine(centre.today + timedelta(days=6), time(13), tzinfo=JST)
    later = soon + timedelta(days=3)
    for number, (status, answer, start, person) in enumerate(
        [
            (S.MATCHED, "asked", soon, mine),
            (S.AGREED, "accepted", later, mine),
            (S.AGREED, "accepted", now - timedelta(hours=3), centre.people[1]),
        ]
    ):
        one = _support(
            centre, rng.choice(residents), VISITS + 50 + number, status=status, starts_at=start,
            ends_at=start + timedelta(hours=1), requested_at=now - timedelta(days=8),
        )  # fmt: skip
        one.kind = "visit"
        one.save()
        arrived = start if start < now else None
        SupportHelper.objects.create(support=one, person=person, answer=answer, asked_at=now, arrived_at=arrived)
        SupportEvent.objects.create(support=one, new=status)
        if (person.pk, timezone.localtime(start).date()) not in busy:
            end = start + timedelta(hours=1)
            Engagement.objects.create(person=person, starts_at=start, ends_at=end, subject=one.subject)
