"""A caller: rings our webhooks as the provider does, signed, and follows what the TwiML says."""

import secrets
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client
from twilio.request_validator import RequestValidator

from tests.twilio_standin import AUTH_TOKEN

TOKEN = AUTH_TOKEN
OFFICE = "+81300000100"
Post = Callable[[str, dict[str, str], dict[str, str]], tuple[int, str]]


def by_client(path: str, fields: dict[str, str], headers: dict[str, str]) -> tuple[int, str]:
    answer = Client(headers=headers).post(path, fields)
    return answer.status_code, answer.content.decode()


@dataclass
class Caller:
    """One call. `number` empty: withheld. Each step keeps the answer, as TwiML, in `heard`."""

    number: str = "+819000000001"
    post: Post = by_client
    token: str = TOKEN
    sid: str = field(default_factory=lambda: "CA" + secrets.token_hex(16))
    path: str = ""
    heard: str = ""
    status: int = 0

    def send(self, path: str, **fields: str) -> tuple[int, str]:
        """Post without following; returns the status and the body."""
        everything = {"CallSid": self.sid, "From": self.number or "anonymous", "To": OFFICE, **fields}
        signature = RequestValidator(self.token).compute_signature(settings.PUBLIC_URL + path, everything)
        return self.post(path, everything, {"X-Twilio-Signature": signature})

    def ring(self) -> "Caller":
        return self._follow("/phone/ring/", {})

    def press(self, *keys: str) -> "Caller":
        for one in keys:
            self._follow(self.path, {"Digits": one})
        return self

    def wait(self) -> "Caller":
        return self._follow(self.path, {"Digits": ""})

    def speak(self, recording: str, keys: str = "#") -> "Caller":
        return self._follow(self.path, {"RecordingSid": recording, "Digits": keys, "RecordingDuration": "3"})

    def dialled(self, status: str) -> "Caller":
        return self._follow(self.path, {"DialCallStatus": status})

    def hang_up(self) -> None:
        self.status, _body = self.send("/phone/ended/", CallStatus="completed")

    def _follow(self, path: str, fields: dict[str, str]) -> "Caller":
        self.status, self.heard = self.send(path, **fields)
        if self.status == 200:
            self.path = self.next_path()
        return self

    def next_path(self) -> str:
        actions = [e.get("action") for e in self.verbs if e.get("action")]
        return urlsplit(actions[0] or "").path if actions else ""

    @property
    def verbs(self) -> list[Any]:
        return list(ET.fromstring(self.heard))  # noqa: S314

    @property
    def words(self) -> str:
        return "".join(ET.fromstring(self.heard).itertext())  # noqa: S314


def recording() -> str:
    return "RE" + secrets.token_hex(16)
