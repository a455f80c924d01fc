"""計画: an answer to many requests, each version of it kept; its trips and visits as rows."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from outreach.classes.models import Session, Venue
from outreach.dispatch.models.bases import OtherBase
from outreach.dispatch.models.requests import DispatchRequest
from outreach.people.models import Person, User


class PlanStatus(models.TextChoices):
    QUEUED = "queued", _("順番待ち")
    RUNNING = "running", _("計算中")
    READY = "ready", _("案")
    FAILED = "failed", _("計算できませんでした")
    PUBLISHED = "published", _("公開済み")


class PlanSolver(models.TextChoices):
    BEST = "best", _("じっくり（いちばん無駄の少ない計画をさがす）")
    GREEDY = "greedy", _("手早く（人が順に組むように）")


class Plan(models.Model):
    """A prefecture's answer from `first` to `last`.

    While it runs: `stage` is the solver's own word, `best_cost` that of the best plan so far, `bound` what no plan can
    beat; `done` of `total` where the solver can count. `failure` says why nothing came of it, and what to do.
    """

    prefecture = models.ForeignKey("geo.Prefecture", on_delete=models.PROTECT, verbose_name=_("都道府県"))
    first = models.DateField(_("初日"))
    last = models.DateField(_("末日"))
    status = models.CharField(_("状態"), max_length=10, choices=PlanStatus, default=PlanStatus.QUEUED)
    solver = models.CharField(_("解き方"), max_length=20, choices=PlanSolver, default=PlanSolver.BEST)
    seconds = models.PositiveSmallIntegerField(_("計算の秒数"), default=60)
    stop_asked = models.BooleanField(default=False)
    replanning = models.BooleanField(default=False)  # the rest is being planned anew; nothing may be moved meanwhile
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    stage = models.CharField(max_length=20, blank=True)
    best_cost = models.BigIntegerField(null=True, blank=True)
    bound = models.BigIntegerField(null=True, blank=True)
    # Set again and again while a worker is on it; `run` numbers the runs, so that one given up is not heard later.
    seen_at = models.DateTimeField(null=True, blank=True, editable=False)
    run = models.PositiveIntegerField(default=0, editable=False)
    deaths = models.PositiveSmallIntegerField(default=0, editable=False)
    failure = models.CharField(_("計算できなかった理由"), max_length=500, blank=True)
    version = models.ForeignKey("PlanVersion", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    asked_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")  # anew
    made_at = models.DateTimeField(auto_now_add=True)
    asked_at = models.DateTimeField(null=True, blank=True, editable=False)  # since when it waits for a worker
    sample = models.BooleanField(_("見本データ"), default=False)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [models.CheckConstraint(condition=Q(last__gte=F("first")), name="plan_ends_later")]

    def __str__(self) -> str:
        return f"{self.prefecture} {self.first}–{self.last}"

    @property
    def run_by(self) -> User | None:
        """For whom it is being computed: who had it planned anew, else who made it."""
        return self.asked_by if self.replanning and self.asked_by else self.made_by


class PlanProblem(models.Model):
    """What one or more versions of a plan answer, as a document that never changes; megabytes, so kept once.

    `bound` is what no answer can beat, whatever is locked; `baseline` the figures of what a careful person would plan
    (greedy): cost, hm, road_minutes, served, unserved.
    """

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="problems")
    digest = models.CharField(max_length=64)
    text = models.TextField(editable=False)
    bound = models.BigIntegerField(null=True, blank=True)
    baseline = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "digest"], name="plan_problem_once")]

    def __str__(self) -> str:
        return f"{self.plan_id}/{self.digest[:8]}"


class PlanVersion(models.Model):
    """One state of a plan, as a document that `check` accepted. Undo goes back to `before`."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="versions")
    before = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    document = models.TextField(editable=False)
    problem = models.ForeignKey(PlanProblem, on_delete=models.RESTRICT, related_name="versions")
    cost = models.BigIntegerField()
    bound = models.BigIntegerField(null=True, blank=True)
    served = models.PositiveIntegerField()
    unserved = models.PositiveIntegerField()
    hm = models.PositiveIntegerField(_("距離（100 m）"))
    road_minutes = models.PositiveIntegerField(_("移動の分数"))
    loads = models.JSONField(default=dict, editable=False)  # minutes on duty by person, and above what they'd wish
    reason = models.CharField(_("何をしたか"), max_length=100)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.plan_id}/{self.pk}"

    @property
    def km(self) -> float:
        return self.hm / 10


class Trip(models.Model):
    """行程: one person's day in a plan's current version, door to door; afterwards, what was really travelled."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="trips")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="trips")
    day = models.DateField(_("日"))
    leaves_at = models.DateTimeField(_("出発"))
    back_at = models.DateTimeField(_("帰着"))
    hm = models.PositiveIntegerField(_("距離（100 m）"))
    road_minutes = models.PositiveSmallIntegerField(_("移動の分数"))
    overnight = models.BooleanField(_("この夜は外泊"), default=False)
    base = models.ForeignKey(OtherBase, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")  # not home
    legs = models.JSONField(default=list, editable=False)  # ways of the day: minute left, minute arrived, hm, ferry
    travelled_km = models.DecimalField(_("実際の距離（km）"), max_digits=6, decimal_places=1, null=True, blank=True)
    travelled_minutes = models.PositiveSmallIntegerField(_("実際の移動（分）"), null=True, blank=True)

    class Meta:
        ordering = ["day", "leaves_at"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "person", "day"], name="trip_one_a_day"),
            models.CheckConstraint(condition=Q(back_at__gt=F("leaves_at")), name="trip_ends_later"),
        ]
        indexes = [models.Index(fields=["person", "day"], name="trip_by_person")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.day}"

    @property
    def subject(self) -> str:
        """The key in the ledger of engagements; outlives the row, which each new version writes anew."""
        return f"trip:{self.plan_id}:{self.day}"

    @property
    def km(self) -> float:
        return self.hm / 10


class Visit(models.Model):
    """訪問: a request served in a plan's current version. Locked: replanning leaves it as it is."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="visits")
    request = models.ForeignKey(DispatchRequest, on_delete=models.PROTECT, related_name="visits")
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="+", verbose_name=_("会場"))
    starts_at = models.DateTimeField(_("始まり"))
    ends_at = models.DateTimeField(_("終わり"))
    lead = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("主担当"))
    second = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("副担当")
    )
    locked = models.BooleanField(_("固定"), default=False)
    sessions = models.ManyToManyField(Session, blank=True, related_name="visits")
    trouble = models.CharField(_("講習会を作れない理由"), max_length=200, blank=True)

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "request"], name="visit_once_in_a_plan"),
            models.CheckConstraint(
                condition=Q(second__isnull=True) | ~Q(second=F("lead")), name="visit_crew_is_two_people"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def crew(self) -> list[int]:
        """Keys of the people, the lead first."""
        return [self.lead_id, *([self.second_id] if self.second_id else [])]

    @property
    def wish(self) -> int:
        """Which wish of the request its venue is; 1 is the first. Lists prefetch `request__other_venues`."""
        if self.venue_id == self.request.venue_id:
            return 1
        return next((o.rank for o in self.request.other_venues.all() if o.venue_id == self.venue_id), 1)


class DayLock(models.Model):
    """An instructor's day that replanning leaves as it is."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="day_locks")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "person", "day"], name="day_lock_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.day}"
