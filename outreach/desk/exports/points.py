"""A run of points as a file: attendance references and points, no name. Made from the run alone, so never different."""

from django.http import HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from outreach.classes.codes import show_code
from outreach.classes.rules import JST
from outreach.downloads import download
from outreach.registration.models import PointEntry, PointExport

HEAD = (_l("記帳番号"), _l("申込番号"), _l("ポイント"), _l("区分"), _l("取り消す記帳番号"))


@translation.override("ja")  # whoever fetches it in whatever language: the same bytes
def points_file(kind: str, run: PointExport) -> HttpResponse:
    entries = PointEntry.objects.filter(exported__export=run).order_by("pk")
    about = [
        (_("出典"), _("津々浦々 ポイントの書き出し")),
        (_("市区町村"), run.municipality.name),
        (_("書き出しの番号"), run.number),
        (_("書き出した時刻"), f"{run.made_at.astimezone(JST):%Y-%m-%d %H:%M}"),
        (_("この表について"), _("前の書き出しにない行だけです。訂正は、取り消しの行で出ます。")),
    ]
    name = f"points-{run.municipality_id}-{run.number}"
    return download(kind, name, [str(title) for title in HEAD], map(_line, entries), about=about)


def _line(entry: PointEntry) -> tuple[object, ...]:
    kind = _("取り消し") if entry.reverses_id else _("付与")
    return (entry.pk, show_code(entry.reference), entry.points, kind, entry.reverses_id or "")
