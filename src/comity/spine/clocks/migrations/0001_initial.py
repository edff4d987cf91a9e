import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models

from comity.spine.tenancy.operations import Policy, Protect

READS = (
    "comity_duty() IN ('courier', 'retention')"
    " OR (comity_duty() IN ('agency', 'steward') AND agency_id = comity_agency())"
)


class Migration(migrations.Migration):
    initial = True

    dependencies = [("tenancy", "0001_functions")]

    operations = [
        migrations.CreateModel(
            name="Clock",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("subject_id", models.UUIDField()),
                ("agency_id", models.UUIDField()),
                ("post_id", models.UUIDField(null=True)),
                ("calendar", models.TextField()),
                ("term_count", models.IntegerField()),
                ("term_unit", models.TextField()),
                ("landing", models.TextField()),
                ("started_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("paused_at", models.DateTimeField(null=True)),
                ("pause_reason", models.TextField(null=True)),
                ("extensions", models.JSONField()),
                ("stopped_at", models.DateTimeField(null=True)),
                ("state", models.TextField()),
                ("how", models.JSONField()),
            ],
            options={
                "db_table": "clocks_clock",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "stopped"), _negated=True),
                        fields=["due_at"],
                        name="clocks_clock_due",
                    ),
                    models.Index(fields=["subject_id"], name="clocks_clock_subject"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=django.db.models.lookups.LessThanOrEqual(
                            django.db.models.functions.text.Length("kind"), 64
                        ),
                        name="clocks_clock_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("term_unit__in", ["business_days", "days", "hours", "months", "weekday_hours"])
                        ),
                        name="clocks_clock_unit",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("landing__in", ["as_it_falls", "next_open_day"])),
                        name="clocks_clock_landing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["paused", "running", "stopped"])), name="clocks_clock_state"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("pause_reason__regex", "^[a-z][a-z0-9_.-]{0,63}$"),
                                ("paused_at__isnull", False),
                                ("state", "paused"),
                            ),
                            models.Q(
                                models.Q(("state", "paused"), _negated=True),
                                ("pause_reason__isnull", True),
                                ("paused_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="clocks_clock_pause",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "stopped"), ("stopped_at__isnull", False)),
                            models.Q(models.Q(("state", "stopped"), _negated=True), ("stopped_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="clocks_clock_stop",
                    ),
                ],
            },
        ),
        Protect(
            "clocks_clock",
            grants={
                "app": "SELECT, INSERT, UPDATE (due_at, paused_at, pause_reason, extensions, stopped_at, state, how)"
            },
            policies=[
                Policy("app", "SELECT", using=READS),
                Policy("app", "INSERT", check="comity_duty() IN ('agency', 'steward', 'courier', 'retention')"),
                Policy("app", "UPDATE", using=READS, check=READS),
            ],
        ),
    ]
