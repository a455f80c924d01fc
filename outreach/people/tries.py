"""Guessing a number that opens something is stopped: wrong tries are counted by address and by what was guessed at."""

import hashlib
import hmac
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.people.models import FailedTry

WINDOW = timedelta(minutes=15)
KEPT = timedelta(days=1)
TRIES_PER_ADDRESS = 30  # a hall or a relay service shares one
TRIES_PER_REFERENCE = 5


class TooManyTries(Exception):
    """Too many wrong tries lately. `str()` is for whoever tries."""


class Guard:
    """Watches tries at one reference from one address. Only failures count, so that a busy hall is not barred."""

    def __init__(self, *, address: str, reference: str) -> None:
        self._limits = {
            hashed("address", address): TRIES_PER_ADDRESS,
            hashed("reference", reference): TRIES_PER_REFERENCE,
        }

    def check(self) -> None:
        """Raises: TooManyTries."""
        since = timezone.now() - WINDOW
        for key, limit in self._limits.items():
            if FailedTry.objects.filter(key=key, at__gte=since).count() >= limit:
                raise TooManyTries(
                    _("番号のまちがいが続いたため、15分ほど確認を止めています。お急ぎの方はお電話ください。")
                )

    def failed(self) -> None:
        FailedTry.objects.bulk_create([FailedTry(key=key) for key in self._limits])


def forget_tries(*, now: datetime) -> None:
    FailedTry.objects.filter(at__lt=now - KEPT).delete()


def hashed(kind: str, value: str) -> str:
    """A keyed hash: neither addresses nor references are kept."""
    return hmac.new(settings.SECRET_KEY.encode(), f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()
