"""With REDIS_URL the processes share one cache: shown on a real Redis, since a stand-in would prove nothing."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from django.conf import settings

WRITE = "from django.core.cache import cache; cache.set('word', 'つつうら', 60)"
READ = "from django.core.cache import cache; print(cache.get('word'))"


@pytest.fixture
def redis_url() -> Iterator[str]:
    server = shutil.which("redis-server")
    assert server, "redis-server is missing: `make test` as root installs it."
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [server, "--port", str(port), "--save", "", "--bind", "127.0.0.1"], stdout=subprocess.DEVNULL
    )
    for _ in range(50):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield f"redis://127.0.0.1:{port}/0"
    process.terminate()
    process.wait(10)


def in_a_process_of_its_own(code: str, redis_url: str) -> str:
    setup = "import django; django.setup(); "
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "backend.settings",
        "REDIS_URL": redis_url,
        "DATABASE_URL": "sqlite://:memory:",
    }
    command = [sys.executable, "-c", setup + code]
    return subprocess.run(
        command, cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.mark.once
def test_what_one_process_keeps_another_finds(redis_url: str) -> None:
    in_a_process_of_its_own(WRITE, redis_url)
    assert in_a_process_of_its_own(READ, redis_url) == "つつうら"
