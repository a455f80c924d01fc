"""What may be chosen in a form: rows that only the page knows."""

from typing import Any, cast

from django import forms
from django.db.models import QuerySet


def choose_from(form: forms.Form, name: str, rows: "QuerySet[Any]") -> "forms.ModelChoiceField[Any]":
    """Let the field `name`, a choice of one or of several, offer these rows; return it."""
    field = cast("forms.ModelChoiceField[Any]", form.fields[name])
    field.queryset = rows
    return field
