"""Who: users and their roles, organisations, the people who teach and help, and where each of them is when."""

from outreach.people.models.hours import WEEKDAYS, DayException, Engagement, TravelLimits, WeeklyHours
from outreach.people.models.persons import Instructor, Person, Qualification, Skill, Supporter
from outreach.people.models.tries import FailedTry
from outreach.people.models.users import AccessLog, Membership, Organisation, Role, User

__all__ = [
    "WEEKDAYS",
    "AccessLog",
    "DayException",
    "Engagement",
    "FailedTry",
    "Instructor",
    "Membership",
    "Organisation",
    "Person",
    "Qualification",
    "Role",
    "Skill",
    "Supporter",
    "TravelLimits",
    "User",
    "WeeklyHours",
]
