from django.db import migrations, models


class Migration(migrations.Migration):
    """When an office answers becomes times, which the phone line keeps too; what was written in words stays beside."""

    dependencies = [("geo", "0001_initial"), ("people", "0005_organisations_settings")]

    operations = [
        migrations.RenameField("organisation", "phone_hours", "phone_note"),
        migrations.AlterField(
            "organisation",
            "phone_note",
            models.CharField(blank=True, max_length=40, verbose_name="電話に出られる時間の補足"),
        ),
        migrations.AddField(
            "organisation", "phone_opens", models.TimeField(blank=True, null=True, verbose_name="電話に出られる時間（開始）")
        ),
        migrations.AddField(
            "organisation", "phone_closes", models.TimeField(blank=True, null=True, verbose_name="電話に出られる時間（終了）")
        ),
        migrations.AddConstraint(
            "organisation",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("phone_closes", None), ("phone_opens", None)),
                    models.Q(
                        ("phone_closes__gt", models.F("phone_opens")),
                        ("phone_closes__isnull", False),
                        ("phone_opens__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="organisation_hours_are_a_stretch",
            ),
        ),
    ]
