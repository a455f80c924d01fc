"""個別支援: requested, given a time, helpers asked, agreed, cancelled: by compare-and-set, with its event (law 10).

Helpers' time is booked in the one ledger as soon as they are asked (law 2), and freed when they decline.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from geo.models import Municipality
from outreach.classes import codes
from outreach.contact.models import Kind
from outreach.contact.services import open_call_task, withdraw_messages, work_note
from outreach.people.models import Organisation, Person, Skill, User
from outreach.people.services import engage, release
from outreach.registration import visit_notices as notices
from outreach.registration.matching import why_not
from outreach.registration.models import (
    OPEN_SUPPORTS,
    Resident,
    Support,
    SupportEvent,
    SupportHelper,
    SupportKind,
    SupportStatus,
)
from outreach.registration.notices import spoken

S = SupportStatus
A = SupportHelper.Answer
AHEAD = timedelta(days=366)
SAME_WITHIN = timedelta(minutes=10)  # the same request again is a second press of the button


class SupportError(Exception):
    """The step cannot be taken. `str()` is for staff or the helper to read."""


@dataclass(frozen=True)
class Asked:
    """What someone asks for, cleaned: kana in full-width katakana, the number in E.164, a point for the distance."""

    kind: str
    organisation: Organisation
    municipality: Municipality
    lat: float
    lon: float
    name: str
    kana: str
    phone: str
    postal_code: str = ""
    address: str = ""
    topic: str = ""
    arrangement: str = ""
    skill: Skill | None = None
    gender_wish: str = ""
    wanted_times: str = ""
    group_name: str = ""
    head_count: int = 1


@transaction.atomic
def request_support(*, asked: Asked, channel: str, by: User | None = None) -> Support:
    """Keep a request; the same one pressed twice is one."""
    resident, made = Resident.objects.get_or_create(
        phone=asked.phone,
        kana=asked.kana,
        defaults={
            "name": asked.name,
            "postal_code": asked.postal_code,
            "address": asked.address,
            "sample": asked.organisation.sample,
        },
    )
    Resident.objects.select_for_update().get(pk=resident.pk)
    now = timezone.now()
    same = Support.objects.filter(
        resident=resident, organisation=asked.organisation, kind=asked.kind, status=S.REQUESTED, topic=asked.topic
    )
    if twice := same.filter(requested_at__gte=now - SAME_WITHIN).first():
        return twice
    if not made and asked.address and not resident.address:
        Resident.objects.filter(pk=resident.pk).update(postal_code=asked.postal_code, address=asked.address)
    names = ("kind", "organisation", "municipality", "lat", "lon", "topic", "arrangement", "skill", "gender_wish")
    rest = ("wanted_times", "group_name", "head_count")
    support = Support(
        **{name: getattr(asked, name) for name in (*names, *rest)},
        resident=resident,
        channel=channel,
        requested_at=now,
        sample=asked.organisation.sample,
    )
    _save_with_new_reference(support)
    SupportEvent.objects.create(support=support, new=S.REQUESTED, by=by)
    return support


def _save_with_new_reference(support: Support) -> None:
    for _attempt in range(20):
        support.reference = codes.new_code(codes.REFERENCE_DIGITS)
        try:
            with transaction.atomic():
                support.save(force_insert=True)
        except IntegrityError:
            continue
        return
    raise SupportError(_("受付番号を作れませんでした。もう一度お試しください。"))


@transaction.atomic
def set_time(*, support: Support, starts_at: datetime, ends_at: datetime, by: User) -> Support:
    """Say when it would be, before anyone is asked. At a first visit two go, where the organisation wants it so.

    Raises: SupportError.
    """
    locked = lock_support(support)
    if locked.status != S.REQUESTED:
        raise SupportError(_("打診中や決定済みの日時は変えられません。先に、打診を取り下げてください。"))
    now = timezone.now()
    if not now < starts_at < now + AHEAD or ends_at <= starts_at or ends_at - starts_at > timedelta(hours=8):
        raise SupportError(_("これから1年以内の日時を、8時間以内で入れてください。"))
    locked.starts_at, locked.ends_at = starts_at, ends_at
    locked.helpers_needed = 2 if _first_visit(locked) and locked.organisation.two_at_first_visit else 1
    locked.save(update_fields=["starts_at", "ends_at", "helpers_needed"])
    return locked


def _first_visit(support: Support) -> bool:
    if support.kind != SupportKind.VISIT:
        return False
    earlier = Support.objects.filter(resident=support.resident_id, kind=SupportKind.VISIT, status=S.DONE)
    return not earlier.exists()


@transaction.atomic
def ask_helper(*, support: Support, person: Person, by: User) -> SupportHelper:
    """Ask an eligible supporter, whose time is booked meanwhile. Raises: SupportError with why not, PersonBusy."""
    locked = lock_support(support)
    Person.objects.select_for_update().get(pk=person.pk)  # or two requests at once would pass the month's limit
    if locked.status not in {S.REQUESTED, S.MATCHED} or locked.starts_at is None or locked.ends_at is None:
        raise SupportError(_("先に、日時を決めてください。"))
    if locked.starts_at <= timezone.now():
        raise SupportError(_("日時が過ぎています。日時を決め直してください。"))
    if locked.helpers.exclude(answer=A.DECLINED).count() >= locked.helpers_needed:
        raise SupportError(_("必要な人数には、もう打診しています。"))
    if reasons := why_not(locked, person):
        raise SupportError("／".join(reasons))
    if locked.helpers.filter(person=person).exists():
        raise SupportError(_("%(person)sさんには、もう打診しました。") % {"person": person})
    place = None if locked.remote else (locked.lat, locked.lon)
    engage(person=person, starts_at=locked.starts_at, ends_at=locked.ends_at, subject=locked.subject, place=place)
    helper = SupportHelper.objects.create(support=locked, person=person, asked_at=timezone.now())
    if locked.status == S.REQUESTED:
        move_support(locked, S.MATCHED, by=by)
    _tell(helper, _("個別支援のお願い"), _("%(when)s、%(kind)sのお願いです。サインインして、返事をしてください。"))
    return helper


@transaction.atomic
def answer_request(*, helper: SupportHelper, accepted: bool) -> Support:
    """A helper says yes or no. With the last yes it is agreed, and the resident is rung. Raises: SupportError."""
    support = lock_support(helper.support)
    if support.status not in {S.MATCHED, S.AGREED}:
        raise SupportError(_("この依頼は、取り消されたか、もう終わりました。"))
    change = SupportHelper.objects.filter(pk=helper.pk, answer=A.ASKED)
    if not accepted and support.status == S.AGREED:
        change = SupportHelper.objects.filter(pk=helper.pk, answer=A.ACCEPTED, arrived_at__isnull=True)
    if change.update(answer=A.ACCEPTED if accepted else A.DECLINED) != 1:
        raise SupportError(_("この依頼には、もう返事をしています。"))
    if accepted:
        _agree_if_all_said_yes(support)
    else:
        _without(support, helper.person)
    return support


def _agree_if_all_said_yes(support: Support) -> None:
    if support.status == S.MATCHED and support.helpers.filter(answer=A.ACCEPTED).count() == support.helpers_needed:
        move_support(support, S.AGREED)
        about = _("個別支援の日時が決まりました：%(when)s") % {"when": spoken(support.starts_at)}
        _ring_resident(support, about)
        notices.remind_of_support(support, revision=support.events.count())


def _without(support: Support, person: Person) -> None:
    """Free the time, and go back a step where too few are left; a resident who was told is rung again."""
    release(subject=support.subject, person=person)
    left = support.helpers.exclude(answer=A.DECLINED).count()
    if support.status == S.AGREED:
        move_support(support, S.MATCHED)
        _ring_resident(support, _("決まっていた個別支援の日時が変わるかもしれません。"))
    if not left:
        move_support(support, S.REQUESTED)


def _ring_resident(support: Support, about: str) -> None:
    """What was to be told before, and was not yet, is no longer true."""
    resident, revision = support.resident, support.events.count()
    withdraw_messages(subject=support.subject)
    open_call_task(
        subject=support.subject,
        revision=revision,
        kind=Kind.RING_BACK,
        number=resident.phone,
        fields={
            "town": support.organisation.name,
            "callback": support.organisation.phone,
            "name": resident.name or resident.kana,
            "about": about,
        },
        at=timezone.now(),
        needed_by=support.starts_at,
        municipality=support.municipality_id,
        organisation=support.organisation_id,
        sample=support.sample,
    )


@transaction.atomic
def take_back(*, support: Support, by: User) -> None:
    """Withdraw what was asked of helpers: the request waits again for a time. Raises: SupportError."""
    locked = lock_support(support)
    if locked.status not in {S.MATCHED, S.AGREED}:
        raise SupportError(_("打診はしていません。"))
    if locked.helpers.filter(arrived_at__isnull=False).exists():
        raise SupportError(_("もう始まっています。"))
    _release_helpers(locked, _("%(when)sの%(kind)sのお願いは、取り下げました。"))
    locked.helpers.all().delete()
    was_agreed = locked.status == S.AGREED
    move_support(locked, S.REQUESTED, by=by)
    if was_agreed:
        _ring_resident(locked, _("決まっていた個別支援の日時が変わるかもしれません。"))


@transaction.atomic
def cancel_support(*, support: Support, by: User, reason: str, resident_knows: bool = True) -> None:
    """End an open request; helpers are freed and told, the resident is rung unless they know. Raises: SupportError."""
    locked = lock_support(support)
    if locked.status not in OPEN_SUPPORTS or locked.helpers.filter(arrived_at__isnull=False).exists():
        raise SupportError(_("始まった支援や終わった支援は、取り消せません。"))
    _release_helpers(locked, _("%(when)sの%(kind)sは、取りやめになりました。"))
    withdraw_messages(subject=locked.subject)
    move_support(locked, S.CANCELLED, by=by, reason=reason)
    if not resident_knows:
        _ring_resident(locked, _("お願いされていた個別支援は、取りやめになりました。"))


def _release_helpers(support: Support, words: str) -> None:
    release(subject=support.subject)
    for helper in support.helpers.exclude(answer=A.DECLINED).select_related("person"):
        withdraw_messages(subject=helper.subject)  # who has not read of it yet need not read both
        _tell(helper, _("個別支援の取りやめ"), words, revision=support.events.count() + 1)


def _tell(helper: SupportHelper, title: str, words: str, *, revision: int = 1) -> None:
    """Names no resident: mail is read by others too."""
    support = helper.support
    work_note(
        person=helper.person,
        subject=helper.subject,
        revision=revision,
        title=title,
        text=words % {"when": spoken(support.starts_at), "kind": support.get_kind_display()},
        needed_by=support.starts_at,
    )


@transaction.atomic
def give_back_supports(*, person: Person, now: datetime) -> int:
    """Free a supporter who leaves from all visits to come; returns how many. Each goes back to the office."""
    mine = SupportHelper.objects.filter(person=person, arrived_at__isnull=True, support__starts_at__gt=now)
    found = list(mine.exclude(answer=A.DECLINED).select_related("support", "person"))
    for helper in found:
        support = lock_support(helper.support)
        SupportHelper.objects.filter(pk=helper.pk).update(answer=A.DECLINED)
        _without(support, person)
    return len(found)


def lock_support(support: Support) -> Support:
    """Locked first, then read with what is around it: in one statement PostgreSQL could lose a row just changed."""
    Support.objects.select_for_update().get(pk=support.pk)
    around = ("organisation", "resident", "municipality", "skill")
    return Support.objects.select_related(*around).get(pk=support.pk)


def move_support(support: Support, to: SupportStatus, *, by: User | None = None, reason: str = "") -> None:
    old = support.status
    if Support.objects.filter(pk=support.pk, status=old).update(status=to) != 1:
        raise SupportError(_("ほかの人が先に変更しました。画面を開き直してください。"))
    support.status = to
    SupportEvent.objects.create(support=support, old=old, new=to, by=by, reason=reason[:200])
