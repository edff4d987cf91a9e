import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.db import migrations, models

import comity.kernel.ids
from comity.spine.tenancy.operations import AppendOnly, Policy, Protect, Stamped, reference_policies

OWN = "comity_duty() = 'steward' OR (comity_duty() = 'agency' AND agency_id = comity_agency())"
BELONGS = """
ALTER TABLE directory_post ADD CONSTRAINT directory_post_of_agency UNIQUE (id, agency_id);
ALTER TABLE directory_officer ADD CONSTRAINT directory_officer_of_agency UNIQUE (id, agency_id);
ALTER TABLE directory_holding
    ADD CONSTRAINT directory_holding_own_post FOREIGN KEY (post_id, agency_id) REFERENCES directory_post (id, agency_id),
    ADD CONSTRAINT directory_holding_own_officer
        FOREIGN KEY (officer_id, agency_id) REFERENCES directory_officer (id, agency_id);
ALTER TABLE directory_api_key
    ADD CONSTRAINT directory_api_key_own_post FOREIGN KEY (post_id, agency_id) REFERENCES directory_post (id, agency_id);
ALTER TABLE directory_task_force_member
    ADD CONSTRAINT directory_task_force_member_own_liaison
        FOREIGN KEY (liaison_post_id, agency_id) REFERENCES directory_post (id, agency_id);
"""
EVENT_READERS = (
    "agency_id = comity_agency() OR about_agency_id = comity_agency() OR comity_duty() IN ('steward', 'auditor')"
)


