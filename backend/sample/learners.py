"""What learners' programmes leave behind: reports, a city's event with points, and a partner's proposal that waits."""

from datetime import date, datetime, time, timedelta
from random import Random
from uuid import NAMESPACE_URL, uuid5

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from backend.sample.names import landline, mobile, name
from backend.sample.people import SAMPLE_PASSWORD, Staff
from geo.models import Municipality
from outreach.classes.models import Course, Scheme, Session, SessionReport, SessionStatus, Venue
from outreach.classes.rules import JST, fiscal_year_of
from outreach.classes.services import (
    add_slot,
    approve_proposal,
    change_status,
    create_session,
    note_costs,
    propose,
    publish_session,
    send_proposal,
)
from outreach.people.models import Membership, Organisation, Role, User
from outreach.registration.models import AgeBand, Booking, BookingStatus, CheckIn, Intake
from outreach.registration.services import (
    Application,
    book,
    export_points,
    give_points,
    mark_attendance,
    reverse_points,
    set_award,
)

KOFU, SARUFUTSU = "19201", "01511"
POINTS = 500
BUS = "路線バス「役場前」から歩いて3分（行き 12:40着・帰り 15:10発）。駐車場から段差はありません。"
TAUGHT = ("ほぼ予定どおり", "前半に時間をかけた", "一人ひとりの端末で練習した")
CAN_DO = ("写真をとって家族に送る", "地図で病院までの道を調べる", "知らない番号の着信を見分ける", "文字を大きくする")
TROUBLE = ("", "", "会場の電波が弱かった", "充電が切れた方が2人いた", "暗証番号を忘れた方がいた")


def seed_learners(rng: Random, staff: Staff, today: date) -> None:
    _reports(rng, today)
    _kofu(rng, today)
    _proposals(staff, today)


def _reports(rng: Random, today: date) -> None:
    """Of this year's reported classes in halls, and of some at shops."""
    year = fiscal_year_of(today)
    found = Session.objects.filter(status=SessionStatus.REPORTED, programme_year=year, report=None)
    found = found.select_related("course").order_by("pk")
    answers = rng.choices(list(SessionReport.Could)[:3], weights=(6, 3, 1), k=len(found))
    SessionReport.objects.bulk_create(
        [
            SessionReport(
                session=one,
                learners=one.walk_ins,
                could=could,
                taught=f"{one.course.name}。{rng.choice(TAUGHT)}",
                can_do=rng.choice(CAN_DO),
                trouble=rng.choice(TROUBLE),
            )
            for one, could in zip(found, answers, strict=True)
            if one.scheme != Scheme.NATIONWIDE or rng.random() < 0.5
        ],
        batch_size=500,
    )


def _account(username: str, **reach: object) -> User:
    user = User.objects.create(username=username, password=make_password(SAMPLE_PASSWORD))
    Membership.objects.create(user=user, role=Role.COORDINATOR, **reach)
    return user


def _hall(town: Municipality, title: str) -> Venue:
    return Venue.objects.create(
        name=title, municipality=town, address="1番地（架空）", lat=town.lat, lon=town.lon, capacity=30, step_free=True,
        parking=True, heating=True, wifi=True, access=BUS, hours="9時～21時（月曜休館）",
        key_holder="1階の事務室（見本）", cost="冷暖房 1時間200円", sample=True,
    )  # fmt: skip


# --- Kōfu: a class last week with its points exported, and one today at whose door one can check in -------------------
def _kofu(rng: Random, today: date) -> None:
    town = Municipality.objects.get(pk=KOFU)
    city = Organisation.objects.create(
        name="甲府市（見本）", kind=Organisation.Kind.MUNICIPALITY, municipality=town, phone=landline(190), sample=True
    )
    clerk = _account("kofu", organisation=city)
    hall = _hall(town, "みほん総合市民会館")
    past = _event(city, hall, datetime.combine(today - timedelta(days=7), time(13, 30), JST))
    came = _book(rng, past, 9)
    for booking in came:
        mark_attendance(booking=booking, status=BookingStatus.ATTENDED, by=clerk)
        give_points(booking=booking, age_band=rng.choice(AgeBand.values[1:]), by=clerk)
    export_points(municipality=town, by=clerk)
    reverse_points(booking=came[0], by=clerk, reason="市外の方（見本）")
    for step in (SessionStatus.CONFIRMED, SessionStatus.HELD):
        change_status(session=past, to=step, by=clerk)
    now = _event(city, hall, datetime.combine(today, time(13, 30), JST))
    change_status(session=now, to=SessionStatus.CONFIRMED, by=clerk)
    for number, booking in enumerate(_book(rng, now, 12)):
        if number < 4:
            CheckIn.objects.create(
                key=uuid5(NAMESPACE_URL, f"sample:{number}"), way=CheckIn.Way.POSTER, reference=booking.reference,
                booking=booking, outcome=CheckIn.Outcome.WAITING, at=now.starts_at - timedelta(minutes=12 - number),
            )  # fmt: skip


