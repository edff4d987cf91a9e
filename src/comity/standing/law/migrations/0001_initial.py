import django.db.models.deletion
from django.db import migrations, models

import comity.kernel.ids
from comity.spine.tenancy.operations import AppendOnly, Policy, Protect, Stamped, reference_policies

WRITERS = "agency_id = comity_agency() AND comity_duty() = 'steward'"
ACTS = ("law_release", "law_rule", "law_approval", "law_in_force")


def protect_acts(table: str, writers: str) -> Protect:
    return Protect(
        table,
        grants={"app": "SELECT, INSERT"},
        policies=[Policy("app", "SELECT", using="true"), Policy("app", "INSERT", check=writers)],
    )


class Migration(migrations.Migration):
    initial = True

    dependencies = [("tenancy", "0001_functions")]

    operations = [
        migrations.CreateModel(
            name="LawApproval",
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
                ("rule_id", models.TextField()),
                ("rule_digest", models.CharField(max_length=64, unique=True)),
                ("entry_id", models.UUIDField()),
            ],
            options={
                "db_table": "law_approval",
            },
        ),
        migrations.CreateModel(
            name="LawRelease",
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
                ("digest", models.CharField(max_length=64, unique=True)),
                ("packs", models.JSONField()),
                ("texts", models.JSONField()),
                ("authorities", models.TextField()),
                ("entry_id", models.UUIDField()),
            ],
            options={
                "db_table": "law_release",
            },
        ),
        migrations.CreateModel(
            name="LawAuthority",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=comity.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.TextField(unique=True)),
                ("citation", models.TextField()),
                ("effect", models.TextField()),
                ("starts_on", models.DateField(null=True)),
                ("ends_on", models.DateField(null=True)),
                ("mark", models.CharField(max_length=1)),
                ("confidence", models.CharField(max_length=1)),
            ],
            options={
                "db_table": "law_authority",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("mark__in", ["K", "S"])), name="law_authority_mark"),
                    models.CheckConstraint(
                        condition=models.Q(("confidence__in", ["H", "L", "M"])), name="law_authority_confidence"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LawInForce",
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
                ("effective_at", models.DateTimeField()),
                ("entry_id", models.UUIDField()),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="law.lawrelease"
                    ),
                ),
            ],
            options={
                "db_table": "law_in_force",
                "indexes": [models.Index(fields=["-effective_at", "-at"], name="law_in_force_latest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("effective_at__gte", models.F("at"))), name="law_in_force_not_dated_back"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LawRule",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=comity.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("agency_id", models.UUIDField()),
                ("rule_id", models.TextField()),
                ("rule_digest", models.CharField(max_length=64)),
                ("entry_id", models.UUIDField()),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="law.lawrelease"
                    ),
                ),
            ],
            options={
                "db_table": "law_rule",
                "constraints": [models.UniqueConstraint(fields=("release", "rule_id"), name="law_rule_once")],
            },
        ),
        Protect("law_authority", grants={"app": "SELECT, INSERT, UPDATE"}, policies=reference_policies()),
        *(protect_acts(table, WRITERS) for table in ACTS),
        *(AppendOnly(table) for table in ACTS),
        Stamped("law", tables=["law_release", "law_in_force"]),
    ]
