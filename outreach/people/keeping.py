"""What a visitor without an account has made or proved theirs, kept in the browser's session for 15 minutes."""

from datetime import timedelta

from django.http import HttpRequest
from django.utils import timezone

KEPT = timedelta(minutes=15)  # since the last page: town halls and libraries share their PCs


class Kept:
    """One row's primary key under `key`."""

    def __init__(self, key: str) -> None:
        self.key = key

    def remember(self, request: HttpRequest, pk: int) -> None:
        request.session.cycle_key()  # from here on the session opens personal data: a planted one must not
        request.session[self.key] = {"pk": pk, "until": (timezone.now() + KEPT).timestamp()}

    def recall(self, request: HttpRequest) -> int | None:
        """The key, while the time lasts; it starts anew."""
        kept = request.session.get(self.key)
        if not kept or kept["until"] < timezone.now().timestamp():
            self.forget(request)
            return None
        request.session[self.key] = {**kept, "until": (timezone.now() + KEPT).timestamp()}
        return int(kept["pk"])

    def forget(self, request: HttpRequest) -> None:
        request.session.pop(self.key, None)
