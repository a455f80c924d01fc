"""Addresses of the room, a topic a file in `routes/`."""

from outreach.dispatch.routes import offers, plans, requests

app_name = "dispatch"

public = [*offers.public, *requests.public]
staff = [*requests.staff, *plans.staff, *offers.staff]
