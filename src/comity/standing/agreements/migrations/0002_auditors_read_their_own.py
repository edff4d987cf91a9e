from django.db import migrations

from comity.spine.tenancy.operations import OVERSEES, ChangePolicy, Policy

ALL_SEE = f"comity_duty() IN ('courier', 'retention', 'steward') OR {OVERSEES}"
PARTY = "comity_agency() = ANY (party_ids)"
WRITES = f"comity_duty() = 'steward' OR (comity_duty() = 'agency' AND {PARTY})"


class Migration(migrations.Migration):
    dependencies = [("agreements", "0001_initial")]
    # What belongs to an agreement (drafts, versions, parties, events, usage) is seen where the agreement is.
    operations = [
        ChangePolicy("agreements_agreement", number=0, policy=Policy("app", "SELECT", using=f"{PARTY} OR {ALL_SEE}")),
        ChangePolicy(
            "agreements_agreement",
            number=2,
            policy=Policy("app", "UPDATE", using=f"{PARTY} OR {ALL_SEE}", check=WRITES),
        ),
        ChangePolicy(
            "agreements_pair",
            number=0,
            policy=Policy("app", "SELECT", using=f"comity_agency() IN (sender_id, receiver_id) OR {ALL_SEE}"),
        ),
    ]
