"""Fill: until now every visit was at the first venue of its request."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    visit = apps.get_model("dispatch", "Visit")
    first = apps.get_model("dispatch", "DispatchRequest").objects.filter(pk=OuterRef("request"))
    visit.objects.filter(venue=None).update(venue=Subquery(first.values("venue")[:1]))


class Migration(migrations.Migration):

    dependencies = [
        ('dispatch', '0011_visits_have_a_venue'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
