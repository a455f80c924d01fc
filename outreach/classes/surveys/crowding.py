"""Too many for too few hours: seen at once by counting, where a solver would try for ever (the pigeonhole).

Each class needs an hour of a teacher, and a teacher has so many a week. Gaps, halls and roads are left out: what has no
room here has none at all. Classes that find no hour name the districts they crowd with (Hall's theorem).
"""

from collections import defaultdict
from collections.abc import Collection, Iterator

from outreach.classes.surveys.problem import Problem, Slot, fits, slots_of

Class = tuple[int, int]  # district, number
Hour = tuple[int, Slot]  # teacher, half a day


def crowded(problem: Problem, districts: Collection[int]) -> set[int]:
    """Some of `districts` for which there are fewer hours than classes; nothing where counting finds no such."""
    rooms = _Rooms(problem, _hours(problem, districts))
    for one in rooms.hours:
        seen: set[Class] = set()
        if not rooms.place(one, seen):
            return {district for district, _number in seen}
    return set()


def _hours(problem: Problem, districts: Collection[int]) -> dict[Class, list[Hour]]:
    """Every hour that could be each class's."""
    return {
        (want.district, number): [
            (teacher, slot)
            for slot in slots_of(problem, want)
            if (want.hall, slot) not in problem.taken
            for teacher in problem.teachers
            if fits(problem, want, number, slot, teacher)
        ]
        for want in problem.wants
        if want.district in districts
        for number in range(1, len(want.skills) + 1)
    }


class _Rooms:
    """Classes put into hours one by one, moving those already placed where that makes room."""

    def __init__(self, problem: Problem, hours: dict[Class, list[Hour]]) -> None:
        self.hours, self.per_week = hours, problem.per_week
        self.held: dict[Hour, Class] = {}
        self.weeks: dict[tuple[int, tuple[int, int]], set[Hour]] = defaultdict(set)

    def place(self, start: Class, seen: set[Class]) -> bool:
        """Find an hour for `start`, along the shortest chain of moves. `seen` gathers all that stood in the way."""
        came: dict[Class, tuple[Class, Hour, Hour | None]] = {}
        queue = [start]
        seen.add(start)
        for one in queue:
            for hour, in_the_way in self._ways(one):
                if in_the_way is None:
                    self._move(one, hour, came)
                    return True
                other = self.held[in_the_way]
                if other not in seen:
                    seen.add(other)
                    came[other] = (one, hour, in_the_way)
                    queue.append(other)
        return False

    def _ways(self, one: Class) -> Iterator[tuple[Hour, Hour | None]]:
        """Each hour it could take, and whose hour must be given up for it: its own, or any of a full week."""
        for hour in self.hours[one]:
            week = self.weeks[hour[0], hour[1].week]
            if hour in self.held:
                yield hour, hour
            elif len(week) < self.per_week:
                yield hour, None
            else:
                yield from ((hour, other) for other in sorted(week))

    def _move(self, one: Class, hour: Hour, came: dict[Class, tuple[Class, Hour, Hour | None]]) -> None:
        """Put `one` into `hour`, and each along the chain into the hour that its successor left."""
        self._take(one, hour)
        while one in came:
            one, hour, _left = came[one]
            self._take(one, hour)

    def _take(self, one: Class, hour: Hour) -> None:
        for old in [h for h, who in self.held.items() if who == one]:
            del self.held[old]
            self.weeks[old[0], old[1].week].discard(old)
        self.held[hour] = one
        self.weeks[hour[0], hour[1].week].add(hour)
