"""Seven digits last for ever: codes of classes long over go back."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from outreach.classes.jobs import release
from outreach.classes.models import Session
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_code_goes_back_once_its_class_is_long_over() -> None:
    old, fresh = factories.session(), factories.session()
    code, kept = old.code, fresh.code
    long_ago = timezone.now() - timedelta(days=500)
    Session.objects.filter(pk=old.pk).update(starts_at=long_ago, ends_at=long_ago + timedelta(hours=1))
    assert (release(), release()) == (1, 0)
    old.refresh_from_db()
    fresh.refresh_from_db()
    assert fresh.code == kept
    assert not Session.objects.filter(code=code).exists()
    fresh.code = code
    fresh.save()  # another class may draw it


def test_nobody_finds_a_class_by_an_archived_code(client: Client) -> None:
    old = factories.session()
    Session.objects.filter(pk=old.pk).update(code="-000001")
    assert client.get("/classes/-000001/").status_code == 404
