"""What a carrier sends by file: its monthly plan, and the results of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from outreach.classes.models.sessions import Session
from outreach.people.models import Organisation, User


class Upload(models.Model):
    """A file (全国展開型) as it arrived: looked over first; once confirmed, carried out to its end.

    A file of thousands of rows is carried out in short steps, each its own transaction, by whoever holds the lease; a
    process that dies leaves the lease to run out, and the next one goes on where it stopped. What gets no further
    after several tries has failed: `fault` says why, `fault_row` at which line; the office tries again or withdraws it.
    """

    class Kind(models.TextChoices):
        PLAN = "plan", _("月間計画")
        RESULTS = "results", _("実績")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="uploads")
    kind = models.CharField(_("種別"), max_length=8, choices=Kind, default=Kind.PLAN)
    name = models.CharField(_("ファイル名"), max_length=100)
    content = models.BinaryField(_("中身"))
    made_at = models.DateTimeField(_("受け取った時刻"), auto_now_add=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(_("取り込みを始めた時刻"), null=True, blank=True)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    rows_done = models.PositiveIntegerField(_("済んだ行"), default=0)
    rows_total = models.PositiveIntegerField(_("行"), default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0, editable=False)  # in a row that got no further
    next_try_at = models.DateTimeField(null=True, blank=True, editable=False)
    fault = models.CharField(_("取り込めない理由"), max_length=300, blank=True)
    fault_row = models.PositiveIntegerField(_("つまずいた行"), null=True, blank=True)
    failed_at = models.DateTimeField(_("取り込めなかった時刻"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("取り下げた時刻"), null=True, blank=True)
    report = models.JSONField(_("結果"), null=True, blank=True)
    done_at = models.DateTimeField(_("取り込んだ時刻"), null=True, blank=True)

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> str:
        """In a word, for lists."""
        for at, word in (
            (self.done_at, _("取り込み済み")),
            (self.withdrawn_at, _("取り下げ")),
            (self.failed_at, _("取り込めませんでした")),
            (self.confirmed_at, _("取り込み中")),
        ):
            if at:
                return str(word)
        return str(_("確認待ち"))


class UploadedSlot(models.Model):
    """The organisation's own number of a session that came by file, so that the next file finds it again.

    `staged`: drafted by `upload`, which is still being carried out; published with all the others at its end.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="uploaded_slots")
    key = models.CharField(_("枠番号"), max_length=60)
    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="uploaded_slot")
    staged = models.BooleanField(default=False)
    upload = models.ForeignKey(Upload, on_delete=models.SET_NULL, null=True, blank=True, related_name="slots")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "key"], name="uploaded_slot_once")]
        indexes = [models.Index(fields=["organisation"], condition=models.Q(staged=True), name="uploaded_slot_staged")]

    def __str__(self) -> str:
        return self.key
