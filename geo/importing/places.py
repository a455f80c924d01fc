"""Which municipality a row of someone's file means, by code or by name, also where the code is no longer in force."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from geo.address import fold
from geo.models import Municipality, OldCode


class UnknownPlace(Exception):
    """A code or name that is none of ours; the text says so in Japanese."""


@dataclass(slots=True)
class Places:
    """The municipalities in memory, so that a file of any size costs two queries."""

    codes: set[str] = field(default_factory=set)
    replaced: dict[str, str] = field(default_factory=dict)
    named: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def load(cls) -> "Places":
        places = cls(replaced=dict(OldCode.objects.values_list("code", "municipality_id")))
        for one in Municipality.objects.select_related("prefecture"):
            places.codes.add(one.code)
            # 泊村 is a living village: the northern one of that name goes by its district only.
            bare = [] if one.northern_territories else [one.name]
            for name in {*bare, one.district + one.name}:
                places.named.setdefault(spelt(name), []).append(one.code)
                places.named.setdefault(spelt(one.prefecture.name + name), []).append(one.code)
        return places

    def by_code(self, code: str) -> str | None:
        """Return today's code of a municipality, None for a prefecture or a ward. Raises: UnknownPlace."""
        if code in self.codes:
            return code
        if code[2:] == "000" or code[2] == "1":  # only designated cities' wards and 特別区部 have numbers from 100
            return None
        if code in self.replaced:
            return self.replaced[code]
        raise UnknownPlace(_("団体コード「{code}」の市区町村がありません。").format(code=code))

    def by_name(self, name: str) -> str:
        """Return the code of 「北海道上川郡比布町」 or, where only one bears it, 「比布町」. Raises: UnknownPlace."""
        found = self.named.get(spelt(name), [])
        if len(set(found)) == 1:
            return found[0]
        reason = (
            _("「{name}」は複数あります。都道府県名を付けてください。")
            if found
            else _("「{name}」という市区町村がありません。")
        )
        raise UnknownPlace(reason.format(name=name))


def spelt(name: str) -> str:
    """Return a name without the differences that offices spell at will."""
    return fold(name).lower()
