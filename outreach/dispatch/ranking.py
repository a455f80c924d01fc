"""Substitutes in order, with rule, weight and reason; and, beside them, who cannot be asked and why. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outreach.dispatch.problem import Instructor, Plan, day_of
from outreach.dispatch.score import Score
from outreach.dispatch.substituting import OtherWays, Standing, Trial, Vacancy, minutes_by_week, nights_of, try_out
from outreach.dispatch.violations import Rule as Broken
from outreach.people import ranking
from outreach.people.ranking import Candidate, Reason, Rule, weigh

TRAVEL = Rule("travel", gettext_lazy("この訪問で増える移動"), 50)
WEEK = Rule("week", gettext_lazy("その週のゆとり"), 20)
LOAD = Rule("load", gettext_lazy("期間の仕事の量"), 15)
SAME_DAY = Rule("same-day", gettext_lazy("その日はもう出かけている"), 15)
FAR_KM = 250  # road there and back that earns no points for travel

WORDS: dict[Broken, str | Promise] = {
    Broken.SKILL_LEAD: gettext_lazy("この講座に要る資格・技能を、その日に持っていません"),
    Broken.SKILL_SECOND: gettext_lazy("この講座に要る資格・技能を、その日に持っていません"),
    Broken.FORBIDDEN: gettext_lazy("この訪問を辞退したか、返事がありませんでした"),
    Broken.WINDOW: gettext_lazy("その日のその時間には出られません（休み・ほかの予定・勤務時間）"),
    Broken.DAY_HOURS: gettext_lazy("1日の拘束時間の上限を超えます"),
    Broken.DAY_SESSIONS: gettext_lazy("1日の回数の上限を超えます"),
    Broken.WEEK_HOURS: gettext_lazy("1週間の拘束時間の上限を超えます"),
    Broken.REST: gettext_lazy("前後の日との間の休みが足りません"),
    Broken.TRAVEL_TIME: gettext_lazy("その日のほかの訪問と、移動が間に合いません"),
    Broken.NO_ROUTE: gettext_lazy("行き来できる道や便がありません"),
    Broken.FERRY_REFUSED: gettext_lazy("船を使わない約束です"),
    Broken.MAX_NIGHTS: gettext_lazy("続けて外泊できる夜の数を超えます"),
    Broken.NIGHT_UNAVAILABLE: gettext_lazy("その夜は外泊できません"),
    Broken.FROZEN_DAY: gettext_lazy("その日の予定は固定されています"),
}
HURT = gettext_lazy("自分の訪問に行けるかどうかが、まだ決まっていません")
OTHERWISE = gettext_lazy("計画の決まりに合いません")


@dataclass(frozen=True)
class Substitute:
    """Who could come instead, what that adds to the plan, and the whole plan with them."""

    candidate: Candidate
    extra_cost: int
    extra_km: float
    plan: Plan

    @property
    def name(self) -> str:
        return f"p{self.candidate.person}"


@dataclass(frozen=True)
class Person:
    """What a page shows of someone beside the reasons."""

    key: int
    name: str
    kana: str
    note: str


def substitutes(
    standing: Standing, vacancy: Vacancy, people: Mapping[str, Person]
) -> tuple[list[Substitute], list[Candidate]]:
    """Those who can come, the fittest first, and those who cannot, with why. `people` by the problem's ids."""
    ways = OtherWays(standing, vacancy)
    able: dict[int, Substitute] = {}
    unable: list[Candidate] = []
    for person in standing.problem.instructors:
        if person.id in people and person.id not in vacancy.crew:
            trial = _trial(standing, vacancy, ways, person.id)
            if trial is None or trial.score is None:
                unable.append(_hindered(people[person.id], trial))
            else:
                found = _substitute(standing, vacancy, person, people[person.id], trial, trial.score)
                able[found.candidate.person] = found
    ranked = [able[one.person] for one in ranking.rank(one.candidate for one in able.values())]
    return ranked, ranking.hindered(unable)


def _trial(standing: Standing, vacancy: Vacancy, ways: OtherWays, name: str) -> Trial | None:
    """By a day trip if that will do, else in another way; None for whom nothing can be said yet."""
    if name in standing.hurt:
        return None
    trial = try_out(standing, vacancy, name)
    return trial if trial.score else ways.instead(trial)


def _hindered(person: Person, trial: Trial | None) -> Candidate:
    words = [WORDS.get(rule, OTHERWISE) for rule in trial.broken] if trial else [HURT]
    return Candidate(
        person.key, person.name, person.kana, hindrances=tuple(dict.fromkeys(map(str, words))), note=person.note
    )


def _substitute(
    standing: Standing, vacancy: Vacancy, person: Instructor, shown: Person, trial: Trial, score: Score
) -> Substitute:
    km = max(0, score.hm - standing.score.hm) / 10
    reasons = (
        _travel(standing, person, trial.plan, km),
        _week(standing, vacancy, person, trial.plan),
        _load(person, score),
        _same_day(standing, vacancy, person),
    )
    candidate = Candidate(shown.key, shown.name, shown.kana, reasons=reasons, note=shown.note)
    penalty = next(visit.penalty for visit in standing.problem.visits if visit.id == vacancy.visit)
    return Substitute(candidate, score.cost - standing.score.cost + penalty, km, trial.plan)


def _travel(standing: Standing, person: Instructor, plan: Plan, km: float) -> Reason:
    """A night away counts as the road that it is worth in the plan's own cost."""
    nights = nights_of(plan, person.id) - nights_of(standing.rest, person.id)
    worth = km + max(0, nights) * standing.problem.weights.night / 10
    words = _("道のり %(km).0fkm が増えます") % {"km": km}
    if nights > 0:
        words = _("道のり %(km).0fkm が増え、%(nights)s泊します") % {"km": km, "nights": nights}
    return weigh(TRAVEL, 1 - worth / FAR_KM, words)


def _week(standing: Standing, vacancy: Vacancy, person: Instructor, plan: Plan) -> Reason:
    week = standing.problem.horizon.week_of(day_of(vacancy.start))
    used = minutes_by_week(standing.problem, plan, person.id).get(week, 0)
    cap = person.week_minutes[week]
    words = _("この訪問を入れて、その週は%(used)s／上限%(cap)s") % {"used": hours(used), "cap": hours(cap)}
    return weigh(WEEK, 1 - used / cap if cap else 0, words)


def _load(person: Instructor, score: Score) -> Reason:
    minutes = dict(score.loads)[person.id]
    wish = person.target_minutes
    words = _("この訪問を入れて、期間の拘束は%(minutes)s（目安%(wish)s）") % {
        "minutes": hours(minutes),
        "wish": hours(wish),
    }
    return weigh(LOAD, 1 - minutes / (wish * 1.5) if wish else 0, words)


def _same_day(standing: Standing, vacancy: Vacancy, person: Instructor) -> Reason:
    day = day_of(vacancy.start)
    out = any(
        duty.day == day and duty.stops
        for trip in standing.rest.trips
        if trip.instructor == person.id
        for duty in trip.days
    )
    words = _("同じ日にほかの訪問があり、回り道で寄れます") if out else _("この訪問のためだけに出かけます")
    return weigh(SAME_DAY, float(out), words)


def hours(minutes: int) -> str:
    return _("%(h)s時間%(m)02d分") % {"h": minutes // 60, "m": minutes % 60}
