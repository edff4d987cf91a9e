import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import comity.kernel.ids
from comity.spine.tenancy.operations import Policy, Protect

STEWARD = "comity_duty() = 'steward'"
HOLDS_OFFICE = (
    "EXISTS (SELECT FROM directory_post p"
    " WHERE p.id = comity_post() AND p.agency_id = comity_agency() AND p.function = 'security_officer')"
)
MANAGES = f"{STEWARD} OR (comity_duty() = 'agency' AND agency_id = comity_agency() AND {HOLDS_OFFICE})"
SEES_SOURCE = f"{STEWARD} OR (comity_duty() = 'agency' AND about_agency_id = comity_agency() AND {HOLDS_OFFICE})"
OF_ITS_AGENCY = "EXISTS (SELECT FROM accounts_account a WHERE a.id = account_id AND a.agency_id = {row}.agency_id)"
LINKED = OF_ITS_AGENCY.format(row="accounts_identity")
OVER = f"{STEWARD} AND at < clock_timestamp() - interval '365 days'"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_tables_of_sign_in"),
    ]

    operations = [
        migrations.CreateModel(
            name="EventSource",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="accounts.accountevent",
                    ),
                ),
                ("about_agency_id", models.UUIDField()),
                ("at", models.DateTimeField()),
                ("address", models.GenericIPAddressField()),
            ],
            options={
                "db_table": "accounts_source",
                "indexes": [models.Index(fields=["at"], name="accounts_source_by_time")],
            },
        ),
        migrations.CreateModel(
            name="Identity",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=comity.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("agency_id", models.UUIDField()),
                ("provider", models.TextField()),
                ("subject_blind", models.BinaryField(max_length=32)),
                ("linked_at", models.DateTimeField()),
                ("unlinked_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "accounts_identity",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("unlinked_at__isnull", True)),
                        fields=("provider", "subject_blind"),
                        name="accounts_identity_one_account",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("unlinked_at__isnull", True)),
                        fields=("account", "provider"),
                        name="accounts_identity_one_a_provider",
                    ),
                ],
            },
        ),
        Protect(
            "accounts_source",
            grants={"app": "SELECT, INSERT, DELETE"},
            policies=[
                Policy("app", "SELECT", using=SEES_SOURCE),
                Policy("app", "INSERT", check=STEWARD),
                Policy("app", "DELETE", using=OVER),
            ],
        ),
        # From where somebody signed in is the security officer's to see: no check of the ledger needs it.
        migrations.RunSQL("REVOKE SELECT ON accounts_source FROM comity_verifier;", migrations.RunSQL.noop),
        Protect(
            "accounts_identity",
            grants={
                "app": "SELECT (id, account_id, agency_id, provider, linked_at, unlinked_at), INSERT,"
                " UPDATE (unlinked_at)",
                "signin": "SELECT, INSERT",
            },
            policies=[
                Policy("app", "SELECT", using=MANAGES),
                Policy("app", "INSERT", check=f"({MANAGES}) AND {LINKED}"),
                Policy("app", "UPDATE", using=MANAGES, check=MANAGES),
                Policy("signin", "SELECT", using="true"),
                Policy("signin", "INSERT", check=LINKED),
            ],
        ),
        migrations.RunSQL("REVOKE SELECT ON accounts_identity FROM comity_verifier;", migrations.RunSQL.noop),
    ]
