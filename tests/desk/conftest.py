"""What the desk's tests share: an office at ten in the morning, and its people."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from outreach.classes.models import Session
from outreach.classes.rules import JST
from outreach.people.models import Organisation, Role, User
from tests import factories

SignIn = Callable[..., Client]


@pytest.fixture(autouse=True)
def ten_in_the_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls may be made then, whatever the hour of the test. The clock still runs."""
    real = timezone.now
    local = real().astimezone(JST)
    shift = local.replace(hour=10, minute=0, second=0, microsecond=0) - local
    monkeypatch.setattr(timezone, "now", lambda: real() + shift)


@pytest.fixture
def office(db: None) -> Organisation:
    factories.programme_year()
    return factories.organisation()


@pytest.fixture
def coordinator(office: Organisation) -> User:
    return factories.user(Role.COORDINATOR, organisation=office)


@pytest.fixture
def desk(client: Client, coordinator: User) -> Client:
    """The coordinator's browser."""
    client.force_login(coordinator)
    return client


@pytest.fixture
def sign_in(db: None) -> SignIn:
    """Another browser, for another role: `sign_in(Role.MINISTRY)`."""

    def enter(role: Role | None = Role.COORDINATOR, **reach: Any) -> Client:
        other = Client()
        other.force_login(factories.user(role, **reach))
        return other

    return enter


def put_at(session: Session, starts_at: datetime) -> Session:
    """Move a session to any time, also into the past, as if it had been planned so."""
    Session.objects.filter(pk=session.pk).update(starts_at=starts_at, ends_at=starts_at + timedelta(hours=1))
    session.refresh_from_db()
    return session


def just_over(session: Session) -> Session:
    return put_at(session, timezone.now() - timedelta(hours=2))


def said(answer: Any) -> str:
    """What the page that a POST leads to says."""
    return str(answer.content.decode())
