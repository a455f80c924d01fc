from django.urls import path

from outreach.contact.views import hooks as webhooks
from outreach.contact.views import messages, senders, texts

app_name = "contact"
public = [path("senders/", senders.senders, name="senders")]
hooks = [
    path("hooks/twilio/status/<int:message_id>/<int:attempt>/", webhooks.twilio_status, name="twilio-status"),
]
staff = [
    path("staff/messages/", messages.messages, name="messages"),
    path("staff/messages/shown/", messages.console_messages, name="shown"),
    path("staff/messages/texts/", texts.text_list, name="texts"),
    path("staff/messages/texts/<slug:way>/<slug:kind>/", texts.text_edit, name="text"),
]