def protect(table: str, *, changes: str = "", writers: str = "comity_duty() = 'steward'") -> Protect:
    rights = "SELECT, INSERT" + (f", UPDATE ({changes})" if changes else "")
    return Protect(table, grants={"app": rights}, policies=reference_policies(writers))


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenancy", "0001_functions"),
    ]

    operations = [
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS btree_gist", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="Agency",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=comity.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.TextField(unique=True)),
                ("ori", models.CharField(max_length=9, null=True, unique=True)),
                ("name", models.TextField()),
                ("kind", models.TextField()),
                ("state", models.CharField(blank=True, default="", max_length=2)),
                (
                    "powers",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                (
                    "limits",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                ("area", models.TextField(blank=True, default="")),
                (
                    "counties",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=5), default=list, size=None
                    ),
                ),
                ("address", models.TextField(blank=True, default="")),
                ("hosting", models.TextField(default="listed")),
                ("node_url", models.TextField(blank=True, default="")),
                ("origin", models.TextField()),
                ("listed_name", models.TextField(blank=True, default="")),
                ("listed_type", models.TextField(blank=True, default="")),
                ("listed_county", models.TextField(blank=True, default="")),
                (
                    "parent",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.agency"
                    ),
                ),
            ],
            options={
                "db_table": "directory_agency",
            },
        ),
        migrations.CreateModel(
            name="AgencyKey",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=comity.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key_id", models.TextField(unique=True)),
                ("purpose", models.TextField()),
                ("scheme", models.TextField()),
                ("public_pem", models.TextField()),
                ("period", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.agency"
                    ),
                ),
            ],
            options={
                "db_table": "directory_agency_key",
            },
        ),
        migrations.CreateModel(
            name="ContactPoint",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=comity.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.TextField()),
                ("value", models.TextField()),
                ("hours", models.TextField(default="24/7")),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.agency"
                    ),
                ),
            ],
            options={
                "db_table": "directory_contact_point",
            },
        ),
        migrations.CreateModel(
            name="DirectoryEvent",
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
                ("about_agency_id", models.UUIDField(null=True)),
                ("subject_id", models.UUIDField()),
                ("detail", models.JSONField()),
                ("entry_id", models.UUIDField()),
            ],
            options={
                "db_table": "directory_event",
                "indexes": [models.Index(fields=["subject_id"], name="directory_event_by_subject")],
            },
        ),
        migrations.CreateModel(
            name="Officer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=comity.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("reference", models.TextField()),
                ("sworn", models.TextField()),
                ("sworn_period", django.contrib.postgres.fields.ranges.DateTimeRangeField(null=True)),
                ("certifying_body", models.TextField(default="none")),
                ("certification", models.TextField(default="not_required")),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.agency"
                    ),
                ),
            ],
            options={
                "db_table": "directory_officer",
            },
        ),
        migrations.CreateModel(
            name="Participation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=comity.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("model", models.TextField()),
                ("source", models.TextField()),
                ("as_of_on", models.DateField()),
                ("listed_name", models.TextField()),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.agency"
                    ),
                ),
            ],
            options={
                "db_table": "directory_participation",
            },
        ),
        migrations.CreateModel(
            name="Post",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=comity.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.TextField()),
                ("title", models.TextField()),
                ("function", models.TextField()),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.agency"
                    ),
                ),
                (
                    "contact_point",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.contactpoint",
                    ),
                ),
            ],
            options={
                "db_table": "directory_post",
            },
        ),
        migrations.CreateModel(
            name="Holding",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=comity.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.TextField(default="holder")),
                ("period", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.agency"
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.officer"
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.post"
                    ),
                ),
            ],
            options={
                "db_table": "directory_holding",
            },
        ),
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=comity.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("prefix", models.CharField(max_length=12, unique=True)),
                ("secret_sha256", models.BinaryField(max_length=32)),
                ("scopes", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("period", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.agency"
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.post"
                    ),
                ),
            ],
            options={
                "db_table": "directory_api_key",
            },
        ),
        migrations.CreateModel(
            name="TaskForce",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=comity.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.TextField(unique=True)),
                ("name", models.TextField()),
                ("area", models.TextField(blank=True, default="")),
                ("period", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                (
                    "lead_agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.agency"
                    ),
                ),
            ],
            options={
                "db_table": "directory_task_force",
            },
        ),
        migrations.AddField(
            model_name="contactpoint",
            name="task_force",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.taskforce"
            ),
        ),
        migrations.CreateModel(
            name="CommandPost",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=comity.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("succession", models.PositiveSmallIntegerField()),
                ("period", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.post"
                    ),
                ),
                (
                    "task_force",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.taskforce"
                    ),
                ),
            ],
            options={
                "db_table": "directory_command_post",
            },
        ),
        migrations.CreateModel(
            name="TaskForceMember",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=comity.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("period", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.agency"
                    ),
                ),
                (
                    "liaison_post",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.post"
                    ),
                ),
                (
                    "task_force",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.taskforce"
                    ),
                ),
            ],
            options={
                "db_table": "directory_task_force_member",
            },
        ),
        migrations.CreateModel(
            name="Unit",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=comity.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.TextField()),
                ("name", models.TextField()),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.agency"
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.unit"
                    ),
                ),
            ],
            options={
                "db_table": "directory_unit",
            },
        ),
        migrations.AddField(
            model_name="post",
            name="unit",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.unit"
            ),
        ),
        migrations.AddField(
            model_name="contactpoint",
            name="unit",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.unit"
            ),
        ),
        migrations.AddConstraint(
            model_name="agency",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["federal", "local", "neighboring_state", "state", "tribal"])),
                name="directory_agency_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="agency",
            constraint=models.CheckConstraint(
                condition=models.Q(("hosting__in", ["elsewhere", "here", "listed"])), name="directory_agency_hosting"
            ),
        ),
        migrations.AddConstraint(
            model_name="agency",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "powers__contained_by",
                        [
                            "border_patrol",
                            "child_welfare",
                            "cjis_agency",
                            "corrections",
                            "criminal_justice",
                            "customs",
                            "detention",
                            "dhs",
                            "doj",
                            "driver_licenses",
                            "emergency_management",
                            "grants",
                            "immigration_enforcement",
                            "intelligence",
                            "investigations",
                            "juvenile_justice",
                            "law_enforcement",
                            "officer_standards",
                            "oversight",
                            "privacy",
                            "prosecution",
                            "records",
                            "state_agency",
                            "state_department",
                            "tribal_government",
                            "victim_services",
                        ],
                    )
                ),
                name="directory_agency_powers",
            ),
        ),
        migrations.AddConstraint(
            model_name="agency",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "limits__contained_by",
                        ["grants_only", "no_arrest", "no_title_8", "tribal_land_consent", "unverified"],
                    )
                ),
                name="directory_agency_limits",
            ),
        ),
        migrations.AddConstraint(
            model_name="agency",
            constraint=models.CheckConstraint(
                condition=models.Q(("ori__isnull", True), ("ori__regex", "^[A-Z0-9]{9}$"), _connector="OR"),
                name="directory_agency_ori_form",
            ),
        ),
        migrations.AddConstraint(
            model_name="agency",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__regex", "^[a-z0-9][a-z0-9-]{1,62}$")), name="directory_agency_code_form"
            ),
        ),
        migrations.AddConstraint(
            model_name="agency",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", ""), ("state__regex", "^[A-Z]{2}$"), _connector="OR"),
                name="directory_agency_state_form",
            ),
        ),
        migrations.AddConstraint(
            model_name="agency",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("hosting", "elsewhere"), ("node_url__gt", "")),
                    models.Q(models.Q(("hosting", "elsewhere"), _negated=True), ("node_url", "")),
                    _connector="OR",
                ),
                name="directory_agency_node_url",
            ),
        ),
        migrations.AddConstraint(
            model_name="agencykey",
            constraint=models.CheckConstraint(
                condition=models.Q(("purpose__in", ["delivery", "envelope", "log"])),
                name="directory_agency_key_purpose",
            ),
        ),
        migrations.AddConstraint(
            model_name="agencykey",
            constraint=models.CheckConstraint(
                condition=models.Q(("scheme__in", ["ecdsa-p384-sha384", "ed25519"])), name="directory_agency_key_scheme"
            ),
        ),
        migrations.AddConstraint(
            model_name="officer",
            constraint=models.CheckConstraint(
                condition=models.Q(("sworn__in", ["civilian", "special", "sworn"])), name="directory_officer_sworn"
            ),
        ),
        migrations.AddConstraint(
            model_name="officer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("certifying_body__in", ["azpost", "federal", "none", "other_state", "tribal", "ut_post"])
                ),
                name="directory_officer_certifying_body",
            ),
        ),
        migrations.AddConstraint(
            model_name="officer",
            constraint=models.CheckConstraint(
                condition=models.Q(("certification__in", ["active", "lapsed", "not_required", "revoked", "suspended"])),
                name="directory_officer_certification",
            ),
        ),
        migrations.AddConstraint(
            model_name="officer",
            constraint=models.UniqueConstraint(fields=("agency", "reference"), name="directory_officer_reference"),
        ),
        migrations.AddConstraint(
            model_name="participation",
            constraint=models.CheckConstraint(
                condition=models.Q(("model__in", ["jail", "task_force", "warrant_service"])),
                name="directory_participation_model",
            ),
        ),
        migrations.AddConstraint(
            model_name="participation",
            constraint=models.UniqueConstraint(
                fields=("agency", "model", "source", "as_of_on"), name="directory_participation_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="holding",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["acting", "holder"])), name="directory_holding_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="holding",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[("post", "="), ("period", "&&")], name="directory_holding_one_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="holding",
            constraint=models.CheckConstraint(
                condition=models.Q(("period__isempty", False)), name="directory_holding_some_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="commandpost",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[("task_force", "="), ("succession", "="), ("period", "&&")],
                name="directory_command_post_one_each",
            ),
        ),
        migrations.AddConstraint(
            model_name="taskforcemember",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[("task_force", "="), ("agency", "="), ("period", "&&")],
                name="directory_task_force_member_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.UniqueConstraint(fields=("agency", "code"), name="directory_unit_code"),
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(fields=["agency", "function", "code"], name="directory_post_by_function"),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "function__in",
                        [
                            "agency_head",
                            "analyst",
                            "auditor",
                            "commander",
                            "counsel",
                            "interface",
                            "liaison",
                            "privacy_officer",
                            "records_clerk",
                            "records_supervisor",
                            "training_officer",
                        ],
                    )
                ),
                name="directory_post_function",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.UniqueConstraint(fields=("agency", "code"), name="directory_post_code"),
        ),
        migrations.AddConstraint(
            model_name="contactpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["email", "phone", "radio"])), name="directory_contact_point_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="contactpoint",
            constraint=models.UniqueConstraint(
                fields=("agency", "unit", "task_force", "kind", "value"),
                name="directory_contact_point_once",
                nulls_distinct=False,
            ),
        ),
        migrations.RunSQL(BELONGS, migrations.RunSQL.noop),
        protect("directory_agency", changes="listed_name, listed_type, listed_county, hosting, node_url, address"),
        protect("directory_unit", writers=OWN),
        protect("directory_post", writers=OWN),
        protect("directory_officer", changes="sworn, sworn_period, certifying_body, certification", writers=OWN),
        protect("directory_holding", changes="period", writers=OWN),
        protect("directory_task_force", changes="period"),
        protect("directory_task_force_member", changes="period"),
        protect("directory_command_post", changes="period"),
        protect("directory_contact_point", writers=OWN),
        protect("directory_agency_key", changes="revoked_at", writers=OWN),
        protect("directory_api_key", changes="revoked_at", writers=OWN),
        protect("directory_participation"),
        Protect(
            "directory_event",
            grants={"app": "SELECT, INSERT"},
            policies=[
                Policy("app", "SELECT", using=EVENT_READERS),
                Policy("app", "INSERT", check="agency_id = comity_agency() AND post_id = comity_post()"),
            ],
        ),
        AppendOnly("directory_event"),
        Stamped("directory", tables=["directory_agency", "directory_post", "directory_holding", "directory_officer"]),
        # Apart, so that a key is revoked while an import of agencies is under way.
        Stamped("api_keys", tables=["directory_api_key"]),
    ]
