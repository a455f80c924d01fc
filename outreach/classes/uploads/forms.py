"""A file from a carrier's computer."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outreach.people.models import Organisation

MOST_BYTES = 10 * 1024 * 1024  # 40,000 rows of CSV are about 5 MB


class UploadForm(forms.Form):
    """The plan, and whose it is; who works for one organisation is not asked."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=gettext_lazy("実施団体"), empty_label=gettext_lazy("選んでください")
    )
    file = forms.FileField(
        label=gettext_lazy("月間計画のファイル"),
        max_length=100,
        help_text=gettext_lazy(
            "CSV か Excel（.xlsx）。列：枠番号・店舗名・住所・講座・日付・開始・定員。緯度・経度・状態（中止）は任意"
        ),
    )

    def __init__(self, *args: Any, organisations: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  (what mypy can't see)
        field.queryset = organisations
        some = list(organisations[:2])
        if len(some) == 1:
            field.required, field.widget, field.initial = False, forms.HiddenInput(), some[0]
        self.only = some[0] if len(some) == 1 else None

    def clean_organisation(self) -> Organisation:
        chosen: Organisation | None = self.cleaned_data["organisation"] or self.only
        if chosen is None:
            raise forms.ValidationError(_("実施団体を選んでください。"))
        return chosen

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(_("ファイルが大きすぎます（10MBまで）。月や地域で分けてください。"))
        return file
