from django.db import migrations

from comity.spine.tenancy.operations import OVERSEES, ChangePolicy, Policy

# An entry's body names the act, the agency and the digests of its rows: nothing for another agency's auditor.
READERS = f"agency_id = (SELECT comity_agency()) OR (SELECT {OVERSEES})"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_ledger")]
    operations = [ChangePolicy("ledger_entry", number=0, policy=Policy("app", "SELECT", using=READERS))]
