"""派遣依頼."""

from ninja import Router

router = Router(tags=["dispatch"])
