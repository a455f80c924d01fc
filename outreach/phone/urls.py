from django.urls import path, register_converter

from outreach.phone.dialogue.facts import Keep
from outreach.phone.views import demo, recordings, webhooks


class KeepConverter:
    regex = "|".join(Keep)

    def to_python(self, value: str) -> Keep:
        return Keep(value)

    def to_url(self, value: str) -> str:
        return Keep(value)


register_converter(KeepConverter, "keep")

app_name = "phone"
public = [path("demo/phone/", demo.phone, name="demo")]
hooks = [
    path("phone/ring/", webhooks.ring, name="ring"),
    path("phone/step/<int:step_number>/", webhooks.step, name="step"),
    path("phone/ended/", webhooks.ended, name="ended"),
    path("phone/recorded/<keep:kind>/", webhooks.recorded, name="recorded"),
]
staff = [
    path("staff/recordings/", recordings.recordings, name="recordings"),
    path("staff/recordings/<int:pk>/sound/", recordings.sound, name="sound"),
    path("staff/recordings/<int:pk>/write/", recordings.write_message, name="write-message"),
    path("staff/recordings/names/<int:pk>/write/", recordings.write_name, name="write-name"),
]
