"""What templates need to show things: `{% load ui %}`.

Filters turn values into words; tags draw a component of `templates/components/`, where each is documented.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import segno
from django import template
from django.conf import settings
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.http import HttpRequest
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from backend import nav
from outreach import dates
from outreach.classes.codes import digits_in, show_code
from outreach.contact.numbers import show

register = template.Library()


# --- filters --------------------------------------------------------------------------------------------------------
@register.filter
def wareki(value: date | None) -> str:
    """2026年（令和8年）11月23日（月）."""
    return dates.long_date(value) if value else ""


@register.filter
def jdate(value: date | None) -> str:
    """11月23日（月）."""
    return dates.short_date(value) if value else ""


@register.filter
def month_day(value: date | None) -> str:
    """11/23, where room is short."""
    return dates.month_day(value) if value else ""


@register.filter
def full_date(value: date | None) -> str:
    """2026/11/23."""
    return dates.full_date(value) if value else ""


@register.filter
def listed(words: Iterable[object]) -> str:
    """甲、乙."""
    return dates.listed(words)


@register.simple_tag
def comma() -> str:
    """`{% comma %}`: what stands between two of a list, where each is more than a word."""
    return dates.comma()


@register.simple_tag
def dot() -> str:
    """`{% dot %}`: 甲・乙, of two that belong together."""
    return dates.dot()


@register.simple_tag
def colon() -> str:
    """`{% colon %}`: 名前：説明."""
    return dates.colon()


@register.simple_block_tag
def aside(content: str) -> SafeString:
    """`{% aside %}…{% endaside %}`: （…）, right behind what it explains."""
    before, after = dates.brackets()
    return format_html("{}{}{}", before, content, after)


@register.filter
def jtime(value: datetime | None, style: str = "") -> str:
    """午後1時30分; `|jtime:"staff"` gives 13:30."""
    return dates.clock(value, staff=style == "staff") if value else ""


@register.filter
def phone(number: str) -> str:
    """+819012345678 as 090-1234-5678. What can't be read as a number is shown as it is."""
    return show(number)


@register.filter
def hours(minutes: int) -> str:
    """600 as 10, 630 as 10.5."""
    return f"{minutes / 60:g}"


@register.filter
def duration(minutes: int) -> str:
    """346 as 5時間46分."""
    return dates.duration(minutes)


@register.filter
def distance_km(km: float | None) -> str:
    """約800m, 約3.2km, 約12km."""
    if km is None:
        return ""
    return _("約%(distance)s") % {"distance": distance(km)}


def distance(km: float) -> str:
    if km < 0.95:
        return f"{max(1, round(km * 10)) * 100}m"
    return f"{km:.1f}km" if km < 10 else f"{km:.0f}km"


@register.filter
def class_code(digits: str) -> str:
    """12-34-567: not to be taken for a postal code."""
    return show_code(digits)


@register.filter
def reference_code(digits: str) -> str:
    """1234-5678."""
    return show_code(digits)


@register.filter
def kind_errors(field: BoundField) -> list[str]:
    """The field's errors; an empty one is told by its name, so that the words also stand alone."""
    ask = _("「%(label)s」を選んでください。") if chooses(field) else _("「%(label)s」を入力してください。")
    return [
        words
        for error in field.errors.as_data()
        for words in ([ask % {"label": field.label}] if error.code == "required" else error.messages)
    ]


@register.filter
def chooses(field: BoundField) -> bool:
    """Whether the field is answered by choosing rather than by writing."""
    return hasattr(field.field.widget, "choices") or field.widget_type == "checkbox"


# --- words and small marks ------------------------------------------------------------------------------------------
@register.simple_tag
def callback_number() -> str:
    """The number that residents may ring; for pages that are drawn without a context, such as 500."""
    return settings.CALLBACK_NUMBER


@register.simple_tag
def jrange(start: datetime, end: datetime, style: str = "") -> str:
    """午後1時30分から午後3時まで; 13:30–15:00 for staff."""
    return dates.span(start, end, staff=style == "staff")


@register.simple_tag
def when(start: datetime, end: datetime | None = None, style: str = "") -> SafeString:
    """Day and time as `<time>`, for residents the long form, for staff the short one."""
    staff = style == "staff"
    day = dates.short_date(start) if staff else dates.long_date(start)
    hours = dates.span(start, end, staff=staff) if end else dates.clock(start, staff=staff)
    return format_html(
        '<time datetime="{}">{}</time> <span class="unit">{}</span>', dates.local(start).isoformat(), day, hours
    )


