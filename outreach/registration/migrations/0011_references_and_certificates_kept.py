import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import OuterRef, Subquery

TABLE = "registration_pointentry"


def copy_references(apps, schema_editor):
    """What stands in the bookings now; the guard against changes is laid again after every migrate."""
    entries = apps.get_model("registration", "PointEntry").objects.using(schema_editor.connection.alias)
    bookings = apps.get_model("registration", "Booking").objects.filter(pk=OuterRef("booking"))
    on = f" ON {TABLE}" if schema_editor.connection.vendor == "postgresql" else ""
    schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_append_only{on}")
    entries.update(reference=Subquery(bookings.values("reference")[:1]))


class Migration(migrations.Migration):

    dependencies = [
        ('registration', '0010_lectures'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CertificateEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revoked', models.BooleanField(help_text='taken back; else given again')),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('certificate', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='registration.certificate')),
            ],
            options={
                'ordering': ['at', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='pointentry',
            name='reference',
            field=models.CharField(default='', help_text='as it was then: a booking gives its number back', max_length=8, verbose_name='申込番号'),
            preserve_default=False,
        ),
        migrations.RunPython(copy_references, migrations.RunPython.noop),
    ]
