"""Wrong tries that must not go on for ever."""

from django.db import models


class FailedTry(models.Model):
    """A wrong reference or number, so that nobody can guess on. Only failures count: a hall shares one address."""

    key = models.CharField(max_length=64, help_text="keyed hash of an address or a reference")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "failed tries"
        indexes = [models.Index(fields=["key", "at"], name="failed_try_by_key")]

    def __str__(self) -> str:
        return str(self.pk)
