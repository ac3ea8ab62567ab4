from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("norms", "0001_first"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="inclusionrule",
            constraint=models.UniqueConstraint(
                fields=("code", "version"), name="inclusion_rule_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="inclusionrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("route__in", ["direct", "indirect"])),
                name="inclusion_rule_route",
            ),
        ),
        migrations.AddConstraint(
            model_name="normfitrow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finished_at__isnull", True), ("state__in", ["waiting", "running"])),
                    models.Q(("finished_at__isnull", False), ("state__in", ["done", "failed"])),
                    _connector="OR",
                ),
                name="norm_fit_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="normreading",
            constraint=models.UniqueConstraint(
                fields=("entry", "reader_name"), name="norm_reading_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="normreading",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "adjudicator")),
                fields=("entry",),
                name="norm_adjudication_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="normreading",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["reader", "adjudicator"])),
                name="norm_reading_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="normreleaserow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("closed_at__isnull", True),
                        ("published_at__isnull", True),
                        ("state", "draft"),
                    ),
                    models.Q(
                        ("closed_at__isnull", True),
                        ("published_at__isnull", False),
                        ("state", "published"),
                    ),
                    models.Q(("closed_at__isnull", False), ("state", "closed")),
                    _connector="OR",
                ),
                name="norm_release_times",
            ),
        ),
        migrations.AddConstraint(
            model_name="normsignature",
            constraint=models.UniqueConstraint(
                fields=("norm_id", "sha256", "signed_by"), name="norm_signature_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="normsite",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at__isnull", True)),
                fields=("release", "hospital", "sex"),
                name="norm_site_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="normsubject",
            constraint=models.UniqueConstraint(
                fields=("hospital", "label"), name="norm_subject_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="normsubject",
            constraint=models.UniqueConstraint(
                condition=models.Q(("child__isnull", False), ("withdrawn_at__isnull", True)),
                fields=("child", "rule"),
                name="norm_subject_child_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="normsubject",
            constraint=models.CheckConstraint(
                condition=models.Q(("sex__in", ["F", "M"])), name="norm_subject_sex"
            ),
        ),
        migrations.AddConstraint(
            model_name="normsubject",
            constraint=models.CheckConstraint(
                condition=models.Q(("consent__in", ["given", "waived"])),
                name="norm_subject_consent",
            ),
        ),
        migrations.AddConstraint(
            model_name="normsubject",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("withdrawn_at__isnull", True), ("withdrawn_by__isnull", True)),
                    models.Q(("withdrawn_at__isnull", False), ("withdrawn_by__isnull", False)),
                    _connector="OR",
                ),
                name="norm_subject_withdrawn_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="normentry",
            constraint=models.UniqueConstraint(
                fields=("subject", "measure", "side", "age_days", "tool", "tool_version"),
                name="norm_entry_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="normentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("quality__in", ["waiting", "passed", "failed"])),
                name="norm_entry_quality",
            ),
        ),
        migrations.AddConstraint(
            model_name="normentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "agreed"), ("value__isnull", False)),
                    models.Q(
                        ("state__in", ["waiting", "disputed", "excluded"]), ("value__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="norm_entry_value",
            ),
        ),
    ]
