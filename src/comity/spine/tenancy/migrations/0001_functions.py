from django.db import migrations

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
"""

UNDO = """
DROP FUNCTION comity_agency(); DROP FUNCTION comity_post(); DROP FUNCTION comity_duty(); DROP FUNCTION comity_refuse();
"""


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [migrations.RunSQL(FUNCTIONS, UNDO)]
