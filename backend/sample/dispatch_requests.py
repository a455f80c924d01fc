"""Who asks for instructors in the sample country, mostly towns without a shop, and when instructors can travel."""

from dataclasses import replace
from datetime import date, time, timedelta
from random import Random

from backend.sample.names import landline, name
from backend.sample.people import Staff
from geo.gazetteer import gazetteer
from geo.models import Municipality
from outreach.classes.models import Course
from outreach.dispatch.asked import Asked, Candidate
from outreach.dispatch.models import Channel, Need, RequestLetter
from outreach.dispatch.openings import Opening, write_openings
from outreach.dispatch.services import accept_letter, decline_letter, receive_letter, withdraw_letter
from outreach.people.models import Person, Qualification, Skill, TravelLimits, WeeklyHours

WANTED = {"01": 26, "46": 12, "32": 10, "20": 10, "35": 6}  # prefecture: letters
CHANNELS = (Channel.WEB, Channel.PHONE, Channel.PAPER, Channel.CSV)
WAITING = 3  # letters that nobody has rung about yet
HALLS = ("公民館", "交流センター", "集会所", "生涯学習センター", "役場 大会議室")
ASKING = ("役場 福祉課", "役場 企画課", "社会福祉協議会", "老人クラブ連合会", "地区自治会")
# Letters that are hard to serve, so that the demo has something to explain: islands, mornings only, a rare skill.
HARD: tuple[tuple[str, tuple[str, ...], tuple[Opening, ...]], ...] = (
    ("01519", (), ((1, time(9), time(11, 30)),)),
    ("01517", ("sign",), ((3, time(9), time(12)),)),
    ("01367", (), ((2, time(9), time(11)), (4, time(9), time(11)))),
    ("01511", ("chinese",), ((2, time(13), time(16)),)),
    ("01662", ("sign", "woman"), ((0, time(9), time(11)),)),
)
CLOSED = "01464"  # whose first venue is being rebuilt, so that the second is planned
NEEDS: list[tuple[str, ...]] = [(), (), (), (), (), ("sign",), ("woman",), ("children",), ("english",)]
HOURS: list[tuple[Opening, ...]] = [
    tuple((day, time(9), time(17)) for day in range(5)),
    tuple((day, time(9), time(12)) for day in (1, 3)),
    tuple((day, time(13), time(17)) for day in (0, 2, 4)),
    (*((day, time(10), time(16)) for day in range(5)), (2, time(18), time(20, 30))),
    ((5, time(9), time(12)), (2, time(13), time(16))),
]


def seed_requests(rng: Random, staff: Staff, shopless: list[str], *, today: date) -> None:
    """Letters of several prefectures; the first few still wait for a telephone call."""
    for prefecture in WANTED:
        _let_travel(rng, staff.instructors[prefecture], long_days=prefecture == "01")
    towns = {town.code: town for town in Municipality.objects.of_today().select_related("prefecture")}
    courses = list(Course.objects.values_list("pk", flat=True))
    centre = staff.organisations["dispatch"]
    wanted = [_asked(rng, towns[code], courses, today) for code in _towns(rng, towns, shopless)]
    wanted += [_hard(_asked(rng, towns[code], courses, today), needs, hours) for code, needs, hours in HARD]
    for number, asked in enumerate(wanted, 1):
        channel = Channel.WEB if number <= WAITING else rng.choice(CHANNELS)
        letter = _receive(number, asked, channel, today - timedelta(days=rng.randrange(2, 40)))
        if number > WAITING:
            accept_letter(letter=letter, asked=asked, organisation=centre, by=None)
        if number == WAITING + 1:
            withdraw_letter(letter=letter, by=None, reason="会場の改修のため")
        if number == 1:
            decline_letter(letter=letter, by=None, reason="代表番号に電話したが、依頼した覚えがないとのこと")
    rebuilt = _first_closed(_asked(rng, towns[CLOSED], courses, today), rng, towns[CLOSED])
    letter = _receive(len(wanted) + 1, rebuilt, Channel.PHONE, today - timedelta(days=12))
    accept_letter(letter=letter, asked=rebuilt, organisation=centre, by=None)


def _receive(number: int, asked: Asked, channel: Channel, on: date) -> RequestLetter:
    written = _written(asked)
    letter, _made = receive_letter(
        key=f"sample:{number}", asked=asked, written=written, channel=channel, received_on=on, sample=True
    )
    return letter


def _first_closed(asked: Asked, rng: Random, town: Municipality) -> Asked:
    """The whole time asked for; the second venue is open every weekday."""
    days = tuple(asked.earliest + timedelta(days=n) for n in range((asked.latest - asked.earliest).days + 1))
    first, second = (replace(_venue(rng, town, number), openings=HOURS[0]) for number in range(2))
    venues = (
        replace(first, name="中央公民館（見本）", blackouts=days),
        replace(second, name="ふれあい交流センター（見本）"),
    )
    note = "第1希望の中央公民館は、期間中ずっと耐震工事で使えません。"
    return replace(asked, venues=venues, courses=asked.courses[:1], crew=1, sessions=1, needs=(), note=note)


