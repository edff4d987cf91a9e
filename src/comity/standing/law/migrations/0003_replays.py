import django.db.models.deletion
from django.db import migrations, models

import comity.kernel.ids
from comity.spine.tenancy.operations import AppendOnly, Policy, Protect

WRITERS = "agency_id = comity_agency() AND comity_duty() = 'steward'"


class Migration(migrations.Migration):
    dependencies = [("law", "0002_signed_approvals")]

    operations = [
        migrations.CreateModel(
            name="LawReplay",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=comity.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField()),
                ("agency_id", models.UUIDField()),
                ("post_id", models.UUIDField()),
                ("against", models.CharField(max_length=64)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("decided", models.BigIntegerField()),
                ("same", models.BigIntegerField()),
                ("different", models.BigIntegerField()),
                ("unreadable", models.BigIntegerField()),
                ("list_digest", models.CharField(max_length=64)),
                ("entry_id", models.UUIDField()),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="law.lawrelease"
                    ),
                ),
            ],
            options={
                "db_table": "law_replay",
                "indexes": [models.Index(fields=["release", "against", "at"], name="law_replay_latest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided", models.F("same") + models.F("different")),
                            ("different__gte", 0),
                            ("same__gte", 0),
                            ("unreadable__gte", 0),
                        ),
                        name="law_replay_counts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="law_replay_period"
                    ),
                ],
            },
        ),
        Protect(
            "law_replay",
            grants={"app": "SELECT, INSERT"},
            policies=[Policy("app", "SELECT", using="true"), Policy("app", "INSERT", check=WRITERS)],
        ),
        AppendOnly("law_replay"),
    ]
