"""Who teaches and helps, and what each of them may teach."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from outreach.people.models.users import Organisation, User


class Person(models.Model):
    """Someone who teaches or helps: the one row that the ledger of engagements knows them by."""

    user = models.OneToOneField(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="person")
    name = models.CharField(_("氏名"), max_length=80)
    kana = models.CharField(_("カナ"), max_length=80)
    phone = models.CharField(_("電話番号"), max_length=16, blank=True, help_text=_("E.164 形式"))
    email = models.EmailField(_("メール"), blank=True)
    municipality = models.ForeignKey("geo.Municipality", on_delete=models.PROTECT, verbose_name=_("拠点の市区町村"))
    lat = models.FloatField(_("拠点の緯度"))
    lon = models.FloatField(_("拠点の経度"))
    sample = models.BooleanField(_("見本データ"), default=False)

    class Meta:
        ordering = ["kana", "pk"]

    def __str__(self) -> str:
        return self.name


class Skill(models.Model):
    """技能: what courses need and qualifications give."""

    code = models.SlugField(max_length=40, primary_key=True)
    name = models.CharField(_("名称"), max_length=60)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Instructor(models.Model):
    """講師: a person certified to teach, on behalf of an organisation."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="instructor")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="instructors")
    active = models.BooleanField(_("活動中"), default=True)
    left_on = models.DateField(_("やめた日"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(active=False), name="instructor_who_left_is_not_active"
            )
        ]

    def __str__(self) -> str:
        return self.person.name


class Supporter(models.Model):
    """サポーター: a volunteer who helps beside the teacher or visits homes.

    Gender is kept only where they say it, since some residents wish for a visitor of their own. Who left stays as a
    name on what they did, until `services.forget_people` blanks it.
    """

    class Gender(models.TextChoices):
        UNSAID = "", _("答えない")
        FEMALE = "female", _("女性")
        MALE = "male", _("男性")

    class Kind(models.TextChoices):
        STUDENT = "student", _("学生")
        RESIDENT = "resident", _("住民")
        DISABILITY_PC = "disability_pc", _("障害者パソコンサポーター")

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="supporter")
    kind = models.CharField(_("種別"), max_length=16, choices=Kind)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="supporters")
    active = models.BooleanField(_("活動中"), default=True)
    gender = models.CharField(_("性別"), max_length=8, choices=Gender, blank=True, default=Gender.UNSAID)
    reach_km = models.PositiveSmallIntegerField(_("行ける距離（km）"), default=20)
    month_limit = models.PositiveSmallIntegerField(_("1か月の回数の上限"), default=8)
    joined_on = models.DateField(_("登録した日"), null=True, blank=True)
    left_on = models.DateField(_("やめた日"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(active=False), name="supporter_who_left_is_not_active"
            )
        ]

    def __str__(self) -> str:
        return self.person.name

    @property
    def skill_needed(self) -> str:
        """The code of the skill that the training of this kind of supporter gives."""
        return TRAINED[self.kind]


TRAINED: dict[str, str] = {
    Supporter.Kind.STUDENT: "helper",
    Supporter.Kind.RESIDENT: "helper",
    Supporter.Kind.DISABILITY_PC: "disability-pc",
}


class Qualification(models.Model):
    """資格: what a person may teach or do, from when until when; by which training and test, issued by whom."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="qualifications")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT)
    issuer = models.CharField(_("発行者"), max_length=100)
    number = models.CharField(_("認定番号"), max_length=40, blank=True)
    training = models.CharField(_("受けた研修"), max_length=100, blank=True)
    test = models.CharField(_("合格した試験"), max_length=100, blank=True)
    passed_on = models.DateField(_("合格した日"), null=True, blank=True)
    valid_from = models.DateField(_("有効期間の初日"))
    valid_to = models.DateField(_("有効期間の末日"), null=True, blank=True)

    class Meta:
        ordering = ["person", "skill", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["person", "skill", "valid_from"], name="qualification_once"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="qualification_ends_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.skill}"
