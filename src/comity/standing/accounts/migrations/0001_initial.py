import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import comity.kernel.ids
from comity.spine.tenancy.operations import AppendOnly, Policy, Protect

STEWARD = "comity_duty() = 'steward'"
OFFICER = (
    "(comity_duty() = 'agency' AND agency_id = comity_agency() AND EXISTS (SELECT FROM directory_post p"
    " WHERE p.id = comity_post() AND p.agency_id = comity_agency() AND p.function = 'security_officer'))"
)
MANAGES = f"{STEWARD} OR {OFFICER}"
EVENT_READERS = (
    f"comity_duty() IN ('agency', 'auditor') AND comity_agency() IN (agency_id, about_agency_id) OR {STEWARD}"
)
SEEN = "id, username, agency_id, officer_id, made_at, locked_at, closed_at, joined_at, last_login"
CHANGED = "locked_at, failed_at, closed_at, invited_sha256, invited_until"


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("directory", "0007_security_officer"),
        ("tenancy", "0001_functions"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountEvent",
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
                ("about_agency_id", models.UUIDField()),
                ("account_id", models.UUIDField()),
                ("detail", models.JSONField()),
                ("entry_id", models.UUIDField()),
            ],
            options={
                "db_table": "accounts_event",
                "indexes": [models.Index(fields=["account_id", "at"], name="accounts_event_by_account")],
            },
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "id",
                    models.UUIDField(
                        default=comity.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("username", models.TextField(unique=True)),
                ("made_at", models.DateTimeField()),
                (
                    "failed_at",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateTimeField(), default=list, size=None
                    ),
                ),
                ("locked_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("invited_sha256", models.BinaryField(max_length=32, null=True)),
                ("invited_until", models.DateTimeField(null=True)),
                ("joined_at", models.DateTimeField(null=True)),
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
            ],
            options={
                "db_table": "accounts_account",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("username", django.db.models.functions.text.Lower("username"))),
                        name="accounts_account_small_letters",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=("officer",),
                        name="accounts_account_one_of_an_officer",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=comity.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("page", models.TextField()),
                ("sealed", models.BinaryField()),
                ("kept_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "accounts_draft",
                "constraints": [models.UniqueConstraint(fields=("account", "page"), name="accounts_draft_one_a_page")],
            },
        ),
        Protect(
            "accounts_account",
            grants={"app": f"SELECT ({SEEN}), INSERT, UPDATE ({CHANGED})", "signin": "SELECT, UPDATE"},
            policies=[
                Policy("signin", "SELECT", using="true"),
                Policy("signin", "UPDATE", using="true", check="true"),
                Policy("app", "SELECT", using=MANAGES),
                Policy("app", "INSERT", check=MANAGES),
                Policy("app", "UPDATE", using=MANAGES, check=MANAGES),
            ],
        ),
        # Passwords and invitations are nobody's to check.
        migrations.RunSQL("REVOKE SELECT ON accounts_account FROM comity_verifier;", migrations.RunSQL.noop),
        Protect(
            "accounts_event",
            grants={"app": "SELECT, INSERT"},
            policies=[
                Policy("app", "SELECT", using=EVENT_READERS),
                Policy("app", "INSERT", check="agency_id = comity_agency() AND post_id = comity_post()"),
            ],
        ),
        AppendOnly("accounts_event"),
        Protect(
            "accounts_draft",
            grants={"signin": "SELECT, INSERT, UPDATE, DELETE"},
            policies=[
                Policy("signin", "SELECT", using="true"),
                Policy("signin", "INSERT", check="true"),
                Policy("signin", "UPDATE", using="true", check="true"),
                Policy("signin", "DELETE", using="true"),
            ],
        ),
        migrations.RunSQL("REVOKE SELECT ON accounts_draft FROM comity_verifier;", migrations.RunSQL.noop),
    ]
