"""Reads of surveys; each list has a fixed number of statements."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from outreach.classes.models import DistrictAnswer, DistrictSurvey, ProposedClass, SurveyStatus
from outreach.classes.surveys.check import HARD, Fault
from outreach.classes.surveys.problem import Why
from outreach.classes.surveys.services import faults_of
from outreach.people.rules import Scope

FAULTS = {
    Fault.TWICE_TEACHER: _("同じ講師が、同じ時間に2か所"),
    Fault.TWICE_HALL: _("同じ会場に、同じ時間に2つ"),
    Fault.ROAD: _("移動が間に合わない"),
    Fault.NOT_FREE: _("講師の都合がつかない"),
    Fault.HALL_TAKEN: _("会場がふさがっている"),
    Fault.NOT_CERTIFIED: _("講師に有効な資格がない"),
    Fault.MISSING: _("日程がない"),
    Fault.CLOSED_DAY: _("休日"),
    Fault.NOT_SUITING: _("地区の希望とちがう"),
    Fault.TOO_CLOSE: _("前の回と近すぎる"),
    Fault.BUSY_WEEK: _("講師の週の上限をこえる"),
}
REASONS = {
    Why.NO_DAYS: _("都合のよい曜日が、期間の中に1日もありません。地区に、ほかの曜日をたずねてください。"),
    Why.HALL: _("都合のよい日は、会場がすべてふさがっています。ほかの会場をたずねてください。"),
    Why.SKILL: _("選んだ講座を教える資格のある講師がいません。講師を加えてください。"),
    Why.TEACHERS: _("都合のよい日に、空いている講師がいません。曜日か講師をふやしてください。"),
    Why.GAP: _("空きはありますが、決めた日数をあけて全部の回を入れられません。期間か曜日をふやしてください。"),
    Why.RIVALS: _(
        "この地区だけなら入りますが、次の地区と時間を取り合っています。どれか1つの地区が曜日をふやせば入ります。"
    ),
    Why.UNSETTLED: _("入る日程が、計算の中では見つかりませんでした。曜日か講師をふやすと、見つかりやすくなります。"),
}


def surveys_in(scope: Scope) -> QuerySet[DistrictSurvey]:
    """The surveys that a scope reaches (law 7)."""
    found = DistrictSurvey.objects.select_related("municipality__prefecture", "organisation")
    if scope.nation:
        return found
    return found.filter(
        Q(municipality__in=scope.municipalities)
        | Q(organisation__in=scope.organisations)
        | Q(municipality__prefecture__in=scope.prefectures)
    )


def survey_rows(scope: Scope) -> QuerySet[DistrictSurvey]:
    """With `asked` and `came`. 1 statement."""
    came = Count("answers", filter=Q(answers__answered_at__isnull=False))
    return surveys_in(scope).annotate(asked=Count("answers"), came=came)


@dataclass(frozen=True)
class Row:
    """A district's line on the survey's page: what it answered, and each of its classes with what is wrong."""

    answer: DistrictAnswer
    classes: list[tuple[int, ProposedClass | None, list[tuple[str, bool]]]]  # faults: words, and whether it is hard


def rows_of(survey: DistrictSurvey) -> list[Row]:
    """A fixed number of statements."""
    proposed = survey.proposed.select_related("course", "hall", "teacher", "session")
    by_class = {(row.district_id, row.number): row for row in proposed}
    faults: dict[tuple[int, int], list[tuple[str, bool]]] = defaultdict(list)
    if survey.status == SurveyStatus.PROPOSED:
        for district, number, fault in faults_of(survey):
            faults[district, number].append((str(FAULTS[fault]), fault in HARD))
    answers = survey.answers.select_related("district", "hall").prefetch_related("choices__course")
    return [
        Row(
            answer,
            [
                (
                    choice.number,
                    by_class.get((answer.district_id, choice.number)),
                    faults[answer.district_id, choice.number],
                )
                for choice in answer.choices.all()
            ],
        )
        for answer in answers
    ]


@dataclass(frozen=True)
class BlockedDistrict:
    name: str
    why: str
    rivals: list[str]


def blocked_of(survey: DistrictSurvey) -> list[BlockedDistrict]:
    return [BlockedDistrict(row["district"], str(REASONS[Why(row["why"])]), row["rivals"]) for row in survey.blocked]
