"""What every test may ask for. Browser fixtures: tests/browser.py."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

pytest_plugins = ["tests.browser"]


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that may not touch the database need not be run again on another one."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if not item.get_closest_marker("django_db") and not fixtures & {"db", "transactional_db", "live_server"}:
            item.add_marker("once")


@pytest.fixture(autouse=True)
def in_japanese_with_an_empty_cache() -> Iterator[None]:
    """Rate limits live in the cache, and a page left in English would fail the next test."""
    cache.clear()
    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture
def query_count(db: None) -> Callable[[Callable[[], Any]], int]:
    """Count the statements of a call: `query_count(lambda: client.get(url))`."""

    def count(call: Callable[[], Any]) -> int:
        with CaptureQueriesContext(connection) as captured:
            call()
        return len(captured)

    return count


@pytest.fixture
def same_queries_at_1_and_30(
    query_count: Callable[[Callable[[], Any]], int],
) -> Callable[[Callable[[], Any], Callable[[], Any]], None]:
    """Assert that a list costs the same at 1 and at 30 rows: `same_queries_at_1_and_30(add_a_row, read)`."""

    def check(add_a_row: Callable[[], Any], read: Callable[[], Any]) -> None:
        add_a_row()
        read()  # warm what Django keeps: content types, templates
        at_one = query_count(read)
        for _ in range(29):
            add_a_row()
        at_thirty = query_count(read)
        assert at_thirty == at_one, f"{at_one} statements at 1 row, {at_thirty} at 30"

    return check


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with every migration, to copy for processes that a test starts."""
    path = tmp_path_factory.mktemp("migrated") / "house.sqlite3"
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "backend.settings", "DATABASE_URL": f"sqlite:///{path}"}
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "migrate", "-v", "0"]
    subprocess.run(command, env=env, check=True)
    return path
