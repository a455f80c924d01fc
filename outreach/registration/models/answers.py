"""返事: what each person says to a class that was moved or cancelled, kept until all are reached."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outreach.classes.models import Session
from outreach.contact.models import Kind
from outreach.people.models import User
from outreach.registration.models.bookings import Booking


class AnswerStatus(models.TextChoices):
    WAITING = "waiting", _("返事待ち")
    COMES = "comes", _("新しい日時・会場に来る")
    ANOTHER = "another", _("ほかの回にする")
    GIVES_UP = "gives_up", _("今回はやめる")
    NOT_REACHED = "not_reached", _("連絡がつかない")
    CANNOT_BE_TOLD = "cannot_be_told", _("伝える方法がない")


ANSWERED = frozenset({AnswerStatus.COMES, AnswerStatus.GIVES_UP})  # another class is settled once it is booked
UNANSWERED = frozenset({AnswerStatus.WAITING, AnswerStatus.NOT_REACHED, AnswerStatus.CANNOT_BE_TOLD})
MOVED = frozenset({Kind.CHANGE, Kind.WAITLIST_CHANGE})  # the class still takes place, at another time or place
ASKED_OF = [(kind.value, kind.label) for kind in (Kind.CHANGE, Kind.WAITLIST_CHANGE, Kind.CANCELLATION)]
STILL_WAITS = _("このまま待つ")  # what "comes" means to someone who has no seat yet


class Answer(models.Model):
    """返事: one for each booking and each time its class was moved or cancelled.

    Whether the person has been told is not stored here: the outbox and the call list know. `other`: the booking that
    they have instead.
    """

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="answers")
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="answers")
    kind = models.CharField(_("何への返事か"), max_length=24, choices=ASKED_OF)
    revision = models.PositiveSmallIntegerField(_("日時・会場の改訂"))
    status = models.CharField(_("返事"), max_length=16, choices=AnswerStatus, default=AnswerStatus.WAITING)
    other = models.ForeignKey(Booking, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True)
    note = models.CharField(_("メモ"), max_length=200, blank=True)
    needed_by = models.DateTimeField(_("いつまでに"))
    asked_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["booking", "kind", "revision"], name="answer_once"),
            models.CheckConstraint(
                condition=Q(other__isnull=True) | Q(status=AnswerStatus.ANOTHER), name="answer_other_class_is_another"
            ),
        ]
        indexes = [
            models.Index(fields=["session", "status"], name="answer_by_session"),
            models.Index(fields=["needed_by"], condition=~Q(status__in=ANSWERED), name="answer_open"),
        ]

    def __str__(self) -> str:
        return f"{self.booking_id} {self.status}"

    @property
    def of_waiting(self) -> bool:
        """Whether it was asked of someone who waited for a seat."""
        return self.kind == Kind.WAITLIST_CHANGE

    def words_for(self, status: str) -> str:
        """An answer in the words of whoever gives it."""
        waits = self.of_waiting and status == AnswerStatus.COMES
        return str(STILL_WAITS if waits else AnswerStatus(status).label)
