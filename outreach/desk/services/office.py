"""An organisation's settings changed, each change with its event in the same transaction."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from django.contrib.admin.utils import label_for_field
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from outreach.contact.models import SenderNumber
from outreach.contact.numbers import show
from outreach.people.models import Organisation, OrganisationEvent, User

FIELDS = (
    "name", "phone", "phone_opens", "phone_closes", "phone_note", "takes_supporters", "takes_requests",
    "two_at_first_visit",
)  # fmt: skip


class OfficeError(Exception):
    """The setting cannot be changed. `str()` is for staff to read."""


@transaction.atomic
def change_office(*, organisation: Organisation, settings: Mapping[str, Any], by: User) -> int:
    """Write what differs from what stands; returns how many settings that were. Raises: OfficeError."""
    locked = Organisation.objects.select_for_update().get(pk=organisation.pk)
    changed = [name for name in FIELDS if name in settings and getattr(locked, name) != settings[name]]
    for name in changed:
        _note(
            locked,
            str(label_for_field(name, Organisation)),
            _shown(name, getattr(locked, name)),
            _shown(name, settings[name]),
            by,
        )
        setattr(locked, name, settings[name])
    try:
        with transaction.atomic():
            locked.save(update_fields=changed)
    except IntegrityError as error:
        raise OfficeError(_("同じ名称の団体が、もう登録されています。")) from error
    return len(changed)


def _shown(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("はい") if value else _("いいえ")
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return show(value) if name == "phone" and value else str(value or "")


@transaction.atomic
def add_sender(*, organisation: Organisation, number: str, label: str, by: User) -> SenderNumber:
    """Publish a number that the town's office rings from.

    Raises: OfficeError where it is no town's office, or another's number.
    """
    if organisation.kind != Organisation.Kind.MUNICIPALITY or organisation.municipality_id is None:
        raise OfficeError(_("市区町村の団体だけが、番号を載せられます。"))
    sender = SenderNumber.objects.select_for_update().filter(number=number).order_by("pk").first()
    if sender and sender.municipality_id != organisation.municipality_id:
        raise OfficeError(_("この番号は、ほかのところの番号として登録されています。"))
    sender = sender or SenderNumber(number=number, use=SenderNumber.Use.STAFF, sample=organisation.sample)
    sender.label, sender.active, sender.municipality_id = label, True, organisation.municipality_id
    try:
        with transaction.atomic():
            sender.save()
    except IntegrityError as error:  # two who add it at once
        raise OfficeError(_("この番号は、もう載っています。")) from error
    _note(organisation, _("かける電話番号"), "", f"{show(number)} {label}", by)
    return sender


@transaction.atomic
def drop_sender(*, organisation: Organisation, sender: SenderNumber, by: User) -> None:
    """The office no longer rings from it. Dropped twice, nothing changes."""
    if SenderNumber.objects.filter(pk=sender.pk, active=True).update(active=False):
        _note(organisation, _("かける電話番号"), f"{show(sender.number)} {sender.label}", "", by)


def _note(organisation: Organisation, what: str, old: str, new: str, by: User) -> None:
    OrganisationEvent.objects.create(organisation=organisation, what=what[:40], old=old[:120], new=new[:120], by=by)
