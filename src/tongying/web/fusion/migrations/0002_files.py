import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("fusion", "0001_pairs")]

    operations = [
        migrations.CreateModel(
            name="FusionFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("digest", models.CharField(db_index=True, max_length=64)),
                ("bytes", models.BigIntegerField()),
                ("media_type", models.CharField(max_length=40)),
                (
                    "fusion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="fusion.fusionrow",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("fusion", "name"), name="fusion_file_once")
                ],
            },
        ),
    ]
