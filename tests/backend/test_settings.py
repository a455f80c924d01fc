"""Boots as real processes: what production mode refuses, and that it says which variable is at fault."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

pytestmark = pytest.mark.once

PRODUCTION = {
    "MODE": "production",
    "SECRET_KEY": "k3" * 40 + "!#%&()=~",
    "ALLOWED_HOSTS": "tsutsuura.example",
    "PUBLIC_URL": "https://tsutsuura.example",
    "DATABASE_URL": "sqlite://:memory:",
}


def boot(*command: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
    """Run `manage.py command` with nothing in the environment but `changes`; None takes a variable away."""
    env = {"PATH": os.environ["PATH"], **{k: v for k, v in changes.items() if v is not None}}
    return subprocess.run(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), *command],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SECRET_KEY", None),
        ("SECRET_KEY", " "),
        ("PUBLIC_URL", None),
        ("ALLOWED_HOSTS", None),
        ("DEBUG", "1"),
        ("DEBUG", "flase"),
        ("SSL_REDIRECT", "ja"),
        ("MODE", "produktion"),
        ("SURFACE", "stuff"),
        ("WORKERS", "two"),
        ("SMS_GATEWAY", "pigeon"),
        ("PUBLIC_URL", "tsutsuura.example"),
    ],
)
def test_a_missing_or_misspelt_setting_stops_the_boot_and_is_named(variable: str, value: str | None) -> None:
    found = boot("check", **{**PRODUCTION, variable: value})
    assert found.returncode != 0
    assert variable in found.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize("missing", ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM"])
def test_the_twilio_gateway_names_the_secret_that_it_lacks(missing: str) -> None:
    twilio = {"SMS_GATEWAY": "twilio", "TWILIO_ACCOUNT_SID": "AC0", "TWILIO_AUTH_TOKEN": "t", "TWILIO_FROM": "+810"}
    found = boot("check", **{**PRODUCTION, **twilio, missing: None})
    assert found.returncode != 0
    assert missing in found.stderr


def test_sample_mode_refuses_a_gateway_that_could_reach_someone() -> None:
    twilio = {"SMS_GATEWAY": "twilio", "TWILIO_ACCOUNT_SID": "AC0", "TWILIO_AUTH_TOKEN": "t", "TWILIO_FROM": "+810"}
    outside = boot("check", **twilio, TWILIO_API_URL="https://twilio.example")
    assert outside.returncode != 0
    assert "TWILIO_API_URL" in outside.stderr
    assert boot("check", **twilio, TWILIO_API_URL="http://127.0.0.1:9").returncode == 0


def test_the_deployment_check_is_clean_in_production_mode() -> None:
    found = boot("check", "--deploy", "--fail-level", "DEBUG", **PRODUCTION)
    assert found.returncode == 0, found.stderr
    assert "no issues (0 silenced)" in found.stdout


def test_no_migration_is_missing() -> None:
    found = boot("makemigrations", "--check", "--dry-run", DATABASE_URL="sqlite://:memory:")
    assert found.returncode == 0, found.stdout + found.stderr
