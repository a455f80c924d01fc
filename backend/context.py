"""What every page may show."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    return {
        "sample_mode": settings.SAMPLE_MODE,
        "surface": settings.SURFACE,
        "callback_number": settings.CALLBACK_NUMBER,
    }