def _event(city: Organisation, hall: Venue, starts_at: datetime) -> Session:
    course = Course.objects.get(pk="safety")
    session = create_session(
        course=course, venue=hall, organisation=city, scheme=Scheme.OWN, starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=course.minutes), by=None, sample=True,
        note="市内にお住まいの19歳以上の方に、500ポイントがつきます。",
    )  # fmt: skip
    publish_session(session=session, by=None)
    set_award(session=session, points=POINTS)
    return session


def _book(rng: Random, session: Session, count: int) -> list[Booking]:
    """As if applied for in time: the seat is taken before the class, whenever the sample is made."""
    real = session.starts_at
    Session.objects.filter(pk=session.pk).update(
        starts_at=timezone.now() + timedelta(days=2), ends_at=timezone.now() + timedelta(days=2, hours=1)
    )
    made = []
    for number in range(count):
        written, kana = name(rng)
        wanted = Application(
            name=written, kana=kana, phone=mobile(7000 + session.pk % 100 * 20 + number), contact="call"
        )
        made.append(book(session=session, application=wanted, channel=Intake.COUNTER))
    Session.objects.filter(pk=session.pk).update(
        starts_at=real, ends_at=real + timedelta(minutes=session.course.minutes)
    )
    session.refresh_from_db()
    return made


# --- a partner's proposals: one waits for the town, one was held -----------------------------------------------------
def _proposals(staff: Staff, today: date) -> None:
    partner = staff.organisations["partner-01"]
    town = Municipality.objects.get(pk=SARUFUTSU)
    writer, answers = _account("partner", organisation=partner), _account("sarufutsu", municipality=town)
    hall = _hall(town, "みほん鬼志別会館")
    first = today + timedelta(days=28 - today.weekday())
    waiting = propose(
        organisation=partner, municipality=town, title="冬のスマホ教室（4回）", by=writer,
        words="役場に近い会館で、週に1回ずつ。1回目は手ぶらで参加できます。",
    )  # fmt: skip
    courses = list(Course.objects.order_by("position")[:4])
    for week, course in enumerate(courses):
        start = datetime.combine(first + timedelta(days=7 * week), time(13, 30), JST)
        add_slot(
            proposal=waiting, venue=hall, course=course, starts_at=start,
            ends_at=start + timedelta(minutes=course.minutes), capacity=12, cost=28_000 + 1_500 * week,
        )  # fmt: skip
    send_proposal(proposal=waiting, by=writer)
    type(waiting).objects.filter(pk=waiting.pk).update(sample=True)
    _held(partner, town, hall, writer, answers, today)


def _held(partner: Organisation, town: Municipality, hall: Venue, writer: User, answers: User, today: date) -> None:
    done = propose(organisation=partner, municipality=town, title="秋のスマホ教室", words="", by=writer)
    course = Course.objects.get(pk="messaging")
    for number in (2, 3):
        start = datetime.combine(today - timedelta(days=7 * number), time(10), JST)
        ends_at = start + timedelta(minutes=course.minutes)
        add_slot(proposal=done, venue=hall, course=course, starts_at=start, ends_at=ends_at, capacity=12, cost=30_000)
    type(done).objects.filter(pk=done.pk).update(sample=True)
    done.sample = True
    send_proposal(proposal=done, by=writer)
    for session in approve_proposal(proposal=done, by=answers):
        for step in (SessionStatus.CONFIRMED, SessionStatus.HELD, SessionStatus.REPORTED):
            change_status(session=session, to=step, by=writer)
        Session.objects.filter(pk=session.pk).update(walk_ins=8)
        SessionReport.objects.create(session=session, learners=8, could="most", taught=course.name, made_by=writer)
    note_costs(proposal=done, costs={slot.pk: 29_500 + 2_000 * n for n, slot in enumerate(done.slots.all())})
