"""A survey from its letters to its sessions: made, answered, proposed, changed, carried out."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.classes import codes
from outreach.classes.models import (
    AnswerChoice,
    Course,
    District,
    DistrictAnswer,
    DistrictSurvey,
    ProposedClass,
    Session,
    Shift,
    SurveyEvent,
    SurveyStatus,
    Venue,
)
from outreach.classes.services import SessionError, assign, create_session, publish_session
from outreach.classes.surveys.check import HARD, Found, check
from outreach.classes.surveys.loading import answered, load_problem, place_of, times
from outreach.classes.surveys.problem import Half, Place, Slot
from outreach.classes.surveys.solver import Unsettled, propose
from outreach.people.models import Person, User
from outreach.people.services import PersonBusy

S = SurveyStatus


class SurveyError(Exception):
    """The survey cannot go on so. `str()` is for staff, or for a district, to read."""


@transaction.atomic
def make_survey(
    *, districts: Iterable[District], courses: Iterable[Course], teachers: Iterable[Person], **fields: Any
) -> DistrictSurvey:
    """A survey with a form and a number of its own for every district. `fields`: the other columns."""
    survey = DistrictSurvey.objects.create(**fields)
    survey.courses.set(courses)
    survey.teachers.set(teachers)
    for district in districts:
        _new_answer(survey, district)
    return survey


def _new_answer(survey: DistrictSurvey, district: District) -> None:
    for _attempt in range(20):
        try:
            with transaction.atomic():
                code = codes.new_code(codes.LONG_DIGITS)
                DistrictAnswer.objects.create(survey=survey, district=district, code=code, hall=district.hall)
                return
        except IntegrityError:
            continue
    raise SurveyError(_("回答番号を作れませんでした。もう一度お試しください。"))


@transaction.atomic
def note_answer(
    *,
    answer: DistrictAnswer,
    courses: Sequence[Course],
    halves: Sequence[str],
    off_days: Sequence[date],
    hall: Venue,
    note: str,
    channel: str,
    by: User | None = None,
) -> None:
    """Write a district's answer, or write it anew. Raises: SurveyError once the dates are being settled."""
    survey = DistrictSurvey.objects.select_for_update().get(pk=answer.survey_id)
    if survey.status != S.OPEN:
        raise SurveyError(_("回答の受け付けは、終わりました。お電話ください。"))
    answer.halves, answer.off_days = sorted(halves), sorted(day.isoformat() for day in off_days)
    answer.hall, answer.note, answer.channel, answer.by = hall, note, channel, by
    answer.answered_at = timezone.now()
    answer.save()
    answer.choices.all().delete()
    AnswerChoice.objects.bulk_create(
        AnswerChoice(answer=answer, number=number, course=course) for number, course in enumerate(courses, 1)
    )


def propose_dates(*, survey: DistrictSurvey, by: User | None = None) -> None:
    """Find dates for all districts that answered, and name those that block. An earlier proposal is replaced.

    Reads, computes outside any transaction, then writes. Raises: SurveyError where it is carried out already, or
    where nothing is found in time.
    """
    answers = {answer.district_id: answer for answer in answered(survey)}
    if not answers:
        raise SurveyError(_("まだ、どの地区からも回答がありません。"))
    try:
        found = propose(load_problem(survey))
    except Unsettled as error:
        words = _(
            "日程の案が、時間内に見つかりませんでした。時間をおいてもう一度お試しになるか、期間や講師をふやしてください。"
        )
        raise SurveyError(words) from error
    names = {district: answer.district.name for district, answer in answers.items()}
    blocked = [
        {"district": names[b.district], "why": str(b.why), "rivals": [names[r] for r in b.rivals]}
        for b in found.blocked
    ]
    with transaction.atomic():
        old = _lock_before_done(survey).status
        survey.proposed.all().delete()
        ProposedClass.objects.bulk_create(_row(survey, answers[place.district], place) for place in found.places)
        DistrictSurvey.objects.filter(pk=survey.pk).update(status=S.PROPOSED, blocked=blocked)
        SurveyEvent.objects.create(survey=survey, old=old, new=S.PROPOSED, by=by)
    survey.refresh_from_db()


