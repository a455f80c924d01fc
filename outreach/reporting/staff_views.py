"""Figures for the ministry, prefectures and offices, each as far as their scope reaches: counts, never a person."""

import csv
import io

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from outreach.people.access import ScopedRequest, allowed
from outreach.people.rules import Action
from outreach.registration.models import AgeBand
from outreach.reporting.learning import COULD, CourseLine, by_course, points_by_age
from outreach.reporting.queries import years
from outreach.reporting.rules import SMALL
from outreach.reporting.views import asked_year


@allowed(Action.SEE_FIGURES)
@require_safe
def learning(request: ScopedRequest) -> HttpResponse:
    """What was taught, how many came and what they could do at the end."""
    year = asked_year(request)
    lines = by_course(request.scope, year)
    if request.GET.get("format") == "csv":
        return _file(year.pk, lines)
    total, ages = points_by_age(request.scope, year)
    context = {
        "year": year,
        "years": years(),
        "could": [one.label for one in COULD],
        "lines": lines,
        "points": total,
        "ages": list(zip([band.label for band in AgeBand], ages, strict=True)),
        "small": SMALL,
    }
    return render(request, "reporting/learning.html", context)


def _file(year: int, lines: list[CourseLine]) -> HttpResponse:
    """A table that Excel opens; its last line says what it is and what was left out."""
    out = io.StringIO()
    writer = csv.writer(out)
    heads = [_("講座"), _("報告された回"), _("参加した人数"), *(str(one.label) for one in COULD), _("独自開催の参加者")]
    writer.writerow(heads)
    for line in lines:
        cells = ["*" if cell is None else cell for cell in line.could]
        writer.writerow([line.course, line.sessions, line.learners, *cells, line.own_learners])
    writer.writerow([_source(year)])
    answer = HttpResponse(out.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="learning-{year}.csv"'
    return answer


def _source(year: int) -> str:
    said = _("津々浦々 %(year)s年度の学びの結果、%(day)s 現在。* は少ない人数のため出していません。")
    return said % {"year": year, "day": timezone.localdate().isoformat()}
