"""What residents, families and staff write, cleaned in one place."""

from outreach.registration.forms.application import ApplicationForm, PhoneField
from outreach.registration.forms.pages import (
    CertificateForm,
    ContactForm,
    FamilyForm,
    GuardianForm,
    LookupForm,
    QuietForm,
    ReferenceForm,
    ResidentForm,
)

__all__ = [
    "ApplicationForm",
    "CertificateForm",
    "ContactForm",
    "FamilyForm",
    "GuardianForm",
    "LookupForm",
    "PhoneField",
    "QuietForm",
    "ReferenceForm",
    "ResidentForm",
]
