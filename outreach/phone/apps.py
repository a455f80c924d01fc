from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PhoneConfig(AppConfig):
    name = "outreach.phone"
    verbose_name = _("電話受付")
