"""What forms are counted by: one count for all processes, bounded, over when its time is."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection
from django.utils import timezone

from outreach.people import counting, jobs
from outreach.people.counting import count, counted
from outreach.people.models import FormCount


@pytest.mark.django_db
def test_each_key_is_counted_from_its_first_until_its_time_is_over() -> None:
    assert [count("a", seconds=60) for _n in range(3)] == [1, 2, 3]
    assert (count("b", seconds=60), counted("a"), counted("c")) == (1, 3, 0)
    FormCount.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert counted("a") == 0
    assert [count("a", seconds=60) for _n in range(2)] == [1, 2]


@pytest.mark.django_db
def test_neither_addresses_nor_numbers_are_kept() -> None:
    count("form:apply:203.0.113.7", seconds=60)
    assert "203.0.113.7" not in FormCount.objects.get().key


@pytest.mark.django_db
def test_what_is_over_goes_and_a_flood_from_everywhere_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST_KEYS", 5)
    for n in range(8):
        count(str(n), seconds=60 + n)
    assert jobs.forget_counts() == 3
    assert [counted(str(n)) for n in range(8)] == [0, 0, 0, 1, 1, 1, 1, 1]
    FormCount.objects.update(until=timezone.now())
    assert jobs.forget_counts() == 5
    assert not FormCount.objects.exists()


@contextmanager
def at_once(threads: int, n: int) -> Iterator[None]:
    def work() -> None:
        for _one in range(n):
            count("shared", seconds=600)
        connection.close()

    team = [Thread(target=work) for _one in range(threads)]
    for one in team:
        one.start()
    for one in team:
        one.join()
    yield


@pytest.mark.django_db(transaction=True)
def test_none_is_lost_between_processes_that_count_at_once() -> None:
    """Each thread has a connection of its own, as each process has."""
    with at_once(4, 10):
        assert counted("shared") == 40
