"""English is complete: every text for users has its translation, and what is compiled is what was written."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.test import Client

CATALOGUE = Path(settings.BASE_DIR) / "backend" / "locale" / "en" / "LC_MESSAGES" / "django.po"
FIELD = re.compile(r"%\(\w+\)s|\{\w+\}")
MAKE = ["makemessages", "--locale", "en", "--no-obsolete", "--no-wrap", "--no-location", "--verbosity", "0"]


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(CATALOGUE))


def test_every_text_has_an_english_one(catalogue: polib.POFile) -> None:
    assert [e.msgid for e in catalogue if not e.msgstr or e.fuzzy] == []


def test_a_translation_keeps_every_field(catalogue: polib.POFile) -> None:
    wrong = [e.msgid for e in catalogue if sorted(FIELD.findall(e.msgid)) != sorted(FIELD.findall(e.msgstr))]
    assert wrong == []


def test_what_is_compiled_is_what_was_written(catalogue: polib.POFile) -> None:
    compiled = polib.mofile(str(CATALOGUE.with_suffix(".mo")))
    assert {e.msgid: e.msgstr for e in compiled} == {e.msgid: e.msgstr for e in catalogue}


@pytest.mark.once
def test_no_text_for_users_is_missing_from_the_catalogue(catalogue: polib.POFile, tmp_path: Path) -> None:
    """Extract anew from a copy of the sources: needs GNU gettext, which `make test` installs."""
    for name in ("backend", "outreach", "geo", "templates"):
        shutil.copytree(
            settings.BASE_DIR / name, tmp_path / name, ignore=shutil.ignore_patterns("*.zip", "__pycache__")
        )
    shutil.copy(settings.BASE_DIR / "manage.py", tmp_path)
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "backend.settings", "DATABASE_URL": "sqlite://:memory:"}
    command = [sys.executable, "manage.py", *MAKE]
    made = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    fresh = polib.pofile(str(tmp_path / CATALOGUE.relative_to(settings.BASE_DIR)))
    assert {e.msgid for e in fresh} - {e.msgid for e in catalogue} == set()


@pytest.mark.django_db
def test_a_reader_chooses_english_by_a_button_and_japanese_stays_the_default(client: Client) -> None:
    assert "お近くのスマホ講習会" in client.get("/", headers={"Accept-Language": "en"}).content.decode()
    client.post("/i18n/setlang/", {"language": "en", "next": "/"})
    assert "Smartphone classes near you" in client.get("/").content.decode()
