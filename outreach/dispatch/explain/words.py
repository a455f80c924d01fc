"""Explanations in plain Japanese. `Names` says what people, places, visits and skills are called."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from outreach import dates
from outreach.dispatch.explain.changes import NEWCOMER, Change, Kind
from outreach.dispatch.explain.reasons import Diagnosis, Why
from outreach.dispatch.problem import DAY_MINUTES

WHY: dict[Why, Promise] = {
    Why.NOTHING: _l("行けます"),
    Why.PARTNER: _l("行けますが、いっしょに行く人がいません"),
    Why.BUSY: _l("ほかの訪問で埋まっています"),
    Why.WEEK: _l("その週の時間を使い切っています"),
    Why.LOCKED: _l("固定された訪問か、固定された日で埋まっています"),
    Why.REACH: _l("遠くて、1日の時間に収まりません"),
    Why.FERRY: _l("船を使えないか、間に合う便がありません"),
    Why.OFF: _l("候補の日に出られません"),
    Why.DECLINED: _l("この訪問を断っています"),
    Why.SKILL: _l("必要な資格がありません"),
}


@dataclass(frozen=True)
class Names:
    """`of`: names by id of the problem. `first`: the horizon's first day."""

    of: Mapping[str, str]
    skills: Mapping[str, str]
    first: date

    def name(self, key: str | None) -> str:
        return self.of.get(key or "", key or "")

    def person(self, key: str) -> str:
        """With さん; who doesn't exist yet has no name."""
        return _("新しい講師") if key.startswith(NEWCOMER) else _("%(name)sさん") % {"name": self.name(key)}

    def skill(self, code: str | None) -> str:
        return self.skills.get(code or "", code or "")

    def day(self, day: int | None) -> str:
        """12月3日（木）."""
        return dates.short_date(self.first + timedelta(days=day or 0))

    def clock(self, start: int | None) -> str:
        minute = (start or 0) % DAY_MINUTES
        return f"{self.day((start or 0) // DAY_MINUTES)} {minute // 60}:{minute % 60:02d}"

    def clock_at(self, start: int, place: str | None) -> str:
        """With the venue, where it could be another: 12月3日（木） 9:30（中央公民館）."""
        if place is None:
            return self.clock(start)
        return _("%(at)s（%(place)s）") % {"at": self.clock(start), "place": self.name(place)}


def headline(found: Diagnosis, names: Names) -> str:
    """The one reason, in a sentence."""
    if found.missing:
        skills = dates.listed(names.skill(skill) for skill in found.missing)
        return _("必要な資格（%(skills)s）を持つ講師が、この期間にひとりもいません。") % {"skills": skills}
    least = min(found.counts, default=Why.SKILL)
    if least == Why.NOTHING and (found.extra or 0) >= 0:
        return _("行ける講師はいますが、行くための費用が、行かないときの重みより大きいので、見送られています。")
    return {
        Why.NOTHING: _("行ける講師がいます。計画し直すか、手で入れてください。"),
        Why.PARTNER: _("主担当か副担当のどちらかしか、同じ時刻に来られません。"),
        Why.BUSY: _("行ける講師は、候補の日時がほかの訪問で埋まっています。"),
        Why.WEEK: _("行ける講師は、その週の時間を使い切っています。"),
        Why.LOCKED: _("行ける講師の日は、固定されているか、固定された訪問で埋まっています。"),
        Why.REACH: _("資格のある講師は、どの候補の日も、遠くて1日の時間に収まりません。"),
        Why.FERRY: _("資格のある講師は、船を使えないか、間に合う便がありません。"),
        Why.OFF: _("資格のある講師は、候補の日にはだれも出られません。"),
        Why.DECLINED: _("資格のある講師は、この訪問を断っています。"),
        Why.SKILL: _("候補の日に、必要な資格をすべて持つ講師がいません。"),
    }[least]


def title(change: Change, names: Names) -> str:
    """What to change, in a sentence."""
    person, day, hours = names.name(change.person), names.day(change.day), change.minutes // 60
    km = f"{change.hm / 10:.0f}"
    if change.kind == Kind.UNLOCK and change.other:
        return _("固定した訪問「%(visit)s」の固定を外し、動かす") % {"visit": names.name(change.other)}
    if change.kind == Kind.OPENING and change.place:
        said = _("会場「%(place)s」を、%(start)sにも使えるようにする")
        return said % {"place": names.name(change.place), "start": names.clock(change.start)}
    if change.kind == Kind.NEWCOMER and not change.hm:
        return _("会場と同じ町に、資格のある講師を%(n)s人ふやす") % {"n": change.count}
    words = {
        Kind.PUT_IN: _("このまま計画に入れる"),
        Kind.OPENING: _("会場を、%(start)sにも使えるようにする"),
        Kind.SESSIONS: _("%(person)sさんに、%(day)sだけ、1日の回数を%(sessions)s回ふやしてもらう"),
        Kind.HOURS: _("%(person)sさんに、%(day)sだけ、あと%(hours)s時間まで長く働いてもらう"),
        Kind.UNLOCK: _("%(person)sさんの%(day)sの固定を外す"),
        Kind.FERRY: _("%(person)sさんに、船で島へ行ってもらう"),
        Kind.DAY: _("%(person)sさんに、休みの%(day)sに出てもらう"),
        Kind.NIGHT: _("%(person)sさんに、%(day)sの前後で%(nights)s泊まで外泊してもらう"),
        Kind.SKILL: _("%(person)sさんに「%(skill)s」の資格を取ってもらう"),
        Kind.NEWCOMER: _("道のり%(km)skm以内に住む、資格のある講師を%(n)s人ふやす"),
    }[change.kind]
    return words % {
        "person": person, "day": day, "hours": hours, "sessions": change.minutes, "nights": change.count,
        "skill": names.skill(change.skill), "place": names.name(change.place), "start": names.clock(change.start),
        "km": km, "n": change.count,
    }  # fmt: skip


def outcome(crew: Iterable[str], when: str, names: Names) -> str:
    """Who would then go when, and what it comes to: shown by the plan that `check` accepted."""
    people = dates.listed(names.person(name) for name in crew)
    said = _("そうすると、%(crew)sが%(start)sから行けます。ほかの訪問は、ひとつも減りません。")
    return said % {"crew": people, "start": when}


def cost(extra: int) -> str:
    """A difference in cost as kilometres of road, since one unit is 100 m."""
    km = f"{abs(extra) / 10:,.0f}"
    if extra <= 0:
        return _("計画の費用は、道のり%(km)skm分だけ下がります。") % {"km": km}
    return _("計画の費用は、道のり%(km)skm分だけ上がります（行かないときの重みより高くつきます）。") % {"km": km}
