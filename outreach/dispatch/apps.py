from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DispatchConfig(AppConfig):
    name = "outreach.dispatch"
    verbose_name = _("講師派遣")
