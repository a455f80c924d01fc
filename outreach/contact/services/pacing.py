"""How fast: slots of a gateway's allowed rate, shared by every worker through one row."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from outreach.contact.models import Pace
from outreach.contact.queries import yen_spent_in_month
from outreach.contact.rules import JAPAN

Clock = Callable[[], datetime]
Sleep = Callable[[float], None]


@dataclass(frozen=True)
class Limits:
    """What one gateway may do over all workers; 0 a day or a month: no limit."""

    per_second: int
    per_day: int
    yen_per_month: int


def limits_of(gateway: str) -> Limits:
    """E-mail has limits of its own, and costs nothing: a spent budget for SMS must not keep it back."""
    if gateway == "mail":
        return Limits(settings.MAILS_PER_SECOND, settings.MAILS_PER_DAY, 0)
    return Limits(settings.MESSAGES_PER_SECOND, settings.MESSAGES_PER_DAY, settings.SMS_YEN_PER_MONTH)


class Pacer:
    """Makes one drain wait its turn, as the gateway's limits are over all workers."""

    def __init__(self, gateway: str, clock: Clock, sleep: Sleep) -> None:
        self.gateway, self.clock, self.sleep = gateway, clock, sleep
        self._reserved: Iterator[datetime] = iter(())
        self._slot: datetime | None = None

    def wait(self) -> bool:
        """Sleep until the next message may go; False where the day's or the month's share is used up."""
        if self._slot is None:
            self._slot = next(self._reserved, None) or self._reserve()
        if self._slot is None:
            return False
        if (seconds := (self._slot - self.clock()).total_seconds()) > 0:
            self.sleep(seconds)
        return True

    def spend(self) -> None:
        """The slot waited for was used: the next message waits for another."""
        self._slot = None

    def _reserve(self) -> datetime | None:
        now, limits = self.clock(), limits_of(self.gateway)
        if limits.yen_per_month and yen_spent_in_month(now) >= limits.yen_per_month:
            return None
        self._reserved = reserve_slots(
            gateway=self.gateway,
            count=max(limits.per_second // 4, 1),  # a killed worker wastes a quarter of a second at most
            per_second=limits.per_second,
            per_day=limits.per_day,
            now=now,
        )
        return next(self._reserved, None)


@transaction.atomic
def reserve_slots(*, gateway: str, count: int, per_second: int, per_day: int, now: datetime) -> Iterator[datetime]:
    """Reserve up to `count` instants at which one message each may be sent; fewer where the day's share is used up.

    `per_day`: 0 for no limit. Slots that are reserved and not used are lost: ask for few at a time.
    """
    today = now.astimezone(JAPAN).date()
    pace = Pace.objects.select_for_update().filter(gateway=gateway).first()
    if pace is None:
        Pace.objects.get_or_create(gateway=gateway, defaults={"free_at": now, "day": today})
        pace = Pace.objects.select_for_update().get(gateway=gateway)
    used = pace.sent_on_day if pace.day == today else 0
    granted = min(count, max(per_day - used, 0)) if per_day else count
    first, step = max(pace.free_at, now), timedelta(seconds=1 / per_second)
    pace.free_at, pace.day, pace.sent_on_day = first + granted * step, today, used + granted
    pace.save()
    return iter([first + i * step for i in range(granted)])
