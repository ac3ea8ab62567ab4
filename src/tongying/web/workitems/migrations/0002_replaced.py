"""A case may have had several steps, one after the other."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0002_clocks"),
        ("workitems", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="workitem",
            name="case",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="workitems",
                to="cases.caserow",
            ),
        ),
        migrations.AddField(
            model_name="workitem", name="current", field=models.BooleanField(default=True)
        ),
        migrations.AddField(
            model_name="workitem",
            name="replaces",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="replaced_by",
                to="workitems.workitem",
            ),
        ),
        migrations.AddField(
            model_name="workitem", name="started_at", field=models.DateTimeField(null=True)
        ),
        migrations.AddField(
            model_name="workitem", name="ended_at", field=models.DateTimeField(null=True)
        ),
        migrations.AddConstraint(
            model_name="workitem",
            constraint=models.UniqueConstraint(
                condition=models.Q(("current", True)),
                fields=("case",),
                name="workitem_current_once",
            ),
        ),
    ]
