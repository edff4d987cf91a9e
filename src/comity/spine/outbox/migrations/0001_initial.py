import django.db.models.functions.datetime
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models

from comity.spine.tenancy.operations import Policy, Protect

CHANGING = "available_at, expires_at, attempts, claimed_by, claimed_until, done_at, dead_at, last_error"
TENDS = "comity_duty() IN ('courier', 'steward')"


class Migration(migrations.Migration):
    initial = True

    dependencies = [("tenancy", "0001_functions")]

    operations = [
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("topic", models.TextField()),
                ("destination", models.TextField()),
                ("body", models.JSONField()),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("available_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("attempts", models.IntegerField(db_default=0)),
                ("claimed_by", models.TextField(null=True)),
                ("claimed_until", models.DateTimeField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                ("dead_at", models.DateTimeField(null=True)),
                ("last_error", models.TextField(null=True)),
            ],
            options={
                "db_table": "outbox_message",
                "indexes": [
                    models.Index(
                        condition=models.Q(("dead_at__isnull", True), ("done_at__isnull", True)),
                        fields=["destination", "available_at", "id"],
                        name="outbox_message_waiting",
                    ),
                    models.Index(
                        condition=models.Q(("done_at__isnull", False)), fields=["done_at"], name="outbox_message_done"
                    ),
                    models.Index(
                        condition=models.Q(("dead_at__isnull", False)), fields=["dead_at"], name="outbox_message_dead"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=django.db.models.lookups.LessThanOrEqual(
                            django.db.models.functions.text.Length("topic"), 64
                        ),
                        name="outbox_message_topic",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("last_error__isnull", True),
                            ("last_error__regex", "^[a-z][a-z0-9_.-]{0,63}$"),
                            _connector="OR",
                        ),
                        name="outbox_message_error",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("done_at__isnull", True), ("dead_at__isnull", True), _connector="OR"),
                        name="outbox_message_one_end",
                    ),
                ],
            },
        ),
        Protect(
            "outbox_message",
            grants={"app": f"SELECT, INSERT, DELETE, UPDATE ({CHANGING})"},
            policies=[
                Policy("app", "SELECT", using="comity_duty() IN ('courier', 'steward', 'retention')"),
                Policy("app", "INSERT", check="comity_duty() IN ('agency', 'steward', 'courier', 'retention')"),
                Policy("app", "UPDATE", using=TENDS, check=TENDS),
                Policy("app", "DELETE", using="done_at IS NOT NULL AND comity_duty() = 'retention'"),
            ],
        ),
    ]
