"""住民: a learner, known by kana and one telephone number."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from outreach.contact.models import Channel as ContactChannel

CONTACT_WAYS = [choice for choice in ContactChannel.choices if choice[0] != ContactChannel.EMAIL]  # e-mail: staff only


class Resident(models.Model):
    """住民: a learner, known by kana and one telephone number. A couple may share the number."""

    name = models.CharField(_("氏名"), max_length=80, blank=True)
    kana = models.CharField(_("カナ"), max_length=80, help_text=_("全角カタカナ"))
    phone = models.CharField(_("電話番号"), max_length=32, help_text=_("E.164 形式、または「忘れた」印"))
    postal_code = models.CharField(_("郵便番号"), max_length=7, blank=True)
    address = models.CharField(_("住所"), max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sample = models.BooleanField(_("見本データ"), default=False)

    class Meta:
        ordering = ["kana", "pk"]
        constraints = [models.UniqueConstraint(fields=["phone", "kana"], name="resident_once")]

    def __str__(self) -> str:
        return self.name or self.kana
