"""How often something came from somewhere lately: one row a key, whichever process counts."""

from django.db import models


class FormCount(models.Model):
    """Forms sent from an address, or naming a number, until a time; see `people.counting`."""

    key = models.CharField(primary_key=True, max_length=64, help_text="keyed hash of an address or a number")
    n = models.PositiveIntegerField()
    until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.n)
