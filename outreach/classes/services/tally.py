"""Counting at the door: each press once, however many phones press at once."""

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.classes.models import OPEN, Session, TallyMark
from outreach.classes.services.sessions import SessionError
from outreach.people.models import User


@transaction.atomic
def count_one(*, session: Session, nonce: str, by: User) -> bool:
    """Count someone who came; False where this very press was counted already. Raises: SessionError."""
    _lock(session)
    try:
        with transaction.atomic():
            TallyMark.objects.create(session=session, nonce=nonce, by=by)
    except IntegrityError:
        return False
    Session.objects.filter(pk=session.pk).update(walk_ins=F("walk_ins") + 1)
    return True


@transaction.atomic
def uncount_one(*, session: Session, mark: int | None = None) -> bool:
    """Take the last press back; False where none is left. Raises: SessionError.

    `mark`: the press that was the last when the page was made; taken back already, nothing changes.
    """
    locked = _lock(session)
    marks = session.tally_marks.filter(undone_at=None) if mark is None else session.tally_marks.filter(pk=mark)
    last = marks.filter(undone_at=None).order_by("-at", "-pk").first()
    if last is None or not locked.walk_ins:
        return False
    TallyMark.objects.filter(pk=last.pk).update(undone_at=timezone.now())
    Session.objects.filter(pk=session.pk).update(walk_ins=F("walk_ins") - 1)
    return True


def _lock(session: Session) -> Session:
    locked = Session.objects.select_for_update().get(pk=session.pk)
    if locked.status not in OPEN:
        raise SessionError(_("この回の人数は、いま数えられません。"))
    return locked
