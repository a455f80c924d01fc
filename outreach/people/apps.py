from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from outreach.people.overlap import lay_guards


class PeopleConfig(AppConfig):
    name = "outreach.people"
    verbose_name = _("人")

    def ready(self) -> None:
        post_migrate.connect(lay_guards, dispatch_uid="overlap-guards")
