"""New sessions of a plan, many at a time: rows, rooms, events and numbers as drafts; then all published in one step."""

from collections import Counter
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from outreach.classes import codes
from outreach.classes.models import (
    Scheme,
    Session,
    SessionEvent,
    SessionStatus,
    Site,
    UploadedSlot,
    Venue,
    VenueHold,
)
from outreach.classes.services import SessionError
from outreach.classes.uploads.inserting import insert_copies
from outreach.classes.uploads.planning import MadeRow, chunks
from outreach.people.models import Organisation, User

VARYING = (
    "code", "programme_year_id", "course_id", "venue_id", "municipality_id", "starts_at", "ends_at", "capacity",
)  # fmt: skip


@transaction.atomic
def draft(some: Sequence[MadeRow], organisation: Organisation, by: User | None) -> None:
    """Draft sessions and take their rooms, under the venues' locks. Raises: IntegrityError where a room is taken."""
    places = sorted({venue.pk for _row, venue, _year in some})
    list(Venue.objects.select_for_update().filter(pk__in=places).order_by("pk").values_list("pk"))
    drawn = _new_codes(len(some))
    insert_copies(
        Session(scheme=Scheme.NATIONWIDE, organisation=organisation, status=SessionStatus.DRAFT),
        VARYING,
        (
            (code, year, row.course, venue.pk, venue.municipality_id, row.starts_at, row.ends_at, row.capacity)
            for (row, venue, year), code in zip(some, drawn, strict=True)
        ),
    )
    made = dict(Session.objects.filter(code__in=drawn).order_by().values_list("code", "pk"))
    keys = [made[code] for code in drawn]
    insert_copies(
        VenueHold(),
        ("venue_id", "starts_at", "ends_at", "subject"),
        (
            (venue.pk, row.starts_at, row.ends_at, Session(pk=pk).subject)
            for (row, venue, _year), pk in zip(some, keys, strict=True)
        ),
    )
    insert_copies(SessionEvent(old="", new=SessionStatus.DRAFT, by=by), ("session_id",), ((pk,) for pk in keys))
    insert_copies(
        UploadedSlot(organisation=organisation, staged=True),
        ("key", "session_id"),
        ((row.key, pk) for (row, _venue, _year), pk in zip(some, keys, strict=True)),
    )


def _new_codes(wanted: int) -> list[str]:
    """Numbers that no session bears yet."""
    found: set[str] = set()
    for _attempt in range(100):
        drawn = {codes.new_code(codes.SESSION_DIGITS) for _n in range(wanted - len(found))} - found
        found |= drawn - set(Session.objects.filter(code__in=drawn).values_list("code", flat=True))
        if len(found) == wanted:
            return sorted(found)
    raise SessionError(_("講習会番号を作れませんでした。もう一度お試しください。"))


@transaction.atomic
def publish_drafts(organisation: Organisation, by: User | None) -> int:
    """Open for bookings, at once, every session that the organisation's file drafted. Returns how many."""
    drafts = Session.objects.filter(
        uploaded_slot__organisation=organisation, uploaded_slot__staged=True, status=SessionStatus.DRAFT
    )
    rows = list(drafts.order_by("pk").values_list("pk", "programme_year_id", "venue_id", "municipality_id"))
    if drafts.update(status=SessionStatus.PUBLISHED) != len(rows):
        raise SessionError(_("ほかの人が先に変更しました。画面を開き直してください。"))
    step = SessionEvent(old=SessionStatus.DRAFT, new=SessionStatus.PUBLISHED, by=by)
    insert_copies(step, ("session_id",), ((pk,) for pk, *_place in rows))
    _count_sites(Counter((year, venue, town) for _pk, year, venue, town in rows))
    UploadedSlot.objects.filter(organisation=organisation, staged=True).update(staged=False)
    return len(rows)


def _count_sites(sites: Counter[tuple[int, int, str]]) -> None:
    """Add the planned sessions to each venue's site; venues with equally many share a statement."""
    Site.objects.bulk_create(
        (
            Site(programme_year_id=year, venue_id=venue, scheme=Scheme.NATIONWIDE, municipality_id=town)
            for year, venue, town in sites
        ),
        batch_size=500,
        ignore_conflicts=True,
    )
    equal: dict[tuple[int, int], list[int]] = {}
    for (year, venue, _town), count in sites.items():
        equal.setdefault((year, count), []).append(venue)
    for (year, count), venues in equal.items():
        for some in chunks(venues):
            rows = Site.objects.filter(programme_year=year, scheme=Scheme.NATIONWIDE, venue__in=some)
            rows.update(planned_sessions=F("planned_sessions") + count)
