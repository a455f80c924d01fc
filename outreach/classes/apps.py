from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from outreach.people.overlap import GUARDS, OverlapGuard


class ClassesConfig(AppConfig):
    name = "outreach.classes"
    verbose_name = _("講習会")

    def ready(self) -> None:
        guard = OverlapGuard("classes_venuehold", "venue_id")
        if guard not in GUARDS:
            GUARDS.append(guard)
