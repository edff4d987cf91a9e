from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("directory", "0002_auditors_read_their_own")]

    operations = [
        migrations.RemoveConstraint(model_name="agencykey", name="directory_agency_key_purpose"),
        migrations.AddConstraint(
            model_name="agencykey",
            constraint=models.CheckConstraint(
                condition=models.Q(("purpose__in", ["delivery", "envelope", "log", "signature"])),
                name="directory_agency_key_purpose",
            ),
        ),
    ]
