"""A plan in figures: against what a careful person would do, and against what no plan can beat."""

from dataclasses import dataclass
from math import ceil

from outreach.dispatch.models import PlanVersion

UNITS_A_KM = 10  # one unit of cost is what 100 m of road costs


@dataclass(frozen=True)
class Load:
    """Minutes on duty of one person; more than `wish` is a burden. `share` of the heaviest load, in percent."""

    person: int
    minutes: int
    wish: int
    share: int

    @property
    def over(self) -> int:
        return max(0, self.minutes - self.wish)


@dataclass(frozen=True)
class Figures:
    """Of one version. Costs are in cost units; `None` where it was not worked out."""

    cost: int
    hm: int
    road_minutes: int
    served: int
    unserved: int
    bound: int | None
    baseline: "Figures | None"
    loads: tuple[Load, ...] = ()

    @property
    def km(self) -> float:
        return self.hm / 10

    @property
    def road_hours(self) -> float:
        return self.road_minutes / 60

    @property
    def km_a_visit(self) -> float | None:
        return self.km / self.served if self.served else None

    @property
    def cost_km(self) -> int:
        return round(self.cost / UNITS_A_KM)

    @property
    def gap_km(self) -> int | None:
        """By how much, in km of road, a better plan could be cheaper at most, rounded up; None: not known."""
        return None if self.bound is None else ceil(max(0, self.cost - self.bound) / UNITS_A_KM)

    @property
    def gap_percent(self) -> float | None:
        """The same as a share of the plan's own cost, rounded up to a tenth."""
        if self.bound is None or self.cost <= 0:
            return None
        return ceil(max(0, self.cost - self.bound) * 1000 / self.cost) / 10

    @property
    def proven(self) -> bool:
        return self.bound is not None and self.bound >= self.cost

    @property
    def fewer(self) -> int:
        """Requests that the baseline serves beyond this plan."""
        return max(0, self.baseline.served - self.served) if self.baseline else 0

    @property
    def saved_km_a_visit(self) -> float | None:
        """Km saved on each visit against the baseline, which may serve another number of them."""
        if self.baseline is None or self.km_a_visit is None or self.baseline.km_a_visit is None:
            return None
        return self.baseline.km_a_visit - self.km_a_visit


@dataclass(frozen=True)
class Travelled:
    """Of the days that instructors wrote down: how many, and planned against really travelled."""

    days: int
    planned_km: float
    km: float
    planned_minutes: int
    minutes: int


def loads_of(raw: dict[str, list[int]]) -> tuple[Load, ...]:
    """From a version's `loads`, the heaviest first."""
    most = max((minutes for minutes, _wish in raw.values()), default=0)
    rows = [
        Load(int(person), minutes, wish, round(100 * minutes / most) if most else 0)
        for person, (minutes, wish) in raw.items()
    ]
    return tuple(sorted(rows, key=lambda load: (-load.minutes, load.person)))


def figures_of(version: PlanVersion) -> Figures:
    """Of a version; its bound is the better of what holds for every answer and what its own solver proved."""
    known = version.problem.baseline
    bounds = [bound for bound in (version.bound, version.problem.bound) if bound is not None]
    return Figures(
        cost=version.cost,
        hm=version.hm,
        road_minutes=version.road_minutes,
        served=version.served,
        unserved=version.unserved,
        bound=max(bounds, default=None),
        baseline=Figures(**known, bound=None, baseline=None) if known else None,
        loads=loads_of(version.loads),
    )
