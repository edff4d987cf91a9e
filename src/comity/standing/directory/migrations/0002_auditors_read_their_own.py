from django.db import migrations

from comity.spine.tenancy.operations import OVERSEES, ChangePolicy, Policy

READERS = f"agency_id = comity_agency() OR about_agency_id = comity_agency() OR comity_duty() = 'steward' OR {OVERSEES}"


class Migration(migrations.Migration):
    dependencies = [("directory", "0001_initial")]
    operations = [ChangePolicy("directory_event", number=0, policy=Policy("app", "SELECT", using=READERS))]
