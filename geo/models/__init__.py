"""The tables of the room, a file a topic."""

from geo.models.areas import BoundarySet, Municipality, OldCode, Prefecture, Ward
from geo.models.shops import CarrierShop, Population, ShopSurvey, ShopSurveyEntry

__all__ = [
    "BoundarySet",
    "CarrierShop",
    "Municipality",
    "OldCode",
    "Population",
    "Prefecture",
    "ShopSurvey",
    "ShopSurveyEntry",
    "Ward",
]
