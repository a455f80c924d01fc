"""New sessions of a plan, many at a time: rows, rooms, events and numbers as drafts; then all published in one step."""

from collections import Counter
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F, ProtectedError, QuerySet
from django.utils.translation import gettext as _

from outreach.classes import codes
from outreach.classes.models import (
    Scheme,
    Session,
    SessionEvent,
    SessionStatus,
    Site,
    Upload,
    UploadedSlot,
    Venue,
    VenueHold,
)
from outreach.classes.services import SessionError
from outreach.classes.uploads.inserting import insert_copies
from outreach.classes.uploads.planning import CHUNK, MadeRow, chunks
from outreach.people.models import Organisation, User

VARYING = (
    "code", "programme_year_id", "course_id", "venue_id", "municipality_id", "starts_at", "ends_at", "capacity",
)  # fmt: skip


@transaction.atomic
def draft(some: Sequence[MadeRow], organisation: Organisation, by: User | None, upload: Upload | None = None) -> None:
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
        UploadedSlot(organisation=organisation, staged=True, upload=upload),
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
def publish_drafts(organisation: Organisation, by: User | None, upload: Upload | None = None) -> int:
    """Open for bookings, at once, every session that the organisation's file drafted. Returns how many."""
    staged = UploadedSlot.objects.filter(organisation=organisation, staged=True, upload=upload)
    drafts = Session.objects.filter(uploaded_slot__in=staged, status=SessionStatus.DRAFT)
    rows = list(drafts.order_by("pk").values_list("pk", "programme_year_id", "venue_id", "municipality_id"))
    if drafts.update(status=SessionStatus.PUBLISHED) != len(rows):
        raise SessionError(_("ほかの人が先に変更しました。画面を開き直してください。"))
    step = SessionEvent(old=SessionStatus.DRAFT, new=SessionStatus.PUBLISHED, by=by)
    insert_copies(step, ("session_id",), ((pk,) for pk, *_place in rows))
    _count_sites(Counter((year, venue, town) for _pk, year, venue, town in rows))
    staged.update(staged=False)
    return len(rows)


def clear_drafts(staged: QuerySet[UploadedSlot]) -> int:
    """Take back what files drafted that came to nothing, some at a time; residents never saw it. Returns how many.

    What someone has worked on since (published by hand, given staff, asked about) stays, as the office's own.
    """
    total = 0
    while some := list(staged.filter(staged=True).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        total += _clear(some)
    return total


@transaction.atomic
def _clear(some: list[int]) -> int:
    mine = Session.objects.select_for_update(of=("self",)).filter(uploaded_slot__in=some, status=SessionStatus.DRAFT)
    untouched = list(mine.filter(shifts=None).order_by("pk").values_list("pk", flat=True))
    gone = untouched if _delete(untouched) else [pk for pk in untouched if _delete([pk])]
    VenueHold.objects.filter(subject__in=[Session(pk=pk).subject for pk in gone]).delete()
    UploadedSlot.objects.filter(pk__in=some).update(staged=False)
    return len(gone)


def _delete(sessions: list[int]) -> bool:
    """All of them or none: False where something hangs on one that is not deleted with it."""
    try:
        with transaction.atomic():
            Session.objects.filter(pk__in=sessions).delete()
    except ProtectedError:
        return False
    return True


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
