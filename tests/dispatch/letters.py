"""What a town hall writes, for tests."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from outreach.dispatch import services
from outreach.dispatch.forms import LetterForm
from outreach.dispatch.models import DispatchRequest, RequestLetter
from tests import factories
from tests.dispatch import rows


def written(**changes: Any) -> dict[str, list[str]]:
    """A letter's form, filled in; `v2__name` is the second venue's name."""
    first = rows.monday()
    values: dict[str, Any] = {
        "asked_by": "猿払村役場 福祉課",
        "contact_name": "浜辺 文子",
        "contact_phone": "03-0000-0101",
        "courses": [factories.course().pk],
        "sessions": "1",
        "heads": "12",
        "learners_65": "9",
        "earliest": first.isoformat(),
        "latest": (first + timedelta(days=6)).isoformat(),
        "v1-name": "交流センター",
        "v1-address": "浜鬼志別 1-1",
        "v1-weekdays": ["0", "1", "2", "3", "4", "7"],
        "v1-opens": "09:00",
        "v1-closes": "17:00",
        **{name.replace("__", "-"): value for name, value in changes.items()},
    }
    return {name: value if isinstance(value, list) else [value] for name, value in values.items()}


def form(**changes: Any) -> LetterForm:
    return LetterForm(written(**changes), town=factories.municipality())


def letter(*, key: str = "", channel: str = "web", **changes: Any) -> RequestLetter:
    """One that waits."""
    filled = form(**changes)
    assert filled.is_valid(), (filled.errors, [venue.errors for venue in filled.venues])
    key = key or f"test:{next(rows.serial)}"
    return services.receive_letter(key=key, asked=filled.asked(), written=filled.written(), channel=channel)[0]


def accepted(**changes: Any) -> tuple[RequestLetter, list[DispatchRequest]]:
    factories.programme_year(timezone.localdate())
    made = letter(**changes)
    asked = LetterForm(made.written, town=made.municipality)
    assert asked.is_valid()
    return made, services.accept_letter(
        letter=made, asked=asked.asked(), organisation=factories.organisation(), by=None
    )
