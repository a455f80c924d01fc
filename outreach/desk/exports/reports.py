"""Reports as Excel and CSV: what was taught, how many came, what they could do. No resident's name."""

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from outreach.classes.codes import show_code
from outreach.classes.models import SessionReport
from outreach.classes.rules import JST
from outreach.downloads import download

HEAD = (
    _l("講習会番号"), _l("開始"), _l("都道府県"), _l("市区町村"), _l("会場"), _l("事業類型"), _l("実施団体"),
    _l("講座"), _l("参加した人数"), _l("終わりに一人でできた人"), _l("教えたこと"), _l("できるようになったこと"),
    _l("困ったこと・次への申し送り"),
)  # fmt: skip


def reports_file(kind: str, year: int, found: QuerySet[SessionReport]) -> HttpResponse:
    made = timezone.localdate().isoformat()
    about = [(_("作成日"), made), (_("出典"), _("津々浦々 講習会の報告")), (_("年度"), year)]
    return download(kind, f"reports-{year}-{made}", [str(title) for title in HEAD], map(_line, found), about=about)


def _line(report: SessionReport) -> tuple[object, ...]:
    one = report.session
    return (
        show_code(one.code), f"{one.starts_at.astimezone(JST):%Y-%m-%d %H:%M}", one.municipality.prefecture.name,
        one.municipality.name, one.venue.name, one.get_scheme_display(), one.organisation.name, one.course.name,
        report.learners, report.get_could_display(), report.taught, report.can_do, report.trouble,
    )  # fmt: skip
