"""Recordings at the provider: fetched and deleted through its own SDK, within a deadline."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from requests.exceptions import RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException

from outreach.contact.gateways.twilio import TWILIO_HOST, twilio_client, within

MOST_BYTES = 5_000_000  # two minutes of speech as MP3 are under one
LISTED = 500


class ProviderTrouble(Exception):
    """It did not work this time; holds no address and no number."""


class Recordings:
    def __init__(self) -> None:
        self.deadline = float(settings.SMS_DEADLINE)
        self.client = twilio_client(self.deadline)

    def download(self, sid: str) -> bytes:
        """The sound as MP3. Raises: ProviderTrouble."""
        try:
            return within(self.deadline, lambda: self._download(sid))
        except (RequestException, TwilioException, TimeoutError, ValueError) as error:
            raise ProviderTrouble(type(error).__name__) from None

    def _download(self, sid: str) -> bytes:
        """The SDK reads bodies as text, so the sound is read by its session, with its credentials."""
        account = self.client.account_sid
        http = self.client.http_client
        url = http.mapped(f"https://{TWILIO_HOST}/2010-04-01/Accounts/{account}/Recordings/{sid}.mp3")
        found = http.session.get(url, auth=self.client.auth, timeout=http.timeout)
        found.raise_for_status()
        if not 0 < len(found.content) <= MOST_BYTES:
            raise ValueError
        return bytes(found.content)

    def remove(self, sid: str) -> None:
        """Delete it there; what is gone already is fine. Raises: ProviderTrouble."""
        try:
            gone = within(self.deadline, lambda: self.client.recordings(sid).delete())
        except TwilioRestException as error:
            if error.status == 404:
                return
            raise ProviderTrouble(type(error).__name__) from None
        except (RequestException, TwilioException, TimeoutError) as error:
            raise ProviderTrouble(type(error).__name__) from None
        if not gone:
            raise ProviderTrouble

    def since(self, moment: datetime) -> Iterator[tuple[str, str]]:
        """(recording, call) made there since `moment`. Raises: ProviderTrouble."""
        try:
            rows = within(self.deadline, lambda: self.client.recordings.list(date_created_after=moment, limit=LISTED))
        except (RequestException, TwilioException, TimeoutError, ValueError, KeyError) as error:
            raise ProviderTrouble(type(error).__name__) from None
        return ((row.sid, row.call_sid) for row in rows if row.sid and row.call_sid)
