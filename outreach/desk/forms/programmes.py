"""Beginning a programme: who runs it, and the number that residents ring."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geo.models import Municipality
from outreach.desk.blueprints import Blueprint
from outreach.desk.forms.sessions import organisations_in
from outreach.people.rules import Scope
from outreach.registration.forms import PhoneField


class StartForm(forms.Form):
    """An organisation of one's own, or (where one answers for the town) a new one."""

    use_required_attribute = False
    name = forms.CharField(label=gettext_lazy("実施団体の名称"), max_length=100, required=False)
    phone = PhoneField(
        label=gettext_lazy("住民にお知らせする電話番号"),
        required=False,
        help_text=gettext_lazy("固定電話でもかまいません。例：03‑1234‑5678"),
    )

    def __init__(self, *args: Any, blueprint: Blueprint, town: Municipality, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.may_make = scope.nation or town.code in scope.municipalities
        mine = organisations_in(scope)
        if mine.exists():
            self.fields["organisation"] = forms.ModelChoiceField(
                mine,
                label=_("実施団体"),
                required=not self.may_make,
                empty_label=_("新しくつくる（下に名称を書く）") if self.may_make else _("選んでください"),
            )
        if self.may_make:
            self.fields["name"].initial = blueprint.organisation_name.format(town=town.name)
        else:
            del self.fields["name"], self.fields["phone"]
        self.order_fields(["organisation", "name", "phone"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("organisation"):
            for name in ("name", "phone"):
                if name in self.fields and not data.get(name) and name not in self.errors:
                    self.add_error(name, forms.ValidationError(_("入力してください。"), code="required"))
        return data
