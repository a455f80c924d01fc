"""The tables of the room, a file a topic."""

from geo.models.areas import Municipality, Prefecture

__all__ = ["Municipality", "Prefecture"]
