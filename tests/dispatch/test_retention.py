"""Whom to ring about a request is forgotten in time; what was asked stays."""

from datetime import timedelta

import pytest
from django.utils import timezone

from outreach.dispatch import jobs, services
from outreach.dispatch.models import DispatchRequest, RequestLetter
from outreach.dispatch.retention import forget_contacts
from tests.dispatch import letters

pytestmark = pytest.mark.django_db


def test_contacts_are_forgotten_after_their_time_and_no_sooner() -> None:
    letters.accepted(note="鍵は福祉課")
    declined = letters.letter()
    services.decline_letter(letter=declined, by=None, reason="いたずら")
    assert jobs.purge() == 0
    assert forget_contacts(now=timezone.now() + timedelta(days=390)) == 0
    later = timezone.now() + timedelta(days=800)
    assert forget_contacts(now=later) == 2
    assert forget_contacts(now=later) == 0
    request = DispatchRequest.objects.get()
    assert (request.contact_name, request.contact_phone, request.note, request.heads) == ("", "", "", 12)
    for letter in RequestLetter.objects.all():
        assert letter.contact_name == letter.contact_phone == ""
        assert "contact_name" not in letter.written
        assert letter.written["heads"] == ["12"]
