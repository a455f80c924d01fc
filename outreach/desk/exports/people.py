"""The register as a file: the same rows as on the screen."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.contact.numbers import show
from outreach.contact.services import organisation_of
from outreach.desk.queries.people import Row
from outreach.downloads import download


def register_file(kind: str, rows: list[Row]) -> HttpResponse:
    """People with their numbers: the caller logs that they were seen."""
    head = [
        _("氏名"), _("カナ"), _("電話番号"), _("種別"), _("実施団体"), _("市区町村"), _("有効な資格"), _("有効期限"),
        _("今年度の保険"), _("活動できる"),
    ]  # fmt: skip
    about = [
        [_("津々浦々 講師・サポーターの名簿（個人情報を含みます）")],
        [_("作成した日時"), timezone.localtime().strftime("%Y-%m-%d %H:%M")],
    ]
    return download(kind, "people", head, map(_line, rows), about=about)


def _line(row: Row) -> tuple[str, ...]:
    one = row.person
    return (
        one.name,
        one.kana,
        show(one.phone) if one.phone else "",
        row.supporter.get_kind_display() if row.supporter else _("講師"),
        organisation_of(one).name,
        f"{one.municipality.prefecture}{one.municipality}",
        "、".join(str(skill.skill) for skill in row.skills),
        min((skill.valid_to.isoformat() for skill in row.skills if skill.valid_to), default=""),
        "○" if row.insured else "",
        "○" if row.ready else "",
    )
