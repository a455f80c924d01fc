"""What the tests of this room may ask for."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contact.words import ten
from tests.twilio_standin import ACCOUNT_SID, AUTH_TOKEN, SENDER, TwilioStandIn


@pytest.fixture
def twilio(settings: Any) -> Iterator[TwilioStandIn]:
    """A stand-in for Twilio, to which the settings send the SDK."""
    with TwilioStandIn(hang=8) as standin:
        standin.clock = ten  # as those who drain have it, whatever the hour
        settings.SMS_GATEWAY = "twilio"
        settings.TWILIO_API_URL = standin.url
        settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = ACCOUNT_SID, AUTH_TOKEN
        settings.TWILIO_FROM = SENDER
        settings.SMS_DEADLINE = 4
        yield standin
