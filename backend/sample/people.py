"""Who works in the sample country: organisations, accounts, instructors and supporters."""

from dataclasses import dataclass
from datetime import date, time
from random import Random
from typing import Any

from django.contrib.auth.hashers import make_password

from backend.sample.names import landline, mobile, name
from geo.models import Municipality, Prefecture
from outreach.people.models import (
    Instructor,
    Membership,
    Organisation,
    Person,
    Qualification,
    Role,
    Supporter,
    User,
)

SAMPLE_PASSWORD = "tsutsuura-mihon"  # noqa: S105 - of invented accounts, in sample mode only
UBE = "35202"


@dataclass(frozen=True)
class Staff:
    """Those who can be put on sessions, by prefecture."""

    organisations: dict[str, Organisation]  # by scheme, and "partner-35" by prefecture
    instructors: dict[str, list[Person]]
    supporters: dict[str, list[Person]]


def seed_people(rng: Random) -> Staff:
    organisations = _organisations()
    towns = list(Municipality.objects.of_today().select_related("prefecture"))
    by_prefecture: dict[str, list[Municipality]] = {}
    for town in towns:
        by_prefecture.setdefault(town.prefecture_id, []).append(town)
    instructors = {code: _people(rng, found, 3 + len(found) // 6) for code, found in by_prefecture.items()}
    supporters = {code: _people(rng, found, 4 + len(found) // 8) for code, found in by_prefecture.items()}
    _qualify(organisations["dispatch"], instructors)
    Supporter.objects.bulk_create(
        Supporter(person=p, kind="student" if n % 3 else "resident", organisation=organisations[f"partner-{code}"])
        for code, found in supporters.items()
        for n, p in enumerate(found)
    )
    _accounts(organisations, instructors["01"][0], supporters[UBE[:2]][0])
    return Staff(organisations, instructors, supporters)


def _organisations() -> dict[str, Organisation]:
    made = {
        "nationwide": Organisation(name="みほん携帯電話株式会社", kind="carrier"),
        "dispatch": Organisation(name="みほん講師派遣センター", kind="dispatch"),
        "own": Organisation(name="宇部市（見本）", kind="municipality", municipality_id=UBE),
    }
    for prefecture in Prefecture.objects.all():
        made[f"partner-{prefecture.code}"] = Organisation(
            name=f"みほん{prefecture.name}地域デジタル協会", kind="partner"
        )
    for number, organisation in enumerate(made.values()):
        organisation.phone, organisation.sample = landline(100 + number), True
        organisation.phone_opens, organisation.phone_closes = time(9), time(17)
        organisation.save()
    return made


def _people(rng: Random, towns: list[Municipality], count: int) -> list[Person]:
    people = []
    for number in range(count):
        town = rng.choice(towns)
        written, kana = name(rng)
        people.append(
            Person(
                name=written, kana=kana, phone=mobile(9000 + number), municipality=town,
                lat=town.lat, lon=town.lon, sample=True,
            )
        )  # fmt: skip
    return Person.objects.bulk_create(people)


def _qualify(organisation: Organisation, instructors: dict[str, list[Person]]) -> None:
    everyone = [person for found in instructors.values() for person in found]
    Instructor.objects.bulk_create(Instructor(person=person, organisation=organisation) for person in everyone)
    Qualification.objects.bulk_create(
        Qualification(person=person, skill_id=skill, issuer="みほん講習機関", valid_from=date(2021, 4, 1))
        for person in everyone
        for skill in ("basic", "applied")
    )


def _accounts(organisations: dict[str, Organisation], instructor: Person, supporter: Person) -> None:
    """One account a role; the dispatch centre has two, since an exception needs a second person."""
    dispatch = organisations["dispatch"]
    reaches: dict[str, tuple[Role, dict[str, Any]]] = {
        "coordinator": (Role.COORDINATOR, {"organisation": dispatch}),
        "coordinator2": (Role.COORDINATOR, {"organisation": dispatch}),
        "ube": (Role.COORDINATOR, {"municipality_id": UBE}),
        "ministry": (Role.MINISTRY, {}),
        "hokkaido": (Role.PREFECTURE, {"prefecture_id": "01"}),
        "instructor": (Role.INSTRUCTOR, {}),
        "supporter": (Role.SUPPORTER, {}),
        "admin": (Role.ADMINISTRATOR, {}),
    }
    hashed = make_password(SAMPLE_PASSWORD)
    for username, (role, reach) in reaches.items():
        user = User.objects.create(
            username=username,
            password=hashed,
            is_staff=role == Role.ADMINISTRATOR,
            is_superuser=role == Role.ADMINISTRATOR,
        )
        Membership.objects.create(user=user, role=role, **reach)
    Person.objects.filter(pk=instructor.pk).update(user=User.objects.get(username="instructor"))
    Person.objects.filter(pk=supporter.pk).update(user=User.objects.get(username="supporter"))
