from django.db import migrations, models

from comity.spine.tenancy.operations import ChangePolicy, Policy

COUNTED = (
    "agency_id = comity_agency() AND comity_duty() = 'steward' AND undetermined IS NOT NULL AND covered IS NOT NULL"
    " AND made IS NOT NULL"
)


class Migration(migrations.Migration):
    dependencies = [("law", "0006_release_approvals")]

    operations = [
        *(
            migrations.AddField(model_name="lawreplay", name=name, field=models.BigIntegerField(null=True))
            for name in ("undetermined", "covered", "made")
        ),
        migrations.AddConstraint(
            model_name="lawreplay",
            constraint=models.CheckConstraint(
                condition=models.Q(("covered__gte", 0), ("made__gte", models.F("covered")), ("undetermined__gte", 0)),
                name="law_replay_coverage",
            ),
        ),
        ChangePolicy("law_replay", number=1, policy=Policy("app", "INSERT", check=COUNTED)),
    ]
