"""The house's own settings, made quick and quiet for tests. TEST_DATABASE_URL runs them on PostgreSQL."""

import os
import tempfile
from pathlib import Path

import dj_database_url

from backend.settings import *  # noqa: F403
from backend.settings import DATABASES, LOGGING, MIDDLEWARE, STORAGES

TEST_DATABASE_URL = os.environ.get("TEST_DATABASE_URL", "")
if TEST_DATABASE_URL:
    DATABASES["default"] = dj_database_url.parse(TEST_DATABASE_URL)
    # Two runs on one server do not share a database.
    DATABASES["default"]["TEST"] = {"NAME": f"test_tsutsuura_{os.getpid()}"}
else:
    # A file, since threads and the live server need connections of their own.
    SQLITE_FILE = Path(tempfile.gettempdir()) / f"tsutsuura-test-{os.getpid()}.sqlite3"
    DATABASES["default"] = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(SQLITE_FILE),
        "TEST": {"NAME": str(SQLITE_FILE)},
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA cache_size=-64000;",
        },
    }

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "tests"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MEDIA_ROOT = Path(tempfile.gettempdir()) / f"tsutsuura-test-media-{os.getpid()}"
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True
if os.environ.get("SLOW_PAGES"):
    MIDDLEWARE = ["tests.slow.slow", *MIDDLEWARE]
LOGGING["root"] = {"handlers": ["stderr"], "level": "WARNING"}