def _towns(rng: Random, towns: dict[str, Municipality], shopless: list[str]) -> list[str]:
    """Four in five are of towns without a shop."""
    found = []
    for prefecture, count in WANTED.items():
        without = [code for code in shopless if code.startswith(prefecture) and code in towns]
        others = sorted(code for code in towns if code.startswith(prefecture) and code not in set(without))
        found += rng.choices(without or others, k=round(count * 0.8))
        found += rng.choices(others or without, k=count - round(count * 0.8))
    return found


def _hard(asked: Asked, needs: tuple[str, ...], hours: tuple[Opening, ...]) -> Asked:
    return replace(asked, needs=needs, venues=(replace(asked.venues[0], openings=hours),), courses=asked.courses[:1])


def _let_travel(rng: Random, people: list[Person], *, long_days: bool) -> None:
    """Most days of the week, a few with nights, ferries, sign language; nobody beyond eleven hours of rest."""
    for need in Need:
        Skill.objects.get_or_create(code=need.value, defaults={"name": str(need.label)})
    known = set(WeeklyHours.objects.filter(person__in=people).values_list("person_id", flat=True))
    fresh = [person for person in people if person.pk not in known]
    WeeklyHours.objects.bulk_create(
        WeeklyHours(person=person, weekday=day, starts=time(7, 30), ends=time(19))
        for person in fresh
        for day in sorted(rng.sample(range(6), k=rng.choice([3, 4, 5])))
    )
    limited = set(TravelLimits.objects.filter(person__in=people).values_list("person_id", flat=True))
    TravelLimits.objects.bulk_create(
        TravelLimits(
            person=person,
            mode="transit" if rng.random() < 0.1 else "car",
            max_day_minutes=690 if long_days else 600,
            max_week_minutes=rng.choice([1200, 1800, 2400]),
            max_nights=rng.choice([0, 0, 1, 2]),
            ferries=rng.random() < 0.5,
        )
        for person in people
        if person.pk not in limited
    )
    Qualification.objects.bulk_create(
        Qualification(person=person, skill_id=skill, issuer="みほん講習機関", valid_from=date(2021, 4, 1))
        for person in people
        for skill, share in (("woman", 0.5), ("sign", 0.2), ("english", 0.15), ("children", 0.3))
        if rng.random() < share
    )


def _asked(rng: Random, town: Municipality, courses: list[str], today: date) -> Asked:
    heads = rng.choice([6, 8, 10, 12, 15, 20])
    earliest = today + timedelta(days=rng.randrange(8, 22))
    return Asked(
        municipality=town.pk,
        asked_by=f"{town.name}{rng.choice(ASKING)}",
        contact_name=name(rng)[0],
        contact_phone=landline(rng.randrange(1000, 9000)),
        courses=tuple(rng.sample(courses, k=rng.choice([1, 1, 1, 2]))),
        sessions=rng.choice([1, 1, 2]),
        heads=heads,
        learners_65=rng.randrange(heads // 2, heads + 1),
        crew=2 if heads >= 15 else 1,
        venues=tuple(_venue(rng, town, number) for number in range(rng.choice([1, 1, 2]))),
        earliest=earliest,
        latest=earliest + timedelta(days=rng.randrange(10, 35)),
        needs=rng.choice(NEEDS),
        hearing_loop=rng.random() < 0.1,
        loan_phones=rng.choice([0, 0, 5, 10]),
        note="",
    )


def _venue(rng: Random, town: Municipality, number: int) -> Candidate:
    spots = [(k, s) for k, s in sorted(gazetteer().towns(town.code).items()) if s.precision != "vague"]
    where, lat, lon = town.name, town.lat, town.lon
    if spots:
        where, spot = rng.choice(spots)
        lat, lon = spot.lat, spot.lon
    hall = f"{where}{rng.choice(HALLS)}"
    return Candidate(hall, f"{where}{number + 1}番地（架空）", lat, lon, False, rng.choice(HOURS), ())


def _written(asked: Asked) -> dict[str, list[str]]:
    """The form as it would have been filled in."""
    written = {
        name: [str(getattr(asked, name))]
        for name in ("asked_by", "contact_name", "contact_phone", "sessions", "heads", "learners_65", "crew",
                     "earliest", "latest", "loan_phones", "note")
    }  # fmt: skip
    written |= {"courses": list(asked.courses), "needs": list(asked.needs)}
    written |= {"hearing_loop": ["on"]} if asked.hearing_loop else {}
    for number, venue in enumerate(asked.venues, 1):
        written[f"v{number}-name"], written[f"v{number}-address"] = [venue.name], [venue.address]
        written[f"v{number}-more"] = [write_openings(list(venue.openings))]
        written[f"v{number}-closed"] = ["、".join(day.isoformat() for day in venue.blackouts)]
    return written
