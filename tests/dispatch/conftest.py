"""What the room's tests share: the centre that sends instructors, and its coordinator's browser."""

import pytest
from django.test import Client

from outreach.people.models import Organisation, Role
from tests import factories


@pytest.fixture
def centre(db: None) -> Organisation:
    return factories.organisation(kind="dispatch", municipality=None)


@pytest.fixture
def desk(client: Client, centre: Organisation) -> Client:
    client.force_login(factories.user(Role.COORDINATOR, organisation=centre))
    return client
