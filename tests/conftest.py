"""What every test may ask for. Browser fixtures: tests/browser.py."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from tests import migrated

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
def django_db_keepdb() -> bool:
    """It is there already: a copy (the next fixture). `--create-db` goes through all migrations all the same."""
    return True


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[None]:
    server, name = os.environ.get("TEST_DATABASE_URL"), str(connection.settings_dict["TEST"]["NAME"])
    if server:
        migrated.copy_on(server, name)
        yield
        migrated.drop_on(server, name)
    else:
        migrated.copy_file(Path(name))
        yield
        for file in Path(name).parent.glob(f"{Path(name).name}*"):
            file.unlink()


@pytest.fixture(scope="session")
def migrated_file() -> Path:
    """A SQLite database with every migration, to copy for processes that a test starts."""
    return migrated.migrated_file()
