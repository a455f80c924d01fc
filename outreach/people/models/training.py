"""研修: what a supporter learns before helping, when it is taught, and who came."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from outreach.people.models.persons import Person, Skill, Supporter
from outreach.people.models.users import Organisation


class Curriculum(models.Model):
    """研修課程: units that all have to be attended; the last of them gives the qualification."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="curricula")
    name = models.CharField(_("名称"), max_length=100)
    kind = models.CharField(_("だれのための研修か"), max_length=16, choices=Supporter.Kind)
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, verbose_name=_("修了で得る資格"))
    valid_years = models.PositiveSmallIntegerField(_("資格の有効年数（0は無期限）"), default=3)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "curricula"
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="curriculum_once")]

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """単元: a part of the training."""

    class Theme(models.TextChoices):
        DISABILITY = "disability", _("障害の理解")
        MANNERS = "manners", _("接し方・マナー")
        PRACTICE = "practice", _("実習")
        SAFETY = "safety", _("個人情報と安全")

    curriculum = models.ForeignKey(Curriculum, on_delete=models.CASCADE, related_name="units")
    position = models.PositiveSmallIntegerField(_("順番"))
    theme = models.CharField(_("分野"), max_length=12, choices=Theme)
    name = models.CharField(_("名称"), max_length=100)
    minutes = models.PositiveSmallIntegerField(_("分数"), default=90)

    class Meta:
        ordering = ["curriculum", "position"]
        constraints = [models.UniqueConstraint(fields=["curriculum", "position"], name="unit_once")]

    def __str__(self) -> str:
        return self.name


class Meeting(models.Model):
    """研修の回: one unit taught at one time."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="meetings")
    starts_at = models.DateTimeField(_("始まり"))
    ends_at = models.DateTimeField(_("終わり"))
    place = models.CharField(_("場所"), max_length=100)
    capacity = models.PositiveSmallIntegerField(_("定員"), default=20)
    sample = models.BooleanField(_("見本データ"), default=False)

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="meeting_ends_later"),
            models.UniqueConstraint(fields=["unit", "starts_at", "place"], name="meeting_once"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.starts_at:%Y-%m-%d}"

    @property
    def subject(self) -> str:
        """The key under which the ledger of engagements knows it."""
        return f"training:{self.pk}"


class TrainingAttendance(models.Model):
    """A person in a meeting: enrolled, then attended or absent."""

    class Status(models.TextChoices):
        ENROLLED = "enrolled", _("申込済み")
        ATTENDED = "attended", _("出席")
        ABSENT = "absent", _("欠席")

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendances")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="trainings")
    status = models.CharField(_("状態"), max_length=10, choices=Status, default=Status.ENROLLED)

    class Meta:
        ordering = ["meeting", "person__kana"]
        constraints = [models.UniqueConstraint(fields=["meeting", "person"], name="training_attendance_once")]

    def __str__(self) -> str:
        return f"{self.person} {self.meeting}"
