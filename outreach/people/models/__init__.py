"""Who: users and their roles, organisations, the people who teach and help, and where each of them is when."""

from outreach.people.models.calendars import CalendarFeed
from outreach.people.models.counts import FormCount
from outreach.people.models.hours import WEEKDAYS, DayException, Engagement, TravelLimits, WeeklyHours
from outreach.people.models.joining import (
    OPEN_APPLICATIONS,
    ApplicationEvent,
    ApplicationStatus,
    Insurance,
    SupporterApplication,
)
from outreach.people.models.persons import Instructor, Person, Qualification, Skill, Supporter
from outreach.people.models.registers import RegisterFile
from outreach.people.models.training import Curriculum, Meeting, TrainingAttendance, Unit
from outreach.people.models.tries import FailedTry
from outreach.people.models.users import USUAL_HOURS, AccessLog, Membership, Organisation, OrganisationEvent, Role, User

__all__ = [
    "OPEN_APPLICATIONS",
    "USUAL_HOURS",
    "WEEKDAYS",
    "AccessLog",
    "ApplicationEvent",
    "ApplicationStatus",
    "CalendarFeed",
    "Curriculum",
    "DayException",
    "Engagement",
    "FailedTry",
    "FormCount",
    "Instructor",
    "Insurance",
    "Meeting",
    "Membership",
    "Organisation",
    "OrganisationEvent",
    "Person",
    "Qualification",
    "RegisterFile",
    "Role",
    "Skill",
    "Supporter",
    "SupporterApplication",
    "TrainingAttendance",
    "TravelLimits",
    "Unit",
    "User",
    "WeeklyHours",
]
