"""What municipalities and staff write, cleaned in one place."""

from outreach.dispatch.forms.candidates import CandidateForm
from outreach.dispatch.forms.letters import LetterForm, flat
from outreach.dispatch.forms.pages import AcceptForm, LookupForm, ReasonForm, RequestFilter, StaffForm
from outreach.dispatch.forms.summary import lines

__all__ = [
    "AcceptForm",
    "CandidateForm",
    "LetterForm",
    "LookupForm",
    "ReasonForm",
    "RequestFilter",
    "StaffForm",
    "flat",
    "lines",
]
