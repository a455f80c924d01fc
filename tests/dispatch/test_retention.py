"""Whom to ring about a request is forgotten in time; what was asked stays."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outreach.dispatch import jobs, services
from outreach.dispatch.models import DispatchRequest, RequestLetter, RequestUpload
from outreach.dispatch.retention import forget_contacts
from outreach.people.models import Role
from tests import factories
from tests.dispatch import letters

pytestmark = pytest.mark.django_db


def test_contacts_are_forgotten_after_their_time_and_no_sooner() -> None:
    letters.accepted(note="鍵は福祉課")
    declined = letters.letter()
    services.decline_letter(letter=declined, by=None, reason="いたずら")
    RequestLetter.objects.update(filed=declined.written)  # as a file once said it
    assert jobs.purge() == 0
    assert forget_contacts(now=timezone.now() + timedelta(days=390)) == 0
    later = timezone.now() + timedelta(days=800)
    assert forget_contacts(now=later) == 2
    assert forget_contacts(now=later) == 0
    request = DispatchRequest.objects.get()
    assert (request.contact_name, request.contact_phone, request.note, request.heads) == ("", "", "", 12)
    for letter in RequestLetter.objects.all():
        assert letter.filed is None
        assert letter.contact_name == letter.contact_phone == ""
        assert "contact_name" not in letter.written
        assert letter.written["heads"] == ["12"]


def test_a_list_that_was_sent_in_goes_whole_after_a_month_as_its_page_says(client: Client) -> None:
    centre = factories.organisation(kind="dispatch", municipality=None)
    user = factories.user(Role.COORDINATOR, organisation=centre)
    client.force_login(user)
    assert "30日たつと消します" in client.get(reverse("dispatch:request-uploads")).content.decode()
    for done_at in (None, timezone.now()):
        RequestUpload.objects.create(organisation=centre, name="x", content=b"x", made_by=user, done_at=done_at)
    forget_contacts(now=timezone.now() + timedelta(days=29))
    assert RequestUpload.objects.count() == 2
    forget_contacts(now=timezone.now() + timedelta(days=31))
    assert not RequestUpload.objects.exists()
