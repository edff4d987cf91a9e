from django.db import migrations

# What the framework and the sign-in library keep: sessions, second factors, which session is whose. The role *signin*
# alone reads and writes them; that is all it may do beside letting accounts in.
TABLES = (
    "account_emailaddress",
    "account_emailconfirmation",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
    "django_session",
    "mfa_authenticator",
    "usersessions_usersession",
)
GRANTS = f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(TABLES)} TO comity_signin;"
SEQUENCES = """
DO $$
DECLARE made regclass;
BEGIN
    FOR made IN
        SELECT pg_get_serial_sequence(t.name, 'id')::regclass FROM unnest(ARRAY[{tables}]) AS t (name)
        WHERE EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.name::regclass AND a.attname = 'id')
    LOOP
        EXECUTE format('GRANT USAGE ON SEQUENCE %s TO comity_signin', made);
    END LOOP;
END
$$;
""".format(tables=", ".join(f"'{table}'" for table in TABLES))


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("sessions", "0001_initial"),
        ("usersessions", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(GRANTS, migrations.RunSQL.noop),
        migrations.RunSQL(SEQUENCES, migrations.RunSQL.noop),
    ]
