"""What residents, families and staff write, cleaned in one place."""

from outreach.registration.forms.application import ApplicationForm, PhoneField
from outreach.registration.forms.pages import (
    ContactForm,
    FamilyForm,
    LookupForm,
    QuietForm,
    ReferenceForm,
    ResidentForm,
)

__all__ = [
    "ApplicationForm",
    "ContactForm",
    "FamilyForm",
    "LookupForm",
    "PhoneField",
    "QuietForm",
    "ReferenceForm",
    "ResidentForm",
]
