"""How every form is drawn: our templates before Django's, so that `{{ form }}` is accessible as it stands."""

from pathlib import Path

import django.forms
from django.conf import settings
from django.forms.renderers import DjangoTemplates
from django.template.backends.django import DjangoTemplates as Engine
from django.utils.functional import cached_property


class FormRenderer(DjangoTemplates):
    form_template_name = "components/form.html"
    field_template_name = "components/field.html"

    @cached_property
    def engine(self) -> Engine:
        ours, djangos = settings.BASE_DIR / "templates", Path(django.forms.__file__).parent / "templates"
        return self.backend({"APP_DIRS": True, "DIRS": [ours, djangos], "NAME": "forms", "OPTIONS": {}})
