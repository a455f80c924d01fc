"""Nobody is in two places (law 2): by the service, by the database, and under concurrency."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection

from outreach.people.models import Engagement, Person
from outreach.people.overlap import missing_guards
from outreach.people.services import PersonBusy, engage, release
from tests import factories

NOON = factories.next_week(12)
HOUR = timedelta(hours=1)
SAPPORO, SARUFUTSU = (43.06, 141.35), (45.33, 142.11)


def put(person: Person, start: datetime, subject: str, place: tuple[float, float] | None = None) -> Engagement:
    return engage(person=person, starts_at=start, ends_at=start + HOUR, subject=subject, place=place)


@pytest.mark.django_db
def test_back_to_back_is_fine() -> None:
    person = factories.person()
    put(person, NOON, "session:1")
    put(person, NOON + HOUR, "session:2")
    assert person.engagements.count() == 2


@pytest.mark.django_db
def test_an_overlap_is_refused_in_words() -> None:
    person = factories.person()
    put(person, NOON, "session:1")
    with pytest.raises(PersonBusy, match="別の予定"):
        put(person, NOON + HOUR / 2, "session:2")


@pytest.mark.django_db
def test_the_road_between_two_places_must_fit_into_the_gap() -> None:
    person = factories.person()
    put(person, NOON, "session:1", SAPPORO)
    with pytest.raises(PersonBusy, match="移動"):
        put(person, NOON + 2 * HOUR, "session:2", SARUFUTSU)
    put(person, NOON + 2 * HOUR, "session:3", SAPPORO)


@pytest.mark.django_db
def test_released_time_is_free_again() -> None:
    person = factories.person()
    put(person, NOON, "session:1")
    assert release(subject="session:1") == 1
    assert put(person, NOON, "session:2").pk


@pytest.mark.django_db
def test_the_database_itself_refuses_an_overlap_behind_the_service() -> None:
    person = factories.person()
    put(person, NOON, "session:1")
    with pytest.raises(IntegrityError, match="no_overlap"):
        Engagement.objects.create(person=person, starts_at=NOON - HOUR, ends_at=NOON + HOUR / 2, subject="session:2")


@pytest.mark.django_db
def test_the_database_refuses_to_move_one_engagement_onto_another() -> None:
    person = factories.person()
    put(person, NOON, "session:1")
    second = put(person, NOON + 3 * HOUR, "session:2")
    with pytest.raises(IntegrityError, match="no_overlap"):
        Engagement.objects.filter(pk=second.pk).update(starts_at=NOON, ends_at=NOON + HOUR)


@pytest.mark.django_db
def test_every_guard_stands_after_migrate() -> None:
    assert missing_guards() == []


@pytest.mark.django_db
def test_a_database_from_before_a_guard_was_thought_of_can_be_migrated() -> None:
    with connection.cursor() as cursor:
        on = " ON registration_pointentry" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER registration_pointentry_append_only{on}")
    assert missing_guards() == ["registration_pointentry_append_only"]
    call_command("migrate", verbosity=0, skip_checks=False)  # as from the shell
    assert missing_guards() == []


@pytest.mark.django_db(transaction=True)
def test_of_eight_at_once_one_gets_the_person() -> None:
    person = factories.person()

    def attempt(number: int) -> bool:
        try:
            put(person, NOON + number * HOUR / 10, f"session:{number}")
        except PersonBusy:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(attempt, range(8)))
    assert won.count(True) == 1
    assert Engagement.objects.filter(person=person).count() == 1
