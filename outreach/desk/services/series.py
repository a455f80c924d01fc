"""A series made, and dated in one step."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from outreach.classes import services as classes
from outreach.classes.models import Course, Series, SeriesLesson, Session, Venue
from outreach.people.models import Organisation, User


@transaction.atomic
def make_series(
    *, name: str, organisation: Organisation, courses: Sequence[Course], about: str = "", subsidy: str = ""
) -> Series:
    """A series of these courses in this order."""
    series = Series.objects.create(
        name=name, organisation=organisation, about=about, subsidy=subsidy, sample=organisation.sample
    )
    SeriesLesson.objects.bulk_create(
        SeriesLesson(series=series, course=course, position=position) for position, course in enumerate(courses, 1)
    )
    return series


@transaction.atomic
def date_series(
    *,
    series: Series,
    venue: Venue,
    starts_at: datetime,
    ends_at: datetime,
    every: timedelta,
    scheme: str,
    capacity: int | None,
    publish: bool,
    by: User | None,
) -> list[Session]:
    """One session for each lesson, `every` so often at one place and hour; all of them, or none.

    Raises: classes.services.SessionError, naming the lesson that does not fit.
    """
    made = []
    for lesson in series.lessons.select_related("course").order_by("position"):
        later = every * (lesson.position - 1)
        try:
            session = classes.create_session(
                course=lesson.course,
                venue=venue,
                organisation=series.organisation,
                scheme=scheme,
                starts_at=starts_at + later,
                ends_at=ends_at + later,
                capacity=capacity,
                series=series,
                by=by,
                sample=series.sample,
            )
            if publish:
                classes.publish_session(session=session, by=by)
        except classes.SessionError as error:
            words = {"n": lesson.position, "why": error}
            raise classes.SessionError(_("第%(n)s回：%(why)s") % words) from error
        made.append(session)
    return made
