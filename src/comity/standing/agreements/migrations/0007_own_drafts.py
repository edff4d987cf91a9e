import django.db.models.deletion
from django.db import migrations, models

from comity.spine.tenancy.operations import ChangePolicy, Policy

OPEN = "EXISTS (SELECT 1 FROM agreements_agreement a WHERE a.id = agreement_id)"
OWN = f"agency_id = comity_agency() AND {OPEN}"
WRITES = f"comity_duty() IN ('agency', 'steward') AND {OWN}"

# A draft that is there becomes that of the agency which wrote last: the text is its own.
BY_AGENCY = """
ALTER TABLE agreements_draft ADD COLUMN agency_id uuid;
UPDATE agreements_draft d SET agency_id = (
    SELECT e.agency_id FROM agreements_event e WHERE e.agreement_id = d.agreement_id AND e.event = 'drafted'
    ORDER BY e.at DESC, e.id DESC LIMIT 1);
ALTER TABLE agreements_draft
    ALTER COLUMN agency_id SET NOT NULL,
    DROP CONSTRAINT agreements_draft_pkey,
    ADD CONSTRAINT agreements_draft_pkey PRIMARY KEY (agreement_id, agency_id);
"""


class Migration(migrations.Migration):
    dependencies = [("agreements", "0006_own_hand")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(BY_AGENCY, migrations.RunSQL.noop)],
            state_operations=[
                migrations.DeleteModel("Draft"),
                migrations.CreateModel(
                    name="Draft",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "agreement_id",
                                "agency_id",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        (
                            "agreement",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="agreements.agreement",
                            ),
                        ),
                        ("agency_id", models.UUIDField()),
                        ("title", models.TextField()),
                        ("text", models.TextField()),
                        ("terms", models.JSONField()),
                        ("starts_at", models.DateTimeField()),
                        ("ends_at", models.DateTimeField(null=True)),
                        ("revised_at", models.DateTimeField()),
                    ],
                    options={"db_table": "agreements_draft"},
                ),
            ],
        ),
        ChangePolicy("agreements_draft", number=0, policy=Policy("app", "SELECT", using=OWN)),
        ChangePolicy("agreements_draft", number=1, policy=Policy("app", "INSERT", check=WRITES)),
        ChangePolicy("agreements_draft", number=2, policy=Policy("app", "UPDATE", using=OWN, check=WRITES)),
        ChangePolicy("agreements_draft", number=3, policy=Policy("app", "DELETE", using=WRITES)),
    ]
