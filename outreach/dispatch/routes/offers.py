"""打診."""

from django.urls import URLPattern, path

from outreach.dispatch.views import letter, offers, travelled

public: list[URLPattern] = [
    path("o/<str:token>/", letter.letter, name="offer-letter"),  # short: it's sent by SMS
]
staff: list[URLPattern] = [
    path("staff/offers/", offers.offers, name="offers"),
    path("staff/offers/<int:pk>/", offers.offer, name="offer"),
    path("staff/offers/<int:pk>/answer/", offers.answer, name="offer-answer"),
    path("staff/offers/<int:pk>/tell/", offers.tell, name="offer-tell"),
    path("staff/travelled/", travelled.travelled, name="travelled"),
    path("staff/travelled/<int:pk>/", travelled.trip, name="travelled-trip"),
    path("staff/visits/<int:pk>/classes/", offers.classes, name="visit-classes"),
    path("staff/visits/<int:pk>/substitutes/<int:person>/", offers.substitutes, name="substitutes"),
]