def _lock_before_done(survey: DistrictSurvey) -> DistrictSurvey:
    locked = DistrictSurvey.objects.select_for_update().get(pk=survey.pk)
    if locked.status == S.DONE:
        raise SurveyError(_("もう、回を作ってあります。"))
    return locked


def _row(survey: DistrictSurvey, answer: DistrictAnswer, place: Place) -> ProposedClass:
    return ProposedClass(
        survey=survey,
        district=answer.district,
        number=place.number,
        course=next(choice.course for choice in answer.choices.all() if choice.number == place.number),
        hall=answer.hall,
        teacher_id=place.teacher,
        day=place.slot.day,
        half=place.slot.half,
    )


@transaction.atomic
def reopen_survey(*, survey: DistrictSurvey, by: User | None = None) -> None:
    """Take answers again; the proposal is given up. Raises: SurveyError."""
    old = _lock_before_done(survey).status
    survey.proposed.all().delete()
    DistrictSurvey.objects.filter(pk=survey.pk).update(status=S.OPEN, blocked=[])
    SurveyEvent.objects.create(survey=survey, old=old, new=S.OPEN, by=by)
    survey.refresh_from_db()


@transaction.atomic
def change_row(
    *, survey: DistrictSurvey, district: District, number: int, day: date, half: int, teacher: Person
) -> None:
    """Set or change one class by hand; what is wrong with it then shows beside it. Raises: SurveyError."""
    _lock_before_done(survey)
    answer = next((a for a in answered(survey) if a.district_id == district.pk), None)
    if answer is None or not 1 <= number <= len(answer.choices.all()):
        raise SurveyError(_("この地区の回答がありません。"))
    row = _row(survey, answer, Place(Slot(day, Half(half)), district.pk, number, teacher.pk))
    fields = {"course": row.course, "hall": row.hall, "teacher": teacher, "day": day, "half": half}
    ProposedClass.objects.update_or_create(survey=survey, district=district, number=number, defaults=fields)


def faults_of(survey: DistrictSurvey) -> list[Found]:
    """What is wrong with the proposal as it stands, by a program that did not make it (law 8)."""
    return check(load_problem(survey), [place_of(row) for row in survey.proposed.all()])


@transaction.atomic
def carry_out(*, survey: DistrictSurvey, publish: bool, by: User) -> int:
    """Make every proposed class a session with its hall and teacher, all of them or none. Returns how many.

    Pressed again, it makes none and says the same. Raises: SurveyError, naming the class that cannot be; nothing has
    changed then.
    """
    if DistrictSurvey.objects.filter(pk=survey.pk, status=S.PROPOSED).update(status=S.DONE) != 1:
        if DistrictSurvey.objects.filter(pk=survey.pk, status=S.DONE).exists():
            return survey.proposed.count()
        raise SurveyError(_("日程の案が、まだありません。"))
    SurveyEvent.objects.create(survey=survey, old=S.PROPOSED, new=S.DONE, by=by)
    if any(fault in HARD for _district, _number, fault in faults_of(survey)):
        raise SurveyError(_("重なりのある回が残っています。直してから、もう一度お試しください。"))
    rows = list(survey.proposed.select_related("district", "course", "hall", "teacher").order_by("day", "half", "pk"))
    for row in rows:
        row.session = _make(survey, row, publish, by)
    ProposedClass.objects.bulk_update(rows, ["session"])
    survey.refresh_from_db()
    return len(rows)


def _make(survey: DistrictSurvey, row: ProposedClass, publish: bool, by: User) -> Session:
    starts_at, ends_at = times(survey, Slot(row.day, Half(row.half)), row.course.minutes)
    try:
        session = create_session(
            course=row.course,
            venue=row.hall,
            organisation=survey.organisation,
            scheme=survey.scheme,
            starts_at=starts_at,
            ends_at=ends_at,
            note=_("%(district)sの皆さま向けの講座です。") % {"district": row.district},
            by=by,
            sample=survey.sample,
        )
        assign(session=session, person=row.teacher, duty=Shift.Duty.INSTRUCTOR)
        if publish:
            publish_session(session=session, by=by)
    except (SessionError, PersonBusy) as error:
        words = {"district": row.district, "n": row.number, "why": error}
        raise SurveyError(_("%(district)sの%(n)s回目：%(why)s") % words) from error
    return session
