from django.db import migrations

from comity.spine.tenancy.actor import NODE
from comity.spine.tenancy.operations import ChangePolicy, Policy

# A duty alone is not the node: posts of agencies act in the steward's as well.
BY_NODE = f"comity_agency() = '{NODE}' AND comity_duty() IN ('courier', 'steward')"
PARTY = "comity_duty() = 'agency' AND comity_agency() = ANY (party_ids)"
OWN_ACT = "agency_id = comity_agency() AND post_id = comity_post()"
# What the node writes of a version holds no text: a party publishes it.
WITHOUT_TEXT = "text = '' AND withheld = '[]' AND text_at IS NULL"
OF_EVENT = "event_id IS NOT NULL AND change <> 'text_published'"
# A party tells of the text that it published in the same transaction, and of nothing that happened. Who is party is
# what the node wrote, never what the row says.
OF_TEXT = (
    "change = 'text_published' AND event_id IS NULL AND NOT is_notice AND effective_at IS NULL AND happened_at = at"
    " AND EXISTS (SELECT FROM publication_agreement a WHERE a.code = publication_change.code"
    " AND a.party_ids = publication_change.party_ids)"
    " AND EXISTS (SELECT FROM publication_version v WHERE v.code = publication_change.code"
    " AND v.number = publication_change.number AND v.text_at = publication_change.at)"
)
TELLS = f"{OWN_ACT} AND ({BY_NODE} AND {OF_EVENT} OR {PARTY} AND {OF_TEXT})"


class Migration(migrations.Migration):
    dependencies = [("publication", "0001_publication")]

    operations = [
        ChangePolicy("publication_agreement", number=2, policy=Policy("app", "INSERT", check=BY_NODE)),
        ChangePolicy("publication_agreement", number=3, policy=Policy("app", "UPDATE", using=BY_NODE, check=BY_NODE)),
        ChangePolicy(
            "publication_version", number=2, policy=Policy("app", "INSERT", check=f"{BY_NODE} AND {WITHOUT_TEXT}")
        ),
        ChangePolicy(
            "publication_version",
            number=3,
            policy=Policy("app", "UPDATE", using=PARTY, check=f"{PARTY} AND text_at IS NOT NULL"),
        ),
        ChangePolicy("publication_change", number=2, policy=Policy("app", "INSERT", check=TELLS)),
    ]
