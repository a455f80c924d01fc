"""A carrier's file of results."""

from typing import Any

from django.utils.translation import gettext_lazy

from outreach.classes.uploads.forms import UploadForm


class ResultsForm(UploadForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].label = gettext_lazy("実績のファイル")
        self.fields["file"].help_text = gettext_lazy(
            "CSV か Excel（.xlsx）。列：枠番号・結果（開催か中止）・参加人数・講師・補助者・理由"
        )
