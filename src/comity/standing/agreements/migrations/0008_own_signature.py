from django.db import migrations, models

from comity.spine.tenancy.operations import ChangePolicy, Policy

OWN_ACT = (
    "agency_id = comity_agency() AND post_id = comity_post() AND comity_duty() IN ('agency', 'steward')"
    " AND EXISTS (SELECT 1 FROM agreements_agreement a WHERE a.id = agreement_id)"
)
# A party reviews for itself; the steward records what one of another node found.
OWN_REVIEW = (
    " AND (for_agency_id = agency_id OR comity_duty() = 'steward' AND EXISTS"
    " (SELECT 1 FROM directory_agency d WHERE d.id = agreements_review.for_agency_id AND d.hosting <> 'here'))"
)


class Migration(migrations.Migration):
    dependencies = [("agreements", "0007_own_drafts"), ("directory", "0006_one_counsel")]
    operations = [
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.CheckConstraint(
                condition=models.Q(("method", "paper"), ("agency_id", models.F("for_agency_id")), _connector="OR"),
                name="agreements_signature_own",
            ),
        ),
        ChangePolicy("agreements_review", number=1, policy=Policy("app", "INSERT", check=OWN_ACT + OWN_REVIEW)),
    ]
