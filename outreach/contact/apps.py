from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from outreach.contact.finality import FinalGuard
from outreach.contact.statuses import FINAL
from outreach.people.overlap import GUARDS


class ContactConfig(AppConfig):
    name = "outreach.contact"
    verbose_name = _("連絡")

    def ready(self) -> None:
        guard = FinalGuard("contact_message", FINAL)
        if guard not in GUARDS:
            GUARDS.append(guard)
