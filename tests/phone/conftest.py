"""A line with its provider's secret, in office hours unless a test closes the office."""

from collections.abc import Callable

import pytest
from pytest_django.fixtures import Settings

from outreach.classes.models import Session
from outreach.phone import rules
from tests import factories
from tests.phone.line import TOKEN


@pytest.fixture(autouse=True)
def line(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """`line(False)` closes the office."""
    settings.TWILIO_AUTH_TOKEN = TOKEN
    settings.LINE_STAFF_NUMBER = "03-0000-0101"

    def open_office(is_open: bool) -> None:
        monkeypatch.setattr(rules, "office_open", lambda now, hours: is_open)

    open_office(True)
    return open_office


@pytest.fixture
def a_class(db: None) -> Session:
    return factories.session(capacity=2)
