"""Paper: a typst sheet and the facts that stand on it become a PDF. Knows no room; each room keeps its own sheets.

A sheet lies in its room and begins with `#import "/paper.typ": *`, which gives it `facts`, fonts and the page.
"""

import json
import re
from pathlib import Path
from typing import Any

import matplotlib_fontja  # type: ignore[import-untyped]
import typst

ROOT = Path(__file__).parent  # what a sheet calls "/"
FONTS = Path(matplotlib_fontja.__file__).parent / "fonts"  # IPAexGothic: also 𠮷 髙 﨑 彅, on a server without fonts
VARIANTS = str.maketrans({"𠮷": "吉"})  # the font lacks the first; on paper the second is the same name
MISSING = re.compile(r'the text `"(.+?)"` could not be displayed')
WEEKDAYS = "月火水木金土日"
REIWA = 2018  # 令和 counts from the year after


class CannotPrint(Exception):
    """A text holds a character that the font does not have. `str()` is that character: a box would be no paper."""


def set_paper(sheet: Path, facts: dict[str, Any]) -> bytes:
    """Set a tagged PDF, which readers for the blind follow (PDF/UA-1): the same bytes for the same facts (law 9).

    `facts` are plain JSON values and must hold `sample`: whether 見本 stands at the head. Raises: CannotPrint.
    """
    words = json.dumps(facts, ensure_ascii=False).translate(VARIANTS)
    try:
        pdf: bytes = typst.compile(
            str(sheet),
            root=str(ROOT),
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
            sys_inputs={"facts": words},
            pdf_standards=["ua-1"],
            timestamp=0,
        )
    except typst.TypstError as error:
        if missing := MISSING.search(str(error)):
            raise CannotPrint(missing[1]) from None
        raise
    return pdf
