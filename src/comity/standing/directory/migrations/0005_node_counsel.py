from django.db import migrations, models

POWERS = [
    "border_patrol",
    "child_welfare",
    "cjis_agency",
    "corrections",
    "criminal_justice",
    "customs",
    "detention",
    "dhs",
    "doj",
    "driver_licenses",
    "emergency_management",
    "grants",
    "immigration_enforcement",
    "intelligence",
    "investigations",
    "juvenile_justice",
    "law_enforcement",
    "node_counsel",
    "officer_standards",
    "oversight",
    "privacy",
    "prosecution",
    "records",
    "state_agency",
    "state_department",
    "tribal_government",
    "victim_services",
]


class Migration(migrations.Migration):
    dependencies = [("directory", "0004_passkeys")]

    operations = [
        migrations.RemoveConstraint(model_name="agency", name="directory_agency_powers"),
        migrations.AddConstraint(
            model_name="agency",
            constraint=models.CheckConstraint(
                condition=models.Q(("powers__contained_by", POWERS)), name="directory_agency_powers"
            ),
        ),
        # The policy lets only the steward change a row.
        migrations.RunSQL("GRANT UPDATE (powers) ON directory_agency TO comity_app;", migrations.RunSQL.noop),
    ]
