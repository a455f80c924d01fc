"""A prefecture's towns, as points to draw made-up problems from."""

from geo.areas.sources import read_towns
from outreach.dispatch.generate import Town


def towns_of(prefecture: str) -> list[Town]:
    """Every town point in a prefecture (two digits), from the package that geo's areas are built from."""
    return [Town(town.code, town.lat, town.lon) for town in read_towns() if town.code.startswith(prefecture)]
