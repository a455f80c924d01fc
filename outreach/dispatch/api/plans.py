"""計画: started, followed, stopped and read."""

from ninja import Router

router = Router(tags=["dispatch"])
