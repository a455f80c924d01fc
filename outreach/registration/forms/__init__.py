"""What residents, families and staff write, cleaned in one place."""

from outreach.registration.forms.application import ApplicationForm, PhoneField
from outreach.registration.forms.asking import AskForm, QuestionForm, refuse_my_number
from outreach.registration.forms.group import GroupForm, PeopleFormSet
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
    "AskForm",
    "CertificateForm",
    "ContactForm",
    "FamilyForm",
    "GroupForm",
    "GuardianForm",
    "LookupForm",
    "PeopleFormSet",
    "PhoneField",
    "QuestionForm",
    "QuietForm",
    "ReferenceForm",
    "ResidentForm",
    "refuse_my_number",
]
