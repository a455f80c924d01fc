from typing import Any

from django.db import migrations

FIRST_OWN = 100  # where the courses of a town's own programme stand in the order


def mark(apps: Any, schema_editor: Any) -> None:
    apps.get_model("classes", "Course").objects.filter(position__gte=FIRST_OWN).update(dispatched=False)


class Migration(migrations.Migration):
    """Fill: what towns made for themselves was offered to every other town, under the same names."""

    dependencies = [("classes", "0011_courses_that_can_be_dispatched")]
    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
