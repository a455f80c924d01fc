"""A person's own calendar, as others' programmes may read it."""

import secrets

from django.db import models

from outreach.people.models.persons import Person


def new_token() -> str:
    return secrets.token_urlsafe(24)


class CalendarFeed(models.Model):
    """The secret address of someone's feed. Revoked: the row is gone, and the address leads nowhere."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="calendar_feed")
    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"feed of {self.person_id}"
