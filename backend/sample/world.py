"""Where the sample country's people and shops are: invented, and marked so on every row."""

from datetime import date
from random import Random

from geo.models import CarrierShop, Municipality, Population, ShopSurvey, ShopSurveyEntry

SHOPLESS = 750
SURVEYED = date(2021, 11, 10)
SOURCE = "見本データ（架空）"
CARRIERS = ["みほんモバイルA", "みほんモバイルB", "みほんモバイルC"]
TYPICAL = {"city": 70_000, "town": 12_000, "village": 3_000, "special_ward": 250_000}


def seed_population(rng: Random) -> dict[str, int]:
    """Invent a population for each of the 1,741; returns it by code."""
    rows = []
    for town in Municipality.objects.of_today():
        total = max(150, int(TYPICAL[town.kind] * rng.lognormvariate(0, 0.7)))
        old = int(total * min(0.6, max(0.2, rng.gauss(0.42 - 0.02 * (total > 30_000) * 5, 0.06))))
        rows.append(
            Population(
                municipality=town, as_of=date(2022, 1, 1), total=total, over_65=old, over_75=old // 2,
                source=SOURCE, sample=True,
            )
        )  # fmt: skip
    Population.objects.bulk_create(rows, batch_size=500)
    return {row.municipality_id: row.total for row in rows}


def seed_shops(rng: Random, population: dict[str, int]) -> list[str]:
    """Give every municipality but the 750 smallest a shop or more, and survey them; returns the shopless codes."""
    shopless = sorted(population, key=lambda code: (population[code], code))[:SHOPLESS]
    without = set(shopless)
    shops = [
        _shop(rng, town, number)
        for town in Municipality.objects.of_today()
        if town.code not in without
        for number in range(1 + min(8, population[town.code] // 40_000))
    ]
    CarrierShop.objects.bulk_create(shops, batch_size=500)
    survey = ShopSurvey.objects.create(as_of=SURVEYED, source=SOURCE, sample=True)
    ShopSurveyEntry.objects.bulk_create(
        [ShopSurveyEntry(survey=survey, municipality_id=code) for code in shopless], batch_size=500
    )
    return shopless


def _shop(rng: Random, town: Municipality, number: int) -> CarrierShop:
    carrier = rng.choice(CARRIERS)
    return CarrierShop(
        key=f"sample-{town.code}-{number}",
        name=f"{carrier} {town.name}{number + 1}号店",
        carrier=carrier,
        address=town.name,
        municipality=town,
        lat=town.lat + rng.uniform(-0.002, 0.002),
        lon=town.lon + rng.uniform(-0.002, 0.002),
        precision=CarrierShop.Precision.POINT,
        opened=date(2015, 4, 1),
        source=SOURCE,
        sample=True,
    )
