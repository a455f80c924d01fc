"""What probes are told."""

from datetime import timedelta

import pytest
from axes.models import AccessLog
from django.test import Client
from django.utils import timezone

from backend.health import check_migrations
from backend.jobs import beat, tidy
from backend.models import Heartbeat


def test_healthz_answers_without_a_database(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "alive"})
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.django_db
def test_readyz_is_ready_when_everything_stands(client: Client) -> None:
    beat()
    response = client.get("/readyz")
    assert response.status_code == 200, response.content
    assert set(response.json()["checks"]) == {"database", "migrations", "guards", "messages", "worker"}


@pytest.mark.django_db
def test_readyz_tells_a_worker_that_fell_silent(client: Client) -> None:
    Heartbeat.objects.create(worker="w", beat_at=timezone.now() - timedelta(minutes=6))
    response = client.get("/readyz")
    assert (response.status_code, response.json()["checks"]["worker"]) == (503, "last heartbeat 360 s ago")


@pytest.mark.django_db
def test_readyz_tells_a_worker_that_never_ran(client: Client) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.json()["checks"]["worker"]) == (503, "no heartbeat")


@pytest.mark.django_db
def test_readyz_counts_migrations_that_are_not_applied(client: Client) -> None:
    from django.db.migrations.recorder import MigrationRecorder

    beat()
    check_migrations.cache_clear()
    MigrationRecorder.Migration.objects.filter(app="backend").delete()
    response = client.get("/readyz")
    assert (response.status_code, response.json()["checks"]["migrations"]) == (503, "1 unapplied")
    check_migrations.cache_clear()


@pytest.mark.django_db
def test_tidying_drops_what_is_old_and_keeps_what_is_new() -> None:
    Heartbeat.objects.create(worker="gone", beat_at=timezone.now() - timedelta(days=91))
    AccessLog.objects.create(username="tamura")
    AccessLog.objects.create(username="yokota")
    AccessLog.objects.filter(username="yokota").update(attempt_time=timezone.now() - timedelta(days=91))
    beat()
    tidy()
    assert Heartbeat.objects.count() == 1
    assert [log.username for log in AccessLog.objects.all()] == ["tamura"]
