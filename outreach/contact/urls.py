from django.urls import path

from outreach.contact import views

app_name = "contact"
public = [path("senders/", views.senders, name="senders")]
hooks = [
    path("hooks/twilio/status/<int:message_id>/<int:attempt>/", views.twilio_status, name="twilio-status"),
]
staff = [path("staff/messages/shown/", views.console_messages, name="messages")]
