"""出前講座: what an organisation teaches where it is asked to, and a school's request for it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outreach.classes.models import Course, Session
from outreach.people.models import Organisation, User


class LectureMenu(models.Model):
    """A course that an organisation brings to a school or a group."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="lecture_menus")
    course = models.ForeignKey(Course, on_delete=models.PROTECT)
    most = models.PositiveSmallIntegerField(_("一度に教えられる人数"), default=40)
    about = models.CharField(_("説明"), max_length=200, blank=True)
    active = models.BooleanField(_("依頼を受ける"), default=True)
    sample = models.BooleanField(_("見本データ"), default=False)

    class Meta:
        ordering = ["organisation", "course__position", "pk"]
        constraints = [models.UniqueConstraint(fields=["organisation", "course"], name="lecture_menu_once")]

    def __str__(self) -> str:
        return f"{self.organisation} {self.course}"


class LectureStatus(models.TextChoices):
    NEW = "new", _("返事待ち")
    ARRANGED = "arranged", _("日時が決まりました")
    DECLINED = "declined", _("お受けできません")
    WITHDRAWN = "withdrawn", _("取り下げ")


class LectureRequest(models.Model):
    """A school asks for a lecture. Whoever asks is reached at one number and finds the answer by the reference."""

    reference = models.CharField(_("受付番号"), max_length=8, unique=True)
    nonce = models.CharField(max_length=40, unique=True, help_text="two presses of one form are one request")
    menu = models.ForeignKey(LectureMenu, on_delete=models.PROTECT, related_name="requests")
    municipality = models.ForeignKey("geo.Municipality", on_delete=models.PROTECT)
    school = models.CharField(_("学校・団体名"), max_length=100)
    address = models.CharField(_("場所（住所と部屋）"), max_length=200)
    contact_name = models.CharField(_("担当の方のお名前"), max_length=80)
    phone = models.CharField(_("電話番号"), max_length=32)
    wished = models.JSONField(_("希望の日時"), help_text="ISO, up to three")
    people = models.PositiveSmallIntegerField(_("人数"))
    who = models.CharField(_("学年など"), max_length=60)
    note = models.CharField(_("伝えたいこと"), max_length=300, blank=True)
    status = models.CharField(_("状態"), max_length=10, choices=LectureStatus, default=LectureStatus.NEW)
    reason = models.CharField(_("返事"), max_length=200, blank=True)
    session = models.OneToOneField(Session, on_delete=models.PROTECT, null=True, blank=True, related_name="lecture")
    made_at = models.DateTimeField(_("受け付けた日時"), auto_now_add=True)
    sample = models.BooleanField(_("見本データ"), default=False)

    class Meta:
        ordering = ["made_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status=LectureStatus.ARRANGED, session__isnull=False)
                | (~Q(status=LectureStatus.ARRANGED) & Q(session__isnull=True)),
                name="lecture_arranged_has_a_session",
            ),
        ]
        indexes = [models.Index(fields=["status", "made_at"], name="lecture_by_status")]

    def __str__(self) -> str:
        return self.reference

    @property
    def subject(self) -> str:
        """The key under which the access log knows it."""
        return f"lecture:{self.pk}"


class LectureEvent(models.Model):
    """What became of a request, in the same transaction (law 10)."""

    request = models.ForeignKey(LectureRequest, on_delete=models.CASCADE, related_name="events")
    old = models.CharField(max_length=10, choices=LectureStatus)
    new = models.CharField(max_length=10, choices=LectureStatus)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.old}→{self.new}"
