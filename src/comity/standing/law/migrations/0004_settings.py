from django.db import migrations, models

import comity.kernel.ids
from comity.spine.tenancy.operations import AppendOnly, Policy, Protect, Stamped

WRITERS = "agency_id = comity_agency() AND comity_duty() = 'steward'"


class Migration(migrations.Migration):
    dependencies = [("law", "0003_replays")]

    operations = [
        migrations.CreateModel(
            name="LawSetting",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=comity.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField()),
                ("agency_id", models.UUIDField()),
                ("post_id", models.UUIDField()),
                ("setting", models.TextField()),
                ("value", models.TextField()),
                ("reason", models.TextField()),
                ("effective_at", models.DateTimeField()),
                ("entry_id", models.UUIDField()),
            ],
            options={
                "db_table": "law_setting",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("effective_at__gte", models.F("at"))), name="law_setting_not_dated_back"
                    )
                ],
            },
        ),
        Protect(
            "law_setting",
            grants={"app": "SELECT, INSERT"},
            policies=[Policy("app", "SELECT", using="true"), Policy("app", "INSERT", check=WRITERS)],
        ),
        AppendOnly("law_setting"),
        Stamped("law", tables=["law_setting"]),
    ]
