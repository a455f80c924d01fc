"""What the house keeps about itself."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Heartbeat(models.Model):
    """When a job worker last finished something. A row a worker."""

    worker = models.CharField(_("ワーカー"), max_length=100, primary_key=True)
    beat_at = models.DateTimeField(_("最後に動いた時刻"))

    class Meta:
        ordering = ["-beat_at"]

    def __str__(self) -> str:
        return f"{self.worker} {self.beat_at:%Y-%m-%d %H:%M:%S}"
