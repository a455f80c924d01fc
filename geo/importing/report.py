"""What an import did, row by row, in words that the person at the keyboard can act on."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _


class WrongFile(Exception):
    """The file as a whole isn't what the command takes; the text says what was expected. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was left out. `row` is counted as Excel does, from 1; `column` is the file's own heading."""

    row: int
    column: str
    reason: str

    def __str__(self) -> str:
        place = _("{row}行目").format(row=self.row)
        return f"{place}・{self.column}：{self.reason}" if self.column else f"{place}：{self.reason}"


@dataclass(slots=True)
class Report:
    """Counts of an import. `skipped` rows are right but not ours (prefectures, wards); `removed` ones were dropped."""

    read: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    skipped: int = 0
    refused: list[Refusal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def refuse(self, row: int, column: str, reason: str) -> None:
        self.refused.append(Refusal(row, column, reason))

    def lines(self, most: int = 100) -> Iterator[str]:
        """Yield the report a line at a time, with at most `most` refusals spelt out."""
        counts = (
            (_("読み込んだ行"), self.read),
            (_("追加"), self.added),
            (_("変更"), self.changed),
            (_("変更なし"), self.unchanged),
            (_("削除"), self.removed),
            (_("対象外（都道府県・区など）"), self.skipped),
            (_("受け付けなかった行"), len(self.refused)),
        )
        yield from (f"{label}: {count:,}" for label, count in counts)
        yield from self.notes
        yield from (f"  {refusal}" for refusal in self.refused[:most])
        if len(self.refused) > most:
            yield _("  ほか{count}行").format(count=f"{len(self.refused) - most:,}")
