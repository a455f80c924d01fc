"""What is taught, where and when: programme years and schemes, courses, venues, sessions, sites and shifts."""

from outreach.classes.models.districts import (
    AnswerChoice,
    District,
    DistrictAnswer,
    DistrictSurvey,
    ProposedClass,
    SurveyEvent,
    SurveyStatus,
)
from outreach.classes.models.handovers import Handover
from outreach.classes.models.programme import (
    NATIONAL_SCHEMES,
    Course,
    Entry,
    ProgrammeYear,
    Scheme,
    SchemeRule,
    Series,
    SeriesLesson,
    SessionKind,
)
from outreach.classes.models.programmes import Programme
from outreach.classes.models.proposals import Proposal, ProposalEvent, ProposalStatus, ProposedSlot
from outreach.classes.models.reports import SessionReport
from outreach.classes.models.sessions import HELD, OPEN, PLANNED, Session, SessionEvent, SessionStatus, Shift, Site
from outreach.classes.models.tally import TallyMark
from outreach.classes.models.uploads import Upload, UploadedSlot
from outreach.classes.models.venues import Venue, VenueHold
from outreach.classes.models.waivers import Waiver

__all__ = [
    "HELD",
    "NATIONAL_SCHEMES",
    "OPEN",
    "PLANNED",
    "AnswerChoice",
    "Course",
    "District",
    "DistrictAnswer",
    "DistrictSurvey",
    "Entry",
    "Handover",
    "Programme",
    "ProgrammeYear",
    "Proposal",
    "ProposalEvent",
    "ProposalStatus",
    "ProposedClass",
    "ProposedSlot",
    "Scheme",
    "SchemeRule",
    "Series",
    "SeriesLesson",
    "Session",
    "SessionEvent",
    "SessionKind",
    "SessionReport",
    "SessionStatus",
    "Shift",
    "Site",
    "SurveyEvent",
    "SurveyStatus",
    "TallyMark",
    "Upload",
    "UploadedSlot",
    "Venue",
    "VenueHold",
    "Waiver",
]
