"""A failure is logged whole, but for the person whom it concerns."""

import logging

import pytest
from django.db import IntegrityError, connection, transaction

from backend.logs import LineFormatter
from outreach.registration.models import Resident

PHONE = "+819000004321"


def logged(error: BaseException) -> str:
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "booking failed: %s", (error,), None)
    record.exc_info = (type(error), error, error.__traceback__)
    return LineFormatter("%(levelname)s %(message)s").format(record)


@pytest.mark.parametrize(
    "detail",
    [
        f"Key (phone, kana)=({PHONE}, ヤマダ) already exists.",
        f"Failing row contains (1, 山田, {PHONE}, 一行目\n\n二行目 {PHONE}).\nCONTEXT:  SQL statement",
    ],
)
def test_what_the_database_names_is_left_out(detail: str) -> None:
    try:
        try:
            raise ValueError(f"violates a constraint\nDETAIL:  {detail}")
        except ValueError as cause:
            raise RuntimeError("and so it ended") from cause
    except RuntimeError as error:
        text = logged(error)
    assert PHONE not in text
    assert "violates a constraint" in text
    assert "and so it ended" in text
    assert text.count("DETAIL: (left out)") == 1


@pytest.mark.django_db
def test_a_broken_constraint_names_nobody() -> None:
    """On PostgreSQL the error itself holds the number; on SQLite it never did."""
    row = {"phone": PHONE, "kana": "ヤマダ ハナコ", "name": "山田 花子"}
    Resident.objects.create(**row)
    with pytest.raises(IntegrityError) as broken, transaction.atomic():
        Resident.objects.create(**row)
    assert (PHONE in str(broken.value)) == (connection.vendor == "postgresql")
    text = logged(broken.value)
    assert PHONE not in text
    assert "ヤマダ" not in text
    assert "IntegrityError" in text
