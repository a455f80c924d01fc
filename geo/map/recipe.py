"""All that a map's script and style are made from, small enough to stand, signed, in their address.

So every process can make the file that another one's page asks for, and nothing is kept anywhere.
"""

import re
from dataclasses import asdict, dataclass

from django.core import signing

NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
SALT = "geo.map"
Pairs = tuple[tuple[str, str], ...]
Corner = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Recipe:
    name: str
    areas_url: str
    values_url: str
    points_url: str | None
    colours: Pairs
    point_colours: Pairs
    bounds: tuple[Corner, Corner] | None = None
    lines_url: str | None = None
    line_colours: Pairs = ()

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ValueError(f"a map's name becomes a JavaScript name: {self.name!r}")

    def token(self) -> str:
        """Return the recipe as text for an address. Equal recipes give equal text."""
        return signing.Signer(salt=SALT).sign_object(asdict(self), compress=True)

    @classmethod
    def of_token(cls, token: str) -> "Recipe":
        """Undo `token`. Raises: signing.BadSignature."""
        fields = signing.Signer(salt=SALT).unsign_object(token)
        pairs = {name: tuple(map(tuple, fields[name])) for name in ("colours", "point_colours", "line_colours")}
        bounds = fields["bounds"] and tuple(map(tuple, fields["bounds"]))
        return cls(**{**fields, **pairs, "bounds": bounds})
