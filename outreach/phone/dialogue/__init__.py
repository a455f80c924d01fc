"""The inbound line's conversation as pure data. Callers need what is named here."""

from outreach.phone.dialogue.machine import start, step
from outreach.phone.dialogue.state import Place, State, Turn

__all__ = ["Place", "State", "Turn", "start", "step"]
