"""ポイント: what attending a class is worth to a city's residents, in a ledger that is only ever added to.

Neither a birth date nor a number of any card is kept: staff attest at the desk that someone lives in the city and is of
an age band from 19 up.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outreach.classes.models import Session
from outreach.people.models import User
from outreach.registration.models.bookings import Booking

LEAST, MOST = 100, 1000


class AgeBand(models.TextChoices):
    """From 19 up: younger people get no points, so no band of theirs is ever written down."""

    TO_39 = "19-39", _("19～39歳")
    TO_64 = "40-64", _("40～64歳")
    TO_74 = "65-74", _("65～74歳")
    OLDER = "75-", _("75歳以上")


class PointAward(models.Model):
    """How many points one session gives; a session without a row gives none."""

    session = models.OneToOneField(Session, on_delete=models.PROTECT, related_name="point_award")
    points = models.PositiveSmallIntegerField(_("ポイント"))

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(points__gte=LEAST, points__lte=MOST), name="award_within_the_rules")
        ]

    def __str__(self) -> str:
        return f"{self.session_id} {self.points}"


class PointEntry(models.Model):
    """One line of the ledger: points given for an attendance, or a reversal of an earlier line. Never changed.

    `turn` counts how often this booking was given points before, so that two hands at once give them once.
    """

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="point_entries")
    reference = models.CharField(
        _("申込番号"), max_length=8, help_text="as it was then: a booking gives its number back"
    )
    points = models.SmallIntegerField(_("ポイント"))
    age_band = models.CharField(_("年齢の区分"), max_length=8, choices=AgeBand)
    turn = models.PositiveSmallIntegerField(default=0)
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversal")
    reason = models.CharField(_("取り消しの理由"), max_length=100, blank=True)
    at = models.DateTimeField(_("記帳の時刻"), auto_now_add=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "point entries"
        constraints = [
            models.CheckConstraint(
                condition=Q(reverses=None, points__gte=LEAST, points__lte=MOST)
                | Q(reverses__isnull=False, points__lte=-LEAST, points__gte=-MOST),
                name="points_given_or_reversed",
            ),
            models.UniqueConstraint(fields=["booking", "turn"], condition=Q(reverses=None), name="points_given_once"),
        ]

    def __str__(self) -> str:
        return f"{self.booking_id} {self.points}"


class PointExport(models.Model):
    """One run of the export for a city: it holds what no run before it held."""

    municipality = models.ForeignKey("geo.Municipality", on_delete=models.PROTECT, related_name="point_exports")
    number = models.PositiveIntegerField(_("書き出しの番号"))
    made_at = models.DateTimeField(_("書き出した時刻"), auto_now_add=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["municipality", "number"], name="point_export_once")]

    def __str__(self) -> str:
        return f"{self.municipality_id} {self.number}"


class ExportedPoint(models.Model):
    """Which run an entry left with: one, for ever. The ledger itself is not touched by an export."""

    export = models.ForeignKey(PointExport, on_delete=models.PROTECT, related_name="rows")
    entry = models.OneToOneField(PointEntry, on_delete=models.PROTECT, related_name="exported")

    def __str__(self) -> str:
        return f"{self.export_id} {self.entry_id}"
