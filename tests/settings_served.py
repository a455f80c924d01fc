"""The house's own settings for processes that tests start: everything real but the collected static files."""

from backend.settings import *  # noqa: F403
from backend.settings import STORAGES

STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
