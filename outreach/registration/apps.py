from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from outreach.people.append_only import AppendOnlyGuard
from outreach.people.overlap import GUARDS


class RegistrationConfig(AppConfig):
    name = "outreach.registration"
    verbose_name = _("申込")

    def ready(self) -> None:
        for table in ("registration_pointentry", "registration_exportedpoint"):
            if (guard := AppendOnlyGuard(table)) not in GUARDS:
                GUARDS.append(guard)
