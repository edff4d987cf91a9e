import django.db.models.deletion
from django.db import migrations, models

from comity.spine.tenancy.operations import ChangePolicy, Policy

SIGNED = (
    "agency_id = comity_agency() AND comity_duty() = 'steward' AND release_id IS NOT NULL AND key_id IS NOT NULL"
    " AND scheme IS NOT NULL AND signature IS NOT NULL AND digest IS NOT NULL"
)


class Migration(migrations.Migration):
    dependencies = [("law", "0001_initial"), ("directory", "0003_keys_that_bind")]

    operations = [
        migrations.AddField(
            model_name="lawapproval",
            name="release",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="law.lawrelease"
            ),
        ),
        migrations.AddField(model_name="lawapproval", name="key_id", field=models.TextField(null=True)),
        migrations.AddField(model_name="lawapproval", name="scheme", field=models.TextField(null=True)),
        migrations.AddField(model_name="lawapproval", name="signature", field=models.BinaryField(null=True)),
        migrations.AddField(model_name="lawapproval", name="digest", field=models.CharField(max_length=64, null=True)),
        migrations.AddField(model_name="lawapproval", name="demo", field=models.TextField(null=True)),
        migrations.AddConstraint(
            model_name="lawapproval",
            constraint=models.CheckConstraint(
                condition=models.Q(("demo__isnull", True), ("demo", "demo approval"), _connector="OR"),
                name="law_approval_demo",
            ),
        ),
        ChangePolicy("law_approval", number=1, policy=Policy("app", "INSERT", check=SIGNED)),
    ]
