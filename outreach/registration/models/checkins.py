"""受付: that someone came, as a slip scanned at the door or the poster's code opened on their own phone says."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outreach.people.models import User
from outreach.registration.models.bookings import Booking


class CheckIn(models.Model):
    """One scan, kept as it came. Its key is made on the device, so that an upload repeated is no second scan."""

    class Way(models.TextChoices):
        POSTER = "poster", _("会場の掲示")
        SLIP = "slip", _("申込票")

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("到着。職員の確認待ち")
        ATTENDED = "attended", _("出席にしました")
        ALREADY = "already", _("もう出席になっています")
        ABSENT = "absent", _("欠席になっています。出席の画面で確かめてください")
        UNKNOWN = "unknown", _("この番号の申込が見つかりません")
        OTHER_DAY = "other_day", _("別の日の申込です")
        NO_SEAT = "no_seat", _("席がまだ決まっていない申込です")
        CANCELLED = "cancelled", _("取り消された申込です")
        CLOSED = "closed", _("この回は、もう終わりにしたか中止になっています")

    key = models.UUIDField(unique=True)
    way = models.CharField(_("受付の方法"), max_length=8, choices=Way)
    reference = models.CharField(_("読んだ番号"), max_length=20)
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, null=True, related_name="check_ins")
    outcome = models.CharField(_("結果"), max_length=10, choices=Outcome)
    at = models.DateTimeField(_("読んだ時刻"))
    received_at = models.DateTimeField(_("受け取った時刻"), auto_now_add=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["booking"], condition=Q(way="poster"), name="check_in_by_poster_once_per_booking"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.outcome}"


FINE = frozenset({CheckIn.Outcome.WAITING, CheckIn.Outcome.ATTENDED, CheckIn.Outcome.ALREADY})  # nobody need look
