"""Requests that must not count twice."""

from django.db import models

from outreach.registration.models.bookings import Booking


class IdempotencyKey(models.Model):
    """A client's key: a repeated request finds the booking that the first one made."""

    key = models.CharField(max_length=200, unique=True)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of the request")
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE)
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.pk)
