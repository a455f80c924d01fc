"""A prefecture's towns, as points to draw made-up problems from."""

from geo.gazetteer import gazetteer
from outreach.dispatch.generate import Town


def towns_of(prefecture: str) -> list[Town]:
    """Every town point in a prefecture (two digits); a municipality whose towns aren't known gives its own point."""
    places = gazetteer()
    codes = sorted(code for code in (*places.municipalities, *places.wards) if code.startswith(prefecture))
    towns = [
        Town(places.municipality_of(code), spot.lat, spot.lon)
        for code in codes
        for spot in places.towns(code).values()
        if spot.precision != "vague"
    ]
    known = {town.municipality for town in towns}
    rows = (places.municipalities[code] for code in codes if code in places.municipalities)
    unknown = [row for row in rows if row.code not in known and not row.northern_territories]
    return towns + [Town(row.code, row.lat, row.lon) for row in unknown]
