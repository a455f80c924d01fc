"""The rules of a plan by stable id, and how a broken one is told. `docs/dispatch-problem.md` defines each."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from outreach.dispatch.problem import DAY_MINUTES, Horizon


class Rule(StrEnum):
    VERSION = "version"
    WRONG_PROBLEM = "wrong-problem"
    UNKNOWN_INSTRUCTOR = "unknown-instructor"
    UNKNOWN_VISIT = "unknown-visit"
    HOME = "home"
    TRIP_DAYS = "trip-days"
    EMPTY_DAY = "empty-day"
    STOP_DAY = "stop-day"
    START = "start"
    PLACE = "place"
    TRAVEL_TIME = "travel-time"
    NO_ROUTE = "no-route"
    FERRY_REFUSED = "ferry-refused"
    WINDOW = "window"
    DAY_HOURS = "day-hours"
    DAY_SESSIONS = "day-sessions"
    MAX_NIGHTS = "max-nights"
    NIGHT_UNAVAILABLE = "night-unavailable"
    NO_INN = "no-inn"
    ONE_TRIP_A_DAY = "one-trip-a-day"
    REST = "rest"
    WEEK_HOURS = "week-hours"
    VISIT_TWICE = "visit-twice"
    CREW_SIZE = "crew-size"
    LEAD = "lead"
    CREW_TRIPS = "crew-trips"
    SKILL_LEAD = "skill-lead"
    SKILL_SECOND = "skill-second"
    FORBIDDEN = "forbidden"
    LOCK = "lock"
    FROZEN_DAY = "frozen-day"
    FIGURES = "figures"
    BOUND = "bound"


def gettext_noop(text: str) -> str:
    """Marks a sentence for the catalogue. By that name, which `makemessages` knows; this module knows no Django."""
    return text


WORDS: dict[Rule, str] = {
    Rule.VERSION: gettext_noop("計画の形式の版（{got}）が、問題の版（{want}）と違います。"),
    Rule.WRONG_PROBLEM: gettext_noop("この計画は、別の問題に対して作られたものです。"),
    Rule.UNKNOWN_INSTRUCTOR: gettext_noop("講師「{instructor}」は、問題にいません。"),
    Rule.UNKNOWN_VISIT: gettext_noop("訪問「{visit}」は、問題にありません。"),
    Rule.HOME: gettext_noop("「{home}」は、講師「{instructor}」の拠点ではありません。"),
    Rule.TRIP_DAYS: gettext_noop("講師「{instructor}」の行程の日が、期間内の続いた日になっていません。"),
    Rule.EMPTY_DAY: gettext_noop(
        "講師「{instructor}」の{day}には訪問がありません。移動だけの日は、泊まりの初日か最終日だけです。"
    ),
    Rule.STOP_DAY: gettext_noop("訪問「{visit}」の開始（{time}）が、行程の日（{day}）と違います。"),
    Rule.START: gettext_noop("訪問「{visit}」の開始（{time}）は、候補の日時にありません。"),
    Rule.PLACE: gettext_noop("訪問「{visit}」のその日時の会場は「{want}」ですが、計画では「{place}」になっています。"),
    Rule.TRAVEL_TIME: gettext_noop(
        "講師「{instructor}」は、訪問「{visit}」に{time}までに着けません（着くのは{late}分あと）。"
    ),
    Rule.NO_ROUTE: gettext_noop(
        "講師「{instructor}」が「{origin}」から「{destination}」へ行く便がありません（{day}）。"
    ),
    Rule.FERRY_REFUSED: gettext_noop(
        "講師「{instructor}」は船を使わない約束ですが、航路「{ferry}」に乗ることになっています。"
    ),
    Rule.WINDOW: gettext_noop("講師「{instructor}」の{day}の行程（{leave}～{back}）が、出られる時間に収まりません。"),
    Rule.DAY_HOURS: gettext_noop("講師「{instructor}」の{day}の拘束は{got}分で、1日の上限{limit}分を超えます。"),
    Rule.DAY_SESSIONS: gettext_noop("講師「{instructor}」の{day}の回数は{got}回で、1日の上限{limit}回を超えます。"),
    Rule.MAX_NIGHTS: gettext_noop("講師「{instructor}」の行程は{got}泊で、上限{limit}泊を超えます。"),
    Rule.NIGHT_UNAVAILABLE: gettext_noop("講師「{instructor}」は、{day}の夜は外泊できません。"),
    Rule.NO_INN: gettext_noop("「{place}」には泊まる所がありません（講師「{instructor}」、{day}）。"),
    Rule.ONE_TRIP_A_DAY: gettext_noop("講師「{instructor}」に、{day}の行程が二つ以上あります。"),
    Rule.REST: gettext_noop(
        "講師「{instructor}」の{day}の終わりから翌日までの休みは{got}分で、必要な{limit}分に足りません。"
    ),
    Rule.WEEK_HOURS: gettext_noop("講師「{instructor}」の第{week}週の拘束は{got}分で、上限{limit}分を超えます。"),
    Rule.VISIT_TWICE: gettext_noop("訪問「{visit}」が二度入っています（{who}）。"),
    Rule.CREW_SIZE: gettext_noop("訪問「{visit}」には講師が{want}人必要ですが、{got}人です。"),
    Rule.LEAD: gettext_noop("訪問「{visit}」の主担当「{lead}」が、担当の講師の中にいません。"),
    Rule.CREW_TRIPS: gettext_noop(
        "訪問「{visit}」の担当（{listed}）と、行程に入っている講師（{travelling}）が合いません。"
    ),
    Rule.SKILL_LEAD: gettext_noop(
        "訪問「{visit}」の主担当「{instructor}」は、その日に必要な資格「{skill}」を持っていません。"
    ),
    Rule.SKILL_SECOND: gettext_noop(
        "訪問「{visit}」の副担当「{instructor}」は、その日に必要な資格「{skill}」を持っていません。"
    ),
    Rule.FORBIDDEN: gettext_noop("講師「{instructor}」は、訪問「{visit}」に行けないことになっています。"),
    Rule.LOCK: gettext_noop("訪問「{visit}」の固定した内容（{what}）が守られていません。"),
    Rule.FROZEN_DAY: gettext_noop(
        "講師「{instructor}」の{day}は固定されていますが、固定していない訪問「{visit}」が入っています。"
    ),
    Rule.FIGURES: gettext_noop("計画に書かれた{name}（{got}）が、計算した値（{want}）と違います。"),
    Rule.BOUND: gettext_noop("計画に書かれた下界（{got}）が、費用（{cost}）を超えています。"),
}


# Values of some sentences that are words themselves.
PARTS = (
    gettext_noop("行くこと"),
    gettext_noop("開始の日時"),
    gettext_noop("主担当"),
    gettext_noop("副担当"),
    gettext_noop("なし"),
    gettext_noop("訪問の表"),
    gettext_noop("費用"),
    gettext_noop("訪問数"),
    gettext_noop("未訪問数"),
    gettext_noop("距離（km）"),
)


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule: what it concerns, and a sentence in Japanese, with the values in it for other languages."""

    rule: Rule
    text: str
    instructor: str | None = None
    visit: str | None = None
    day: int | None = None
    values: tuple[tuple[str, object], ...] = ()


class Ledger:
    """Collects violations of one plan and words them with the horizon's dates."""

    def __init__(self, horizon: Horizon) -> None:
        self._first = date.fromisoformat(horizon.start)
        self.found: list[Violation] = []

    def add(
        self,
        rule: Rule,
        *,
        instructor: str | None = None,
        visit: str | None = None,
        day: int | None = None,
        **values: object,
    ) -> None:
        words = {**values, "instructor": instructor, "visit": visit}
        if day is not None:
            words["day"] = self._date(day)
        text = WORDS[rule].format(**words)
        self.found.append(Violation(rule, text, instructor, visit, day, tuple(words.items())))

    def clock(self, minute: int) -> str:
        """`6月3日9:30`."""
        day, rest = divmod(minute, DAY_MINUTES)
        return f"{self._date(day)}{rest // 60}:{rest % 60:02d}"

    def _date(self, day: int) -> str:
        try:
            moment = self._first + timedelta(days=day)
        except OverflowError:  # a plan may say anything
            return f"{day + 1}日目"
        return f"{moment.month}月{moment.day}日"
