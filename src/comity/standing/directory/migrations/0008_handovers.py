import django.db.models.deletion
from django.db import migrations, models

import comity.kernel.ids
from comity.spine.tenancy.operations import OVERSEES, AppendOnly, Policy, Protect

OWN = "comity_duty() = 'agency' AND agency_id = comity_agency() AND post_id = comity_post()"
READERS = f"{OWN} OR (comity_duty() = 'auditor' AND agency_id = comity_agency()) OR {OVERSEES}"


class Migration(migrations.Migration):
    dependencies = [("directory", "0007_security_officer")]

    operations = [
        migrations.CreateModel(
            name="Handover",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=comity.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.TextField()),
                (
                    "about",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.handover",
                    ),
                ),
                ("agency_id", models.UUIDField()),
                ("post_id", models.UUIDField()),
                ("officer_id", models.UUIDField()),
                ("tasks", models.JSONField()),
                ("note_item", models.UUIDField(null=True)),
                ("at", models.DateTimeField()),
                ("entry_id", models.UUIDField()),
            ],
            options={
                "db_table": "directory_handover",
                "indexes": [models.Index(fields=["post_id", "at"], name="directory_handover_of_post")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["left", "taken"])), name="directory_handover_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("about__isnull", True), ("kind", "left")),
                            models.Q(("about__isnull", False), ("kind", "taken"), ("note_item__isnull", True)),
                            _connector="OR",
                        ),
                        name="directory_handover_about",
                    ),
                    models.UniqueConstraint(fields=("about",), name="directory_handover_taken_once"),
                ],
            },
        ),
        Protect(
            "directory_handover",
            grants={"app": "SELECT, INSERT"},
            policies=[Policy("app", "SELECT", using=READERS), Policy("app", "INSERT", check=OWN)],
        ),
        AppendOnly("directory_handover"),
    ]
