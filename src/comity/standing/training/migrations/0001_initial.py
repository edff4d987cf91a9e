import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.db import migrations, models

import comity.kernel.ids
from comity.spine.tenancy.operations import AppendOnly, Policy, Protect, Stamped, reference_policies

OWN = "agency_id = comity_agency() AND (comity_duty() = 'steward' OR officer_agency_id = comity_agency())"
OFFICER = """
ALTER TABLE training_credential
    ADD CONSTRAINT training_credential_officer
        FOREIGN KEY (officer_id, officer_agency_id) REFERENCES directory_officer (id, agency_id),
    ADD CONSTRAINT training_credential_of_agency UNIQUE (id, officer_agency_id);
ALTER TABLE training_revocation
    ADD CONSTRAINT training_revocation_same_agency
        FOREIGN KEY (credential_id, officer_agency_id) REFERENCES training_credential (id, officer_agency_id);
"""


def protect_acts(table: str, *, writers: str) -> Protect:
    return Protect(
        table,
        grants={"app": "SELECT, INSERT"},
        policies=[Policy("app", "SELECT", using="true"), Policy("app", "INSERT", check=writers)],
    )


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenancy", "0001_functions"),
        ("directory", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Course",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=comity.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.TextField(unique=True)),
                ("title", models.TextField()),
                ("source", models.TextField()),
            ],
            options={
                "db_table": "training_course",
            },
        ),
        migrations.CreateModel(
            name="TrainingEvent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=comity.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField()),
                ("act", models.TextField()),
                ("agency_id", models.UUIDField()),
                ("post_id", models.UUIDField()),
                ("detail", models.JSONField()),
                ("entry_id", models.UUIDField()),
            ],
            options={
                "db_table": "training_event",
            },
        ),
        migrations.CreateModel(
            name="Credential",
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
                ("officer_id", models.UUIDField()),
                ("officer_agency_id", models.UUIDField()),
                ("issuer", models.TextField()),
                ("issued_at", models.DateTimeField()),
                ("valid_until", models.DateTimeField()),
                ("score", models.PositiveSmallIntegerField(null=True)),
                ("attempt", models.PositiveSmallIntegerField(default=1)),
                ("evidence_digest", models.BinaryField(max_length=32)),
                ("entry_id", models.UUIDField()),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="training.course"
                    ),
                ),
            ],
            options={
                "db_table": "training_credential",
            },
        ),
        migrations.CreateModel(
            name="Requirement",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=comity.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.TextField()),
                ("function", models.TextField()),
                ("agreement_kind", models.TextField(blank=True, default="")),
                ("agency_kind", models.TextField(blank=True, default="")),
                ("courses", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                (
                    "accepted_issuers",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None),
                ),
                ("validity_days", models.PositiveIntegerField()),
                ("pass_mark", models.PositiveSmallIntegerField(null=True)),
                ("max_attempts", models.PositiveSmallIntegerField(null=True)),
                ("source", models.TextField()),
                ("period", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
            ],
            options={
                "db_table": "training_requirement",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "function__in",
                                [
                                    "approve_release",
                                    "immigration_jail",
                                    "immigration_task_force",
                                    "immigration_warrant_service",
                                    "receive_cji",
                                    "receive_information",
                                    "receive_intelligence",
                                    "release_information",
                                ],
                            )
                        ),
                        name="training_requirement_function",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("courses__len__gt", 0), ("accepted_issuers__len__gt", 0)),
                        name="training_requirement_not_empty",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("validity_days__gt", 0)), name="training_requirement_validity"
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("code", "="), ("period", "&&")], name="training_requirement_one_edition"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Revocation",
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
                ("officer_agency_id", models.UUIDField()),
                ("revoked_at", models.DateTimeField()),
                ("reason", models.TextField()),
                ("entry_id", models.UUIDField()),
                (
                    "credential",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="training.credential"
                    ),
                ),
            ],
            options={
                "db_table": "training_revocation",
            },
        ),
        migrations.AddIndex(
            model_name="credential",
            index=models.Index(fields=["officer_id"], name="training_credential_by_officer"),
        ),
        migrations.AddConstraint(
            model_name="credential",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_until__gt", models.F("issued_at"))), name="training_credential_some_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="revocation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reason__in", ["evidence_wrong", "issuer_withdrew", "left_service", "recorded_in_error"])
                ),
                name="training_revocation_reason",
            ),
        ),
        migrations.RunSQL(OFFICER, migrations.RunSQL.noop),
        Protect("training_course", grants={"app": "SELECT, INSERT"}, policies=reference_policies()),
        Protect(
            "training_requirement", grants={"app": "SELECT, INSERT, UPDATE (period)"}, policies=reference_policies()
        ),
        protect_acts("training_credential", writers=OWN),
        AppendOnly("training_credential"),
        protect_acts("training_revocation", writers=OWN),
        AppendOnly("training_revocation"),
        protect_acts("training_event", writers="agency_id = comity_agency() AND comity_duty() = 'steward'"),
        AppendOnly("training_event"),
        Stamped(
            "training",
            tables=["training_course", "training_requirement", "training_credential", "training_revocation"],
        ),
    ]
