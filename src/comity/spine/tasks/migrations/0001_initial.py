import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models

from comity.spine.tenancy.operations import AppendOnly, Policy, Protect

READS = (
    "comity_duty() IN ('courier', 'retention')"
    " OR (comity_duty() IN ('agency', 'steward') AND agency_id = comity_agency())"
)
# A post speaks for itself, to an open task of its own agency that does not exclude it.
SPEAKS = (
    "comity_duty() IN ('agency', 'steward') AND agency_id = comity_agency() AND post_id = comity_post()"
    " AND EXISTS (SELECT 1 FROM tasks_task t WHERE t.id = tasks_verdict.task_id AND t.state = 'open'"
    " AND t.agency_id = comity_agency() AND (t.assignee_post_id IS NULL OR t.assignee_post_id = comity_post())"
    " AND t.digest = tasks_verdict.digest"
    " AND NOT comity_agency() = ANY (t.excluded_agency_ids) AND NOT comity_post() = ANY (t.excluded_post_ids))"
)


class Migration(migrations.Migration):
    initial = True

    dependencies = [("tenancy", "0001_functions")]

    operations = [
        migrations.CreateModel(
            name="Task",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("agency_id", models.UUIDField()),
                ("assignee_post_id", models.UUIDField(null=True)),
                ("function", models.TextField(null=True)),
                ("subject_id", models.UUIDField()),
                ("digest", models.TextField()),
                (
                    "excluded_agency_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None),
                ),
                (
                    "excluded_post_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None),
                ),
                ("opened_at", models.DateTimeField()),
                ("not_before", models.DateTimeField()),
                ("due_at", models.DateTimeField(null=True)),
                ("state", models.TextField()),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "tasks_task",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "open")), fields=["agency_id", "due_at"], name="tasks_task_open"
                    ),
                    models.Index(fields=["subject_id"], name="tasks_task_subject"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "answer",
                                    "approval",
                                    "correction",
                                    "counsel",
                                    "dead_letter",
                                    "notice",
                                    "redress",
                                    "retention",
                                    "review",
                                ],
                            )
                        ),
                        name="tasks_task_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["done", "lapsed", "open", "withdrawn"])),
                        name="tasks_task_state",
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length("digest"), 64),
                        name="tasks_task_digest",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("assignee_post_id__isnull", False), ("function__isnull", False), _connector="OR"
                        ),
                        name="tasks_task_assigned",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("function__isnull", True),
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("function"), 64
                            ),
                            _connector="OR",
                        ),
                        name="tasks_task_function",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("state", "open")),
                            models.Q(models.Q(("state", "open"), _negated=True), ("closed_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="tasks_task_closed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Verdict",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("agency_id", models.UUIDField()),
                ("post_id", models.UUIDField()),
                ("capacity", models.TextField()),
                ("verdict", models.TextField()),
                ("reason", models.TextField(null=True)),
                ("reason_item_id", models.UUIDField(null=True)),
                ("digest", models.TextField()),
                ("at", models.DateTimeField()),
                ("entry_id", models.UUIDField(db_index=True)),
                (
                    "task",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tasks.task"
                    ),
                ),
            ],
            options={
                "db_table": "tasks_verdict",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("capacity__in", ["acting", "holder"])), name="tasks_verdict_capacity"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("verdict__regex", "^[a-z][a-z0-9_.-]{0,63}$")), name="tasks_verdict_code"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reason__isnull", True), ("reason__regex", "^[a-z][a-z0-9_.-]{0,63}$"), _connector="OR"
                        ),
                        name="tasks_verdict_reason",
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length("digest"), 64),
                        name="tasks_verdict_digest",
                    ),
                ],
            },
        ),
        Protect(
            "tasks_task",
            grants={"app": "SELECT, INSERT, UPDATE (state, closed_at)"},
            policies=[
                Policy("app", "SELECT", using=READS),
                Policy("app", "INSERT", check="comity_duty() IN ('agency', 'steward', 'courier', 'retention')"),
                Policy("app", "UPDATE", using=READS, check=READS),
            ],
        ),
        Protect(
            "tasks_verdict",
            grants={"app": "SELECT, INSERT"},
            policies=[Policy("app", "SELECT", using=READS), Policy("app", "INSERT", check=SPEAKS)],
        ),
        AppendOnly("tasks_verdict"),
    ]
