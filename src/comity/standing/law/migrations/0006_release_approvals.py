import django.db.models.deletion
from django.db import migrations, models

import comity.kernel.ids
from comity.spine.tenancy.operations import AppendOnly, ChangePolicy, Policy, Protect

WRITERS = "agency_id = comity_agency() AND comity_duty() = 'steward'"
APPROVED = (
    f"{WRITERS} AND EXISTS (SELECT FROM law_release_approval a WHERE a.release_id = law_in_force.release_id)"
    " AND NOT EXISTS (SELECT FROM law_rule r WHERE r.release_id = law_in_force.release_id AND NOT EXISTS"
    " (SELECT FROM law_approval a WHERE a.rule_digest = r.rule_digest AND a.signature IS NOT NULL))"
)


class Migration(migrations.Migration):
    dependencies = [("law", "0005_tags")]

    operations = [
        migrations.CreateModel(
            name="LawReleaseApproval",
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
                ("key_id", models.TextField()),
                ("scheme", models.TextField()),
                ("signature", models.BinaryField()),
                ("digest", models.CharField(max_length=64)),
                ("demo", models.TextField(null=True)),
                ("entry_id", models.UUIDField()),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="law.lawrelease"
                    ),
                ),
            ],
            options={
                "db_table": "law_release_approval",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("demo__isnull", True), ("demo", "demo approval"), _connector="OR"),
                        name="law_release_approval_demo",
                    )
                ],
            },
        ),
        Protect(
            "law_release_approval",
            grants={"app": "SELECT, INSERT"},
            policies=[Policy("app", "SELECT", using="true"), Policy("app", "INSERT", check=WRITERS)],
        ),
        AppendOnly("law_release_approval"),
        ChangePolicy("law_in_force", number=1, policy=Policy("app", "INSERT", check=APPROVED)),
    ]
