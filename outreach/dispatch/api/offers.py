"""打診."""

from ninja import Router

router = Router(tags=["dispatch"])
