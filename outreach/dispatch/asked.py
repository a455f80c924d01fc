"""What someone asks for, cleaned: the one shape that the web form, staff, files and the API all end in. Pure."""

from dataclasses import dataclass
from datetime import date

from outreach.dispatch.openings import Opening


@dataclass(frozen=True)
class Candidate:
    """A venue that would do. Without openings it keeps office hours, Monday to Friday, shut on holidays."""

    name: str
    address: str
    lat: float
    lon: float
    approximate: bool  # the address says no more than the town
    openings: tuple[Opening, ...]
    blackouts: tuple[date, ...]
    loop: bool = False  # whoever asks says that it has a hearing loop; False: nobody says so


@dataclass(frozen=True)
class Asked:
    """One letter: courses become a request each, venues stand in order of preference."""

    municipality: str
    asked_by: str
    contact_name: str
    contact_phone: str
    courses: tuple[str, ...]
    sessions: int
    heads: int
    learners_65: int
    crew: int
    venues: tuple[Candidate, ...]
    earliest: date
    latest: date
    needs: tuple[str, ...]
    hearing_loop: bool
    loan_phones: int
    note: str
