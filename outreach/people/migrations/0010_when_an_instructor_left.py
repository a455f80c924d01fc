from typing import Any

from django.db import migrations, models
from django.utils import timezone


def from_today(apps: Any, schema_editor: Any) -> None:
    """Nobody wrote down when those who teach no more left: counted from now."""
    apps.get_model("people", "Instructor").objects.filter(active=False).update(left_on=timezone.localdate())


class Migration(migrations.Migration):

    dependencies = [
        ("people", "0009_nobodys_week_holds_at_the_turn_of_the_year"),
    ]

    operations = [
        migrations.AddField(
            model_name="instructor",
            name="left_on",
            field=models.DateField(blank=True, null=True, verbose_name="やめた日"),
        ),
        migrations.AddConstraint(
            model_name="instructor",
            constraint=models.CheckConstraint(
                condition=models.Q(("left_on__isnull", True), ("active", False), _connector="OR"),
                name="instructor_who_left_is_not_active",
            ),
        ),
        migrations.RunPython(from_today, migrations.RunPython.noop),
    ]
