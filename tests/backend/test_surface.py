"""The three processes of a house split over two networks, each a real one: SURFACE=all, public, staff."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from socket import socket

import pytest
from django.conf import settings
from django.urls import URLResolver, get_resolver

pytestmark = pytest.mark.once

SURFACES = ("all", "public", "staff")
Ports = dict[str, int]


def free_port() -> int:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def ask(port: int, path: str) -> HTTPResponse:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path)
    response = connection.getresponse()
    response.read()
    return response


def answers(port: int) -> bool:
    try:
        return ask(port, "/healthz").status == 200
    except OSError:
        return False


@pytest.fixture(scope="module")
def ports(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ports]:
    database = shutil.copy(migrated_file, tmp_path_factory.mktemp("surfaces"))
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings_served",
        "DATABASE_URL": f"sqlite:///{database}",
        "PYTHONPATH": str(settings.BASE_DIR),
    }
    manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
    subprocess.run([*manage, "load_programme"], env=env, check=True)
    found = {surface: free_port() for surface in SURFACES}
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "backend.wsgi", "--bind", f"127.0.0.1:{port}", "--log-level", "error"],
            env=env | {"SURFACE": surface},
        )
        for surface, port in found.items()
    ]
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline and not all(answers(port) for port in found.values()):
        time.sleep(0.2)
    yield found
    for process in running:
        process.terminate()
    for process in running:
        process.wait(20)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/staff/sign-in/", {"all": 200, "public": 404, "staff": 200}),
        ("/staff/admin/login/", {"all": 200, "public": 404, "staff": 200}),
        ("/staff/", {"all": 302, "public": 404, "staff": 302}),
        ("/", {"all": 200, "public": 200, "staff": 302}),
        ("/bookings/", {"all": 200, "public": 200, "staff": 404}),
        ("/senders/", {"all": 200, "public": 200, "staff": 404}),
        ("/coverage/", {"all": 200, "public": 200, "staff": 200}),
        ("/api/openapi.json", {"all": 200, "public": 200, "staff": 200}),
        ("/healthz", {"all": 200, "public": 200, "staff": 200}),
    ],
)
def test_each_process_answers_for_its_own_surface_only(ports: Ports, path: str, expected: dict[str, int]) -> None:
    assert {surface: ask(port, path).status for surface, port in ports.items()} == expected


def addresses(node: URLResolver, start: str = "/") -> Iterator[str]:
    """Every address under `node`, with 1 for each of its parameters."""
    for entry in node.url_patterns:
        here = start + re.sub("<[^>]+>", "1", str(entry.pattern))
        if isinstance(entry, URLResolver):
            yield from addresses(entry, here)
        else:
            yield here


def test_webhooks_are_answered_by_the_public_process_and_not_by_the_staff_one(ports: Ports) -> None:
    hooks = [address for address in addresses(get_resolver()) if address.startswith(("/hooks/", "/phone/"))]
    assert hooks, "no webhook is mounted"
    for hook in hooks:
        # Not signed by the provider, or not a POST: refused, but by one who is there, or who knows no call number 1.
        assert ask(ports["public"], hook).status in {400, 403, 405, *([404] if "/1/" in hook else [])}, hook
        assert ask(ports["staff"], hook).status == 404, hook


def test_every_process_sends_the_strict_content_security_policy(ports: Ports) -> None:
    for port in ports.values():
        policy = ask(port, "/healthz").headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
