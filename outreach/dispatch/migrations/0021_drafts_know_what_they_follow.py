"""Add: which version a draft would take the place of."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('dispatch', '0020_classes_of_visits_are_their_requests'),
    ]

    operations = [
        migrations.AddField(
            model_name='plandraft',
            name='before',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='dispatch.planversion'),
        ),
    ]
