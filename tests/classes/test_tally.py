"""Eight phones at one door."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from outreach.classes.models import Session
from outreach.classes.services import count_one, uncount_one
from tests import factories


@pytest.mark.django_db(transaction=True)
def test_presses_from_many_phones_at_once_are_all_counted_and_none_twice() -> None:
    session, clerk = factories.session(kind="consultation", entry="drop_in"), factories.user()

    def press(number: int) -> bool:
        try:
            if number % 4 == 3:
                return uncount_one(session=session)
            return count_one(session=session, nonce=f"n{number // 2}", by=clerk)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(press, range(40)))
    counted = sum(ok for number, ok in enumerate(done) if number % 4 != 3)
    taken_back = sum(ok for number, ok in enumerate(done) if number % 4 == 3)
    assert counted == 20  # each pair of numbers shares a nonce; of every other pair one is an undo
    assert Session.objects.get(pk=session.pk).walk_ins == counted - taken_back
