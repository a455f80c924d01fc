"""Calls that a person must make."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from outreach.contact.models.messages import SUBJECT_LENGTH, Kind, Message, Why


class CallStatus(models.TextChoices):
    WAITING = "waiting", _("これから")
    REACHED = "reached", _("伝えました")
    LEFT_WORD = "left_word", _("家族に伝言")
    WRONG_NUMBER = "wrong_number", _("番号違い")
    REFUSED = "refused", _("伝えられません（連絡を断られています）")
    GAVE_UP = "gave_up", _("つながりませんでした")
    WITHDRAWN = "withdrawn", _("取りやめ")


DONE_CALLS = frozenset(CallStatus) - {CallStatus.WAITING}


class CallOutcome(models.TextChoices):
    """What came of one try: one key each."""

    REACHED = "reached", _("話せた")
    NO_ANSWER = "no_answer", _("出ない")
    LEFT_WORD = "left_word", _("家族に伝言")
    WRONG_NUMBER = "wrong_number", _("番号違い")
    NEVER_AGAIN = "never_again", _("もうかけない")


class CallTask(models.Model):
    """架電: a call that staff must make. Claimed by one person for some minutes."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, null=True, blank=True, related_name="call_task")
    subject = models.CharField(_("何についてか"), max_length=SUBJECT_LENGTH)
    revision = models.PositiveIntegerField(_("版"), default=1)
    kind = models.CharField(_("種類"), max_length=24, choices=Kind)
    why = models.CharField(_("電話する理由"), max_length=20, choices=Why, blank=True)
    number = models.CharField(_("電話番号"), max_length=16, blank=True, help_text=_("E.164 形式"))
    fields = models.JSONField(_("差し込む言葉"), default=dict)
    municipality = models.ForeignKey("geo.Municipality", on_delete=models.PROTECT, null=True, blank=True)
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, null=True, blank=True)
    sample = models.BooleanField(_("見本データ"), default=False)

    status = models.CharField(_("状態"), max_length=12, choices=CallStatus, default=CallStatus.WAITING)
    due_at = models.DateTimeField(_("かける時刻"))
    next_at = models.DateTimeField(_("次にかける時刻"))
    needed_by = models.DateTimeField(_("いつまでに"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("かけた回数"), default=0)
    claimed_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = [F("needed_by").asc(nulls_last=True), "due_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "revision", "kind", "number"],
                condition=Q(status=CallStatus.WAITING),
                name="call_only_one_open",
            ),
            models.CheckConstraint(
                condition=Q(claimed_by__isnull=True, claimed_until__isnull=True)
                | Q(claimed_by__isnull=False, claimed_until__isnull=False),
                name="call_claim_has_an_end",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(status=CallStatus.WAITING), name="call_waiting"),
            models.Index(fields=["number"], name="call_by_number"),
            models.Index(fields=["subject"], name="call_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.kind} {self.revision}"


class CallEvent(models.Model):
    """What became of a call task, and who did it (law 10)."""

    task = models.ForeignKey(CallTask, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(_("時刻"))
    old = models.CharField(max_length=12, choices=CallStatus, blank=True)
    new = models.CharField(max_length=12, choices=CallStatus)
    outcome = models.CharField(_("結果"), max_length=12, choices=CallOutcome, blank=True)
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, blank=True)
    note = models.CharField(_("メモ"), max_length=200, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.old}→{self.new}"
