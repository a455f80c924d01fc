"""Shows messages on a staff page and sends nothing: the default, and all that sample mode needs."""

from datetime import datetime

from outreach.contact.gateways import Handed, Parcel
from outreach.contact.models import MessageStatus


class ConsoleGateway:
    name = "console"
    reaches_people = False
    may_take_samples = True
    deadline = 1.0

    def send(self, parcel: Parcel) -> Handed:
        return Handed("", MessageStatus.SHOWN)

    def find(self, *, to: str, ref: str, since: datetime) -> Handed | None:
        return None
