"""The tables of the room, a file a topic."""

from geo.models.areas import Municipality, Prefecture
from geo.models.shops import CarrierShop, Population, ShopSurvey, ShopSurveyEntry

__all__ = ["CarrierShop", "Municipality", "Population", "Prefecture", "ShopSurvey", "ShopSurveyEntry"]
