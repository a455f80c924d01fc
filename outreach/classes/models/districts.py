"""地区: the parts of a town, what each answered to the survey, and the dates proposed for it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from outreach.classes.models.programme import Course, Scheme
from outreach.classes.models.sessions import Session
from outreach.classes.models.venues import Venue
from outreach.people.models import Organisation, Person, User


class District(models.Model):
    """地区: a part of a municipality with a hall of its own. Ube city has 24."""

    municipality = models.ForeignKey("geo.Municipality", on_delete=models.PROTECT, related_name="districts")
    name = models.CharField(_("地区名"), max_length=60)
    kana = models.CharField(_("カナ"), max_length=90)
    hall = models.ForeignKey(Venue, on_delete=models.PROTECT, verbose_name=_("会場"), related_name="districts")
    sample = models.BooleanField(_("見本データ"), default=False)

    class Meta:
        ordering = ["municipality", "kana", "pk"]
        constraints = [models.UniqueConstraint(fields=["municipality", "name"], name="district_once")]

    def __str__(self) -> str:
        return self.name


class SurveyStatus(models.TextChoices):
    OPEN = "open", _("回答を受付中")
    PROPOSED = "proposed", _("日程の案あり")
    DONE = "done", _("回を作成済み")


class DistrictSurvey(models.Model):
    """地区アンケート: which courses, in which period, with which teachers; then the dates for all districts."""

    name = models.CharField(_("名称"), max_length=100)
    municipality = models.ForeignKey("geo.Municipality", on_delete=models.PROTECT)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, verbose_name=_("実施団体"))
    scheme = models.CharField(_("事業類型"), max_length=12, choices=Scheme)
    first_day = models.DateField(_("期間の初日"))
    last_day = models.DateField(_("期間の末日"))
    answer_by = models.DateField(_("回答の締め切り"))
    classes_each = models.PositiveSmallIntegerField(_("1地区の回数"), default=2)
    courses = models.ManyToManyField(Course, verbose_name=_("選べる講座"))
    teachers = models.ManyToManyField(Person, verbose_name=_("講師"))
    morning = models.TimeField(_("午前の開始"), default="10:00")
    afternoon = models.TimeField(_("午後の開始"), default="13:30")
    gap_days = models.PositiveSmallIntegerField(_("同じ地区であける日数"), default=7)
    per_week = models.PositiveSmallIntegerField(_("講師1人の週の上限（回）"), default=6)
    status = models.CharField(_("状態"), max_length=8, choices=SurveyStatus, default=SurveyStatus.OPEN)
    blocked = models.JSONField(_("入らない地区と理由"), default=list)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    sample = models.BooleanField(_("見本データ"), default=False)

    class Meta:
        ordering = ["-first_day", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="survey_ends_later"),
            models.CheckConstraint(condition=Q(classes_each__gte=1, classes_each__lte=4), name="survey_few_classes"),
        ]

    def __str__(self) -> str:
        return self.name


class SurveyEvent(models.Model):
    """What became of a survey, in the same transaction (law 10)."""

    survey = models.ForeignKey(DistrictSurvey, on_delete=models.CASCADE, related_name="events")
    old = models.CharField(max_length=8, choices=SurveyStatus)
    new = models.CharField(max_length=8, choices=SurveyStatus)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.old}→{self.new}"


class DistrictAnswer(models.Model):
    """What one district wrote; `code` opens its form. Days and hours, and nobody's name."""

    class Channel(models.TextChoices):
        WEB = "web", _("ウェブ")
        PAPER = "paper", _("用紙")

    survey = models.ForeignKey(DistrictSurvey, on_delete=models.CASCADE, related_name="answers")
    district = models.ForeignKey(District, on_delete=models.PROTECT)
    code = models.CharField(_("回答番号"), max_length=10, unique=True)
    halves = models.JSONField(_("都合のよい曜日"), default=list, help_text="0-am … 6-pm")
    off_days = models.JSONField(_("都合の悪い日"), default=list, help_text="ISO")
    hall = models.ForeignKey(Venue, on_delete=models.PROTECT, verbose_name=_("会場"))
    note = models.CharField(_("伝えたいこと"), max_length=200, blank=True)
    answered_at = models.DateTimeField(_("回答日時"), null=True, blank=True)
    channel = models.CharField(_("回答の方法"), max_length=8, choices=Channel, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["survey", "district__kana", "pk"]
        constraints = [models.UniqueConstraint(fields=["survey", "district"], name="district_answers_once")]

    def __str__(self) -> str:
        return f"{self.survey_id} {self.district_id}"


class AnswerChoice(models.Model):
    """One of the courses that a district chose, in order; it may choose the same one twice."""

    answer = models.ForeignKey(DistrictAnswer, on_delete=models.CASCADE, related_name="choices")
    number = models.PositiveSmallIntegerField(_("何回目"))
    course = models.ForeignKey(Course, on_delete=models.PROTECT)

    class Meta:
        ordering = ["answer", "number"]
        constraints = [models.UniqueConstraint(fields=["answer", "number"], name="answer_choice_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.course}"


class ProposedClass(models.Model):
    """One class of the proposal: looked over, changed, and at last made into a session."""

    survey = models.ForeignKey(DistrictSurvey, on_delete=models.CASCADE, related_name="proposed")
    district = models.ForeignKey(District, on_delete=models.PROTECT)
    number = models.PositiveSmallIntegerField(_("何回目"))
    course = models.ForeignKey(Course, on_delete=models.PROTECT)
    hall = models.ForeignKey(Venue, on_delete=models.PROTECT)
    teacher = models.ForeignKey(Person, on_delete=models.PROTECT)
    day = models.DateField(_("日"))
    half = models.PositiveSmallIntegerField(_("午前・午後"), choices=[(0, _("午前")), (1, _("午後"))])
    session = models.OneToOneField(Session, on_delete=models.SET_NULL, null=True, blank=True)

    class Meta:
        ordering = ["day", "half", "pk"]
        constraints = [models.UniqueConstraint(fields=["survey", "district", "number"], name="proposed_class_once")]

    def __str__(self) -> str:
        return f"{self.district} {self.number}"
