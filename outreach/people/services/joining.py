"""From an application to a supporter: interviewed, accepted, insured. Each step by compare-and-set, with its event."""

import secrets
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.people.models import (
    OPEN_APPLICATIONS,
    ApplicationEvent,
    ApplicationStatus,
    Insurance,
    Membership,
    Person,
    Role,
    Supporter,
    SupporterApplication,
    User,
)
from outreach.people.standing import fiscal_year

S = ApplicationStatus
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another when read from paper


class JoiningError(Exception):
    """The step cannot be taken. `str()` is for staff or the applicant to read."""


@transaction.atomic
def apply_to_help(*, application: SupporterApplication) -> tuple[SupporterApplication, bool]:
    """Keep an application as it was written; an open one of the same person at the same place is given back, False."""
    application.applied_at = timezone.now()
    try:
        with transaction.atomic():
            application.save(force_insert=True)
    except IntegrityError:
        same = SupporterApplication.objects.filter(
            organisation=application.organisation_id, phone=application.phone, kana=application.kana
        )
        return same.get(status__in=OPEN_APPLICATIONS), False
    ApplicationEvent.objects.create(application=application, new=S.APPLIED)
    return application, True


@transaction.atomic
def plan_interview(*, application: SupporterApplication, at: datetime, by: User) -> None:
    """Note when the interview is; again, where it is moved. Raises: JoiningError."""
    _move(application, S.INTERVIEW, by, interview_at=at)


@transaction.atomic
def confirm_guardian(*, application: SupporterApplication, by: User) -> None:
    """Note that staff spoke with the guardian, who agrees. Raises: JoiningError."""
    if not application.guardian_name or not application.guardian_phone:
        raise JoiningError(_("保護者の氏名と電話番号がありません。"))
    _move(application, ApplicationStatus(application.status), by, guardian_confirmed_at=timezone.now())


@transaction.atomic
def accept(*, application: SupporterApplication, by: User) -> str:
    """Make a supporter who can sign in, and return the first password: it is shown once and kept nowhere.

    Raises: JoiningError where a minor's guardian has not been asked, or it was decided already.
    """
    if application.minor and application.guardian_confirmed_at is None:
        raise JoiningError(_("18歳未満の方です。先に、保護者に電話で同意を確かめてください。"))
    if application.status != S.INTERVIEW:
        raise JoiningError(_("先に、面談をしてください。"))
    person = Person.objects.create(
        name=application.name,
        kana=application.kana,
        phone=application.phone,
        email=application.email,
        municipality_id=application.municipality_id,
        lat=application.lat,
        lon=application.lon,
        sample=application.sample,
    )
    Supporter.objects.create(
        person=person,
        kind=application.kind,
        organisation_id=application.organisation_id,
        joined_on=timezone.localdate(),
    )
    _move(application, S.ACCEPTED, by, decided_at=timezone.now(), person=person)
    return open_account(person=person)


@transaction.atomic
def open_account(*, person: Person) -> str:
    """Give who teaches or helps an account, or a new first password to the one they have. Returns the password.

    Raises: JoiningError where the account also holds another role: whoever may look after them could take it.
    """
    own = [role for role in (Role.INSTRUCTOR, Role.SUPPORTER) if hasattr(person, role.value)]
    if person.user and (person.user.is_staff or person.user.memberships.exclude(role__in=own).exists()):
        raise JoiningError(_("この人のアカウントにはほかの役割もあるので、管理者に頼んでください。"))
    password = "-".join("".join(secrets.choice(LETTERS) for _n in range(4)) for _part in range(3))
    user = person.user or User(username=f"s{person.pk:05d}", first_name=person.name[:150])
    user.set_password(password)
    user.save()
    for role in own:
        Membership.objects.get_or_create(user=user, role=role)
    Person.objects.filter(pk=person.pk).update(user=user)
    return password


@transaction.atomic
def decline(*, application: SupporterApplication, by: User, withdrawn: bool = False) -> None:
    """Turn the application down, or note that it was withdrawn; it is forgotten a while after. Raises: JoiningError."""
    _move(application, S.WITHDRAWN if withdrawn else S.DECLINED, by, decided_at=timezone.now())


def _move(application: SupporterApplication, to: ApplicationStatus, by: User, **fields: object) -> None:
    old = application.status
    if old not in OPEN_APPLICATIONS:
        raise JoiningError(_("この応募は、もう決まっています。"))
    rows = SupporterApplication.objects.filter(pk=application.pk, status=old)
    if rows.update(status=to, **fields) != 1:
        raise JoiningError(_("ほかの人が先に変更しました。画面を開き直してください。"))
    ApplicationEvent.objects.create(application=application, old=old, new=to, by=by)
    application.refresh_from_db()


@transaction.atomic
def insure(*, person: Person, starts_on: date, by: User | None) -> Insurance:
    """Insured from that day to the end of its fiscal year; a year that stands keeps the earlier first day."""
    found, made = Insurance.objects.get_or_create(
        person=person, fiscal_year=fiscal_year(starts_on), defaults={"starts_on": starts_on, "by": by}
    )
    if not made and starts_on < found.starts_on:
        Insurance.objects.filter(pk=found.pk).update(starts_on=starts_on, by=by)
        found.refresh_from_db()
    return found
