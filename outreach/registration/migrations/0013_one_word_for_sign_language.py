from typing import Any

from django.apps.registry import Apps
from django.db import migrations

OLD, NEW = "sign-language", "sign"


def merge(apps: Apps, schema_editor: Any) -> None:
    """Supporters' sign language and instructors' were two skills of one name: an upload took one for the other."""
    skills = apps.get_model("people", "Skill").objects
    if not skills.filter(pk=OLD).exists():
        return
    skills.get_or_create(code=NEW, defaults={"name": "手話"})
    held = apps.get_model("people", "Qualification").objects
    for one in held.filter(skill=OLD):
        known = held.filter(person=one.person_id, skill=NEW, valid_from=one.valid_from)
        known.delete()  # the same day twice is one
        held.filter(pk=one.pk).update(skill=NEW)
    for app, model in (("registration", "Support"), ("classes", "Course"), ("people", "Curriculum")):
        apps.get_model(app, model).objects.filter(skill=OLD).update(skill=NEW)
    skills.filter(pk=OLD).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0008_counts_of_forms_and_registers"),
        ("classes", "0013_files_that_fail"),
        ("registration", "0012_waitlist_change"),
    ]

    operations = [migrations.RunPython(merge, migrations.RunPython.noop)]
