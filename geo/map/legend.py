"""What the colours of a map mean."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """A class of areas, points or lines: the key in the values, its words (may be lazy), its colour as #rrggbb.

    Choose colours that a colour-blind reader and a grey print keep apart (Okabe and Ito's, light against dark).
    """

    key: str
    label: str
    colour: str
    shape: Literal["area", "point", "line"] = "area"
    dash: str = ""  # of a line, as SVG writes it; the map dashes each further round of eight by itself
