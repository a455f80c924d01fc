"""Who learns: residents, their bookings of seats, and requests that must not count twice."""

from outreach.registration.models.answers import ANSWERED, MOVED, STILL_WAITS, UNANSWERED, Answer, AnswerStatus
from outreach.registration.models.bookings import (
    LIVE,
    QUEUE,
    ROSTER,
    SEAT_HOLDERS,
    SEATED,
    Booking,
    BookingEvent,
    BookingStatus,
    Intake,
)
from outreach.registration.models.checkins import FINE, CheckIn
from outreach.registration.models.enquiries import Enquiry, EnquiryEvent, EnquiryStatus
from outreach.registration.models.lectures import LectureEvent, LectureMenu, LectureRequest, LectureStatus
from outreach.registration.models.points import AgeBand, ExportedPoint, PointAward, PointEntry, PointExport
from outreach.registration.models.residents import CONTACT_WAYS, Resident
from outreach.registration.models.series import Certificate, CertificateEvent, Enrolment, EnrolmentEvent, SubsidyStatus
from outreach.registration.models.supports import (
    OPEN_SUPPORTS,
    PLACED_SUPPORTS,
    Support,
    SupportEvent,
    SupportHelper,
    SupportKind,
    SupportStatus,
)
from outreach.registration.models.tries import IdempotencyKey

__all__ = [
    "ANSWERED",
    "CONTACT_WAYS",
    "FINE",
    "LIVE",
    "MOVED",
    "OPEN_SUPPORTS",
    "PLACED_SUPPORTS",
    "QUEUE",
    "ROSTER",
    "SEATED",
    "SEAT_HOLDERS",
    "STILL_WAITS",
    "UNANSWERED",
    "AgeBand",
    "Answer",
    "AnswerStatus",
    "Booking",
    "BookingEvent",
    "BookingStatus",
    "Certificate",
    "CertificateEvent",
    "CheckIn",
    "Enquiry",
    "EnquiryEvent",
    "EnquiryStatus",
    "Enrolment",
    "EnrolmentEvent",
    "ExportedPoint",
    "IdempotencyKey",
    "Intake",
    "LectureEvent",
    "LectureMenu",
    "LectureRequest",
    "LectureStatus",
    "PointAward",
    "PointEntry",
    "PointExport",
    "Resident",
    "SubsidyStatus",
    "Support",
    "SupportEvent",
    "SupportHelper",
    "SupportKind",
    "SupportStatus",
]
