from django.db import migrations

# Two agencies that approve the law would be two laws.
ONE = """
CREATE UNIQUE INDEX directory_agency_one_counsel ON directory_agency ((true)) WHERE 'node_counsel' = ANY (powers);
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0005_node_counsel")]
    operations = [migrations.RunSQL(ONE, "DROP INDEX directory_agency_one_counsel;")]
