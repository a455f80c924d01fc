"""What can become of a message, and the sets of statuses that have names. Needs no models, so that apps may read it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MessageStatus(models.TextChoices):
    PENDING = "pending", _("送信待ち")
    SENDING = "sending", _("送信中")
    UNKNOWN = "unknown", _("届いたか確認中")
    SENT = "sent", _("送信済み")
    DELIVERED = "delivered", _("到達")
    CALL = "call", _("電話に切替")
    TO_PRINT = "to_print", _("印刷待ち")
    PRINTED = "printed", _("印刷済み")
    SHOWN = "shown", _("画面に表示（送信していません）")
    REFUSED = "refused", _("本人が希望しない")
    FAILED = "failed", _("失敗")
    WITHDRAWN = "withdrawn", _("取りやめ")


S = MessageStatus
WITHDRAWABLE = frozenset({S.PENDING, S.TO_PRINT})
IN_DOUBT = frozenset({S.SENDING, S.UNKNOWN})
TOLD = frozenset({S.SENT, S.DELIVERED, S.PRINTED})
FINAL = frozenset({S.DELIVERED, S.CALL, S.PRINTED, S.SHOWN, S.REFUSED, S.FAILED, S.WITHDRAWN})  # law 5
