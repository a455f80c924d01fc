"""The wiring: every route has an owner, every queued path imports, every template compiles, floors hold."""

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template.loader import get_template
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.module_loading import import_string

from backend.api import ROOMS as MOUNTED
from backend.api import api
from backend.schedule import JOBS

BASE = Path(settings.BASE_DIR)
ROOMS = ("backend", "geo", "outreach")
NOT_OURS = ("staff/admin/", "i18n/", "api/")  # Django's own, and ninja's wrappers: its operations are looked at below


def routes(node: URLResolver, start: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in node.url_patterns:
        if isinstance(entry, URLResolver):
            yield from routes(entry, start + str(entry.pattern))
        else:
            yield start + str(entry.pattern), entry


def operations() -> Iterator[tuple[str, Any]]:
    for router in api._get_bound_routers():
        for address, view in router.path_operations.items():
            yield from ((f"{'/'.join(o.methods)} {address}", o) for o in view.operations)


def sources(pattern: str) -> list[Path]:
    return [path for room in ROOMS for path in sorted((BASE / room).rglob(pattern))]


def test_every_route_says_who_may_open_it() -> None:
    ours = [(address, route) for address, route in routes(get_resolver()) if not address.startswith(NOT_OURS)]
    assert ours
    assert [address for address, route in ours if not hasattr(route.callback, "owner")] == []


def test_every_api_operation_says_who_may_call_it() -> None:
    found = list(operations())
    assert [name for name, operation in found if not hasattr(operation.view_func, "owner")] == []


def test_no_api_operation_that_writes_trusts_the_cookie_alone() -> None:
    """Django ninja's views skip the CSRF check, so a signed-in write would be open to any other site's form."""
    writing = [(n, o) for n, o in operations() if set(o.methods) - {"GET", "HEAD", "OPTIONS"}]
    assert [n for n, o in writing if getattr(o.view_func, "owner", "") != "everyone" and not o.auth_callbacks] == []


def test_staff_routes_and_only_they_stand_under_staff() -> None:
    for room in MOUNTED:
        if not find_spec(f"{room}.urls"):
            continue
        urls = import_module(f"{room}.urls")
        for kind in ("public", "hooks", "both", "staff"):
            for route in getattr(urls, kind, []):
                assert str(route.pattern).startswith("staff/") == (kind == "staff"), f"{room} {kind}: {route.pattern}"


def test_every_scheduled_path_imports() -> None:
    for job in JOBS:
        assert callable(import_string(job.path)), job


def test_every_queued_path_imports() -> None:
    """Jobs are queued by name, and a name that leads nowhere would fail at night."""
    queued = re.compile(r"""async_task\(\s*["']([\w.]+)["']""")
    found = {path for source in sources("*.py") for path in queued.findall(source.read_text())}
    assert "backend.jobs.beat" in found
    for path in found:
        assert callable(import_string(path)), path


@pytest.mark.parametrize(
    "name",
    sorted(
        str(path.relative_to(folder))
        for folder in [BASE / "templates", *(p for p in sources("templates") if p.is_dir())]
        for path in folder.rglob("*")
        if path.is_file()
    ),
)
def test_every_template_compiles(name: str) -> None:
    get_template(name)


def test_no_page_carries_a_script_or_a_style_inside() -> None:
    """The policy would block it anyway; here it is named before a browser has to find it."""
    inline = re.compile(r"<style|\sstyle=|<script(?![^>]*\ssrc=)(?![^>]*application/json)|\son\w+=", re.IGNORECASE)
    tags = re.compile("{%.*?%}|{{.*?}}", re.DOTALL)  # `style` is also an argument of ours
    pages = (BASE / "templates").rglob("*.html")
    assert [str(p.relative_to(BASE)) for p in pages if inline.search(tags.sub("", p.read_text()))] == []


def test_no_module_grows_past_400_lines() -> None:
    ours = [path for path in sources("*.py") if "migrations" not in path.parts]
    lengths = {str(path.relative_to(BASE)): len(path.read_text().splitlines()) for path in ours}
    assert {name: lines for name, lines in lengths.items() if lines > 400} == {}


@pytest.mark.once
def test_imports_point_down_only() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports")]
    found = subprocess.run(command, cwd=BASE, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout
