"""A proposal's slots as a file: planned, as they came, and the unit cost."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from outreach.classes.codes import show_code
from outreach.classes.models import Proposal
from outreach.classes.rules import JST
from outreach.desk.queries.proposals import Balance, SlotLine
from outreach.downloads import download

HEAD = (
    _l("開始"), _l("会場"), _l("講座"), _l("定員"), _l("コマ数"), _l("見込みの費用（円）"), _l("講習会番号"),
    _l("状態"), _l("参加した人数"), _l("かかった費用（円）"),
)  # fmt: skip


def proposal_file(kind: str, proposal: Proposal, lines: list[SlotLine], total: Balance) -> HttpResponse:
    unit = total.held_unit if total.held_unit is not None else ""
    last = (_("合計"), "", "", "", total.komas, total.cost, "", "", total.learners, total.held_cost)
    made = timezone.localdate().isoformat()
    about = [
        (_("作成日"), made),
        (_("出典"), _("津々浦々 地域の提案")),
        (_("題名"), proposal.title),
        (_("市区町村"), proposal.municipality.name),
        (_("年度の1コマの単価（円）"), total.rule if total.rule is not None else _("決まりなし")),
        (_("1コマあたり（円）"), unit),
        (_("費用がまだ分からない回"), total.unknown),
    ]
    rows = [*map(_line, lines), last]
    return download(kind, f"proposal-{proposal.pk}-{made}", [str(title) for title in HEAD], rows, about=about)


def _line(line: SlotLine) -> tuple[object, ...]:
    slot, session = line.slot, line.slot.session
    start = f"{slot.starts_at.astimezone(JST):%Y-%m-%d %H:%M}"
    planned = (start, slot.venue.name, slot.course.name, slot.capacity, line.komas, slot.cost)
    status = (show_code(session.code), session.get_status_display()) if session else ("", "")
    return (*planned, *status, *("" if value is None else value for value in (line.learners, slot.actual_cost)))
