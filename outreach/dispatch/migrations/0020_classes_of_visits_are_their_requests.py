"""Fill: the classes of a visit came of its request."""

from django.db import migrations


def fill(apps, schema_editor):
    request = apps.get_model("dispatch", "DispatchRequest")
    known = apps.get_model("dispatch", "Visit").sessions.through.objects
    pairs = set(known.values_list("visit__request", "session"))
    link = request.classes.through
    link.objects.bulk_create(
        [link(dispatchrequest_id=asked, session_id=made) for asked, made in sorted(pairs)],
        batch_size=500,
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):

    dependencies = [
        ('dispatch', '0019_requests_know_their_classes'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
