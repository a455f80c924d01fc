import re
import unicodedata
from datetime import time
from typing import Any

from django.db import migrations

HOURS = re.compile(
    r"(?:平日|月[~-]金(?:曜日?)?)?(\d{1,2})(?:時|:(\d\d))(?:(\d\d)分)?(?:[~-]|から)"
    r"(\d{1,2})(?:時|:(\d\d))(?:(\d\d)分)?(?:まで)?(?:\((.*)\))?"
)


def read(apps: Any, editor: Any) -> None:
    """平日 9時～17時（昼休みも出ます） becomes 9:00, 17:00 and the rest; what isn't so stays in words."""
    for one in apps.get_model("people", "Organisation").objects.exclude(phone_note=""):
        match = HOURS.fullmatch(re.sub(r"[\s]", "", unicodedata.normalize("NFKC", one.phone_note)).replace("〜", "~"))
        if match is None:
            continue
        opens = int(match[1]), int(match[2] or match[3] or 0)
        closes = int(match[4]), int(match[5] or match[6] or 0)
        if opens < closes <= (23, 59) and max(opens[1], closes[1]) < 60:
            one.phone_opens, one.phone_closes, one.phone_note = time(*opens), time(*closes), match[7] or ""
            one.save(update_fields=["phone_opens", "phone_closes", "phone_note"])


def write(apps: Any, editor: Any) -> None:
    """Back into words, as the field without hours of its own had them; a long note is cut at its end."""
    for one in apps.get_model("people", "Organisation").objects.filter(phone_opens__isnull=False):
        opens, closes = (f"{at.hour}:{at:%M}" for at in (one.phone_opens, one.phone_closes))
        note = f"（{one.phone_note[:20]}）" if one.phone_note else ""
        one.phone_opens, one.phone_closes, one.phone_note = None, None, f"平日 {opens}～{closes}{note}"
        one.save(update_fields=["phone_opens", "phone_closes", "phone_note"])


class Migration(migrations.Migration):
    dependencies = [("people", "0006_telephone_hours")]

    operations = [migrations.RunPython(read, write)]
