from django.contrib.postgres.functions import RandomUUID
from django.db import migrations, models

from comity.spine.tenancy.operations import Policy, Protect

FUNCTIONS = """
CREATE FUNCTION comity_agency() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('comity.agency', true), '')::uuid $$;
CREATE FUNCTION comity_post() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('comity.post', true), '')::uuid $$;
CREATE FUNCTION comity_duty() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce(current_setting('comity.duty', true), '') $$;
CREATE FUNCTION comity_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE FUNCTION comity_touch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE tenancy_stamp SET value = gen_random_uuid() WHERE name = TG_ARGV[0];
    RETURN NULL;
END $$;
"""

UNDO = """
DROP FUNCTION comity_touch();
DROP FUNCTION comity_agency(); DROP FUNCTION comity_post(); DROP FUNCTION comity_duty(); DROP FUNCTION comity_refuse();
"""


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [
        migrations.RunSQL(FUNCTIONS, UNDO),
        migrations.CreateModel(
            name="Stamp",
            fields=[
                ("name", models.TextField(primary_key=True, serialize=False)),
                ("value", models.UUIDField(db_default=RandomUUID())),
            ],
            options={"db_table": "tenancy_stamp"},
        ),
        Protect("tenancy_stamp", grants={"app": "SELECT"}, policies=[Policy("app", "SELECT", using="true")]),
    ]
