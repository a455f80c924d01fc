"""The six villages of the Northern Territories (北方領土), kept apart from the 1,741.

The Meteorological Agency's areas know the islands as one. Their land is shared among the villages by nearest
settlement of before 1945; the points are approximate.
"""

from dataclasses import dataclass

AREA_CODE = "hoppo"  # of the agency


@dataclass(frozen=True, slots=True)
class Village:
    code: str
    name: str
    kana: str
    district: str
    settlements: tuple[tuple[float, float], ...]  # (lat, lon), the village office first


VILLAGES = (
    Village("01695", "色丹村", "シコタンムラ", "色丹郡", ((43.873, 146.826),)),
    Village("01696", "泊村", "トマリムラ", "国後郡", ((43.735, 145.520), (44.027, 145.860))),
    Village("01697", "留夜別村", "ルヤベツムラ", "国後郡", ((44.190, 146.020), (44.350, 146.250))),
    Village("01698", "留別村", "ルベツムラ", "択捉郡", ((45.030, 147.720), (44.620, 147.100), (44.950, 147.900))),
    Village("01699", "紗那村", "シャナムラ", "紗那郡", ((45.230, 147.880), (45.290, 148.030))),
    Village("01700", "蘂取村", "シベトロムラ", "蘂取郡", ((45.380, 148.550),)),
)
# The Habomai islands belong to 根室市, and no town point stands on them: (lat, lon) to start sampling from.
HABOMAI = ((43.43, 145.91), (43.42, 146.05), (43.40, 146.02), (43.51, 146.15), (43.64, 146.33))
