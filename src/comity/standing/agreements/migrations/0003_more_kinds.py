from django.db import migrations, models

KINDS = [
    "cji_user",
    "compact",
    "interlocal",
    "jail_model",
    "mou",
    "resource_sharing",
    "sharing_mou",
    "stonegarden",
    "task_force_model",
    "tribal",
    "warrant_service",
]


class Migration(migrations.Migration):
    dependencies = [("agreements", "0002_auditors_read_their_own")]
    operations = [
        migrations.RemoveConstraint("agreement", "agreements_agreement_kind"),
        migrations.AddConstraint(
            "agreement",
            models.CheckConstraint(condition=models.Q(("kind__in", KINDS)), name="agreements_agreement_kind"),
        ),
    ]
