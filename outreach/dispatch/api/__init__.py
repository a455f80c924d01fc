"""`/api/dispatch/`, a topic a file."""

from ninja import Router

from outreach.dispatch.api import offers, plans, requests

router = Router()
for topic in (requests, plans, offers):
    router.add_router("/dispatch", topic.router)
