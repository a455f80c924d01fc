"""Lists of the API: `{"items": […], "count": N}` with `limit` and `offset`.

@router.get("/things", response=Page[ThingOut])
def things(request: HttpRequest, limit: Limit = 100, offset: Offset = 0) -> dict[str, Any]:
    return paginate(Thing.objects.order_by("pk"), limit, offset)
"""

from collections.abc import Sequence
from typing import Annotated, Any, Generic, TypeVar

from django.db.models import QuerySet
from ninja import Query, Schema

MOST = 2000  # more than Japan has municipalities, so that one call can list them all

Item = TypeVar("Item")
Limit = Annotated[int, Query(ge=0, description=f"1回に返す件数。{MOST}を超える値は{MOST}として扱います。")]
Offset = Annotated[int, Query(ge=0, le=2**31 - 1, description="先頭から飛ばす件数。")]


class Page(Schema, Generic[Item]):
    items: list[Item]
    count: int


def paginate(rows: "QuerySet[Any] | Sequence[Any]", limit: int = 100, offset: int = 0) -> dict[str, Any]:
    """Cut a page out of an ordered queryset or a list; `count` is of all rows. Two statements for a queryset."""
    count = rows.count() if isinstance(rows, QuerySet) else len(rows)
    return {"items": list(rows[offset : offset + min(limit, MOST)]), "count": count}