@register.simple_tag
def tag(text: str, tone: str = "") -> SafeString:
    """A small label. Tones: good, warn, bad-news, sea, or none. The words carry the meaning, never the colour alone."""
    return (
        format_html('<span class="tag {}">{}</span>', tone, text)
        if tone
        else format_html('<span class="tag">{}</span>', text)
    )


@register.simple_tag
def reference_qr(reference: str) -> SafeString:
    """A booking's number as a QR code, for the desk at the door: digits only, nothing that names anyone."""
    drawn = segno.make(digits_in(reference), error="m", micro=False).svg_inline(border=4, scale=4, omitsize=True)
    label = _("申込番号のQRコード")
    return format_html('<span class="qr" role="img" aria-label="{}">{}</span>', label, mark_safe(drawn))  # noqa: S308


@register.simple_tag(takes_context=True)
def staff_nav(context: Context) -> dict[str, Any]:
    """`{% staff_nav as staff %}`: staff.groups for the menu, staff.roles to show who this is."""
    request: HttpRequest | None = context.get("request")
    if request is None or not hasattr(request, "user"):
        return {"groups": [], "roles": []}
    return {"groups": nav.nav_groups(request), "roles": nav.memberships_of(request)}


# --- components -----------------------------------------------------------------------------------------------------
@register.inclusion_tag("components/error_summary.html")
def error_summary(*forms: BaseForm) -> dict[str, Any]:
    """What went wrong, at the top, each line a link to its field. Takes one form or several."""
    wrong = [field for form in forms for field in form.visible_fields() if field.errors]
    return {
        "general": [words for form in forms for words in form.non_field_errors()],
        "items": [(anchor(field), field.label, words) for field in wrong for words in kind_errors(field)],
    }


def anchor(field: BoundField) -> str:
    """The id of the first control: a group of radios or boxes has no control by the field's own id."""
    return field.id_for_label or f"{field.auto_id}_0"


@register.inclusion_tag("components/steps.html")
def steps(current: int, *labels: str) -> dict[str, Any]:
    """`{% steps 2 %}`: 条件・入力・確認・完了 with the second current; or name the steps."""
    named = labels or (_("条件"), _("入力"), _("確認"), _("完了"))
    return {"steps": [(label, n < current, n == current) for n, label in enumerate(named, 1)]}


@register.inclusion_tag("components/seat_gauge.html")
def seat_gauge(taken: int, capacity: int, waiting: int = 0) -> dict[str, Any]:
    return {"taken": taken, "capacity": capacity, "left": max(0, capacity - taken), "waiting": waiting}


@register.inclusion_tag("components/staffing_gauge.html")
def staffing_gauge(instructors: int, instructors_needed: int, helpers: int, helpers_needed: int) -> dict[str, Any]:
    missing_instructors, missing_helpers = max(0, instructors_needed - instructors), max(0, helpers_needed - helpers)
    return {
        "instructors": instructors,
        "instructors_needed": instructors_needed,
        "missing_instructors": missing_instructors,
        "helpers": helpers,
        "helpers_needed": helpers_needed,
        "missing_helpers": missing_helpers,
        "enough": not missing_instructors and not missing_helpers,
    }


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: Context, page: Page[Any]) -> dict[str, Any]:
    """`{% pagination page %}`: links to the other pages of a list (`?page=`), keeping what else was chosen."""
    elided = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {"page": page, "numbers": list(elided) if page.paginator.num_pages > 1 else []}


@register.simple_block_tag
def notice(content: str, kind: str = "info", title: str = "") -> str:
    """`{% notice "warn" title=… %}…{% endnotice %}`: info, warn, error or success."""
    return render_to_string("components/notice.html", {"kind": kind, "title": title, "content": content})


@register.simple_block_tag
def datatable(content: str, caption: str, tall: bool = False, hide_caption: bool = False, cards: bool = False) -> str:
    """`{% datatable caption=… %}<thead>…</thead><tbody>…</tbody>{% enddatatable %}`."""
    context = {"caption": caption, "tall": tall, "hide_caption": hide_caption, "cards": cards, "content": content}
    return render_to_string("components/table.html", context)


@register.simple_block_tag
def nothing(content: str, title: str) -> str:
    """`{% nothing title=… %}what to do next{% endnothing %}`: an empty list (`empty` is a word of `for`)."""
    return render_to_string("components/empty.html", {"title": title, "content": content})


@register.simple_block_tag
def crumbs(content: str) -> str:
    """`{% crumbs %}<li>…</li>{% endcrumbs %}`: where this page stands; draws nothing when empty."""
    return render_to_string("components/crumbs.html", {"content": content}) if content.strip() else ""
