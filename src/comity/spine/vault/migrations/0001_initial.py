import django.contrib.postgres.fields
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models

from comity.spine.tenancy.actor import NODE
from comity.spine.tenancy.operations import AppendOnly, Policy, Protect

# Ciphertext does not compress.
STORAGE = "ALTER TABLE vault_item ALTER COLUMN ciphertext SET STORAGE EXTERNAL;"

READS = (
    "CASE comity_duty() WHEN 'courier' THEN true WHEN 'retention' THEN true WHEN 'auditor'"
    f" THEN kind = 'facts' AND (owner_id = comity_agency() OR comity_agency() = '{NODE}')"
    " WHEN 'gate' THEN kind IN ('record', 'payload')"
    " WHEN 'agency' THEN owner_id = comity_agency() OR comity_agency() = ANY (reader_ids)"
    " WHEN 'steward' THEN owner_id = comity_agency() OR comity_agency() = ANY (reader_ids) ELSE false END"
)
WRITES = "comity_duty() IN ('agency', 'steward', 'courier', 'retention')"
KEEPS = "comity_duty() = 'retention' OR (comity_duty() = 'agency' AND owner_id = comity_agency())"
PURGES = (
    "comity_duty() = 'retention' AND NOT EXISTS"
    " (SELECT 1 FROM vault_hold h WHERE h.item_id = vault_item.id AND h.released_at IS NULL)"
)
SEES_HOLD = "comity_duty() = 'retention' OR (agency_id = comity_agency() AND placed_by = comity_post())"
PLACES_HOLD = (
    "comity_duty() <> 'auditor' AND agency_id = comity_agency() AND placed_by = comity_post()"
    " AND EXISTS (SELECT 1 FROM vault_item i WHERE i.id = vault_hold.item_id)"
)
SEES_TOMBSTONE = (
    "comity_duty() IN ('courier', 'retention') OR (comity_duty() IN ('agency', 'auditor')"
    " AND owner_id = comity_agency())"
    f" OR (comity_duty() = 'auditor' AND comity_agency() = '{NODE}')"
)

# Says that an item is held, to its owner: never why, by whom, or since when.
FUNCTIONS = """
CREATE FUNCTION comity_vault_held(wanted uuid[]) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT h.item_id FROM vault_hold h JOIN vault_item i ON i.id = h.item_id
    WHERE h.item_id = ANY (wanted) AND h.released_at IS NULL
        AND (comity_duty() IN ('courier', 'retention')
            OR (comity_duty() = 'agency' AND i.owner_id = comity_agency()))
$$;
-- The gate's window: while it is open its one statement reads sealed items in the duty of the gate.
CREATE FUNCTION vault_sealed_for_gate(wanted uuid[])
    RETURNS TABLE (id uuid, kind text, nonce bytea, ciphertext bytea, wrapped_key bytea, key_id text)
    LANGUAGE plpgsql AS $$
    #variable_conflict use_column
    DECLARE duty text := comity_duty();
    BEGIN
    PERFORM set_config('comity.duty', 'gate', true);
    RETURN QUERY SELECT v.id, v.kind, v.nonce, v.ciphertext, v.wrapped_key, v.key_id
    FROM vault_item v WHERE v.id = ANY (wanted);
    PERFORM set_config('comity.duty', duty, true);
    END
$$;
REVOKE ALL ON FUNCTION comity_vault_held(uuid[]), vault_sealed_for_gate(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION comity_vault_held(uuid[]), vault_sealed_for_gate(uuid[]) TO comity_app;
"""
UNDO = "DROP FUNCTION comity_vault_held(uuid[]); DROP FUNCTION vault_sealed_for_gate(uuid[]);"


class Migration(migrations.Migration):
    initial = True

    dependencies = [("tenancy", "0001_functions")]

    operations = [
        migrations.CreateModel(
            name="Hold",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("item_id", models.UUIDField()),
                ("agency_id", models.UUIDField()),
                ("placed_by", models.UUIDField()),
                ("reason", models.TextField()),
                ("placed_at", models.DateTimeField()),
                ("released_at", models.DateTimeField(null=True)),
                ("released_by", models.UUIDField(null=True)),
            ],
            options={
                "db_table": "vault_hold",
                "indexes": [
                    models.Index(
                        condition=models.Q(("released_at__isnull", True)), fields=["item_id"], name="vault_hold_open"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason__regex", "^[a-z][a-z0-9_.-]{0,63}$")), name="vault_hold_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("released_at__isnull", True), ("released_by__isnull", True)),
                            models.Q(("released_at__isnull", False), ("released_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="vault_hold_release",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Item",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("owner_id", models.UUIDField()),
                ("reader_ids", django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                ("nonce", models.BinaryField()),
                ("ciphertext", models.BinaryField()),
                ("wrapped_key", models.BinaryField()),
                ("key_id", models.TextField()),
                ("retain_until", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "vault_item",
                "indexes": [
                    models.Index(
                        condition=models.Q(("retain_until__isnull", False)),
                        fields=["retain_until"],
                        name="vault_item_due",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=django.db.models.lookups.LessThanOrEqual(
                            django.db.models.functions.text.Length("kind"), 64
                        ),
                        name="vault_item_kind",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Tombstone",
            fields=[
                ("item_id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("owner_id", models.UUIDField()),
                ("digest", models.TextField()),
                ("purged_at", models.DateTimeField()),
                ("reason", models.TextField()),
            ],
            options={
                "db_table": "vault_tombstone",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason__regex", "^[a-z][a-z0-9_.-]{0,63}$")), name="vault_tombstone_reason"
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length("digest"), 64),
                        name="vault_tombstone_digest",
                    ),
                ],
            },
        ),
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
        Protect(
            "vault_item",
            grants={"app": "SELECT, INSERT, DELETE, UPDATE (wrapped_key, key_id, retain_until)"},
            policies=[
                Policy("app", "SELECT", using=READS),
                Policy("app", "INSERT", check=WRITES),
                Policy("app", "UPDATE", using=KEEPS, check=KEEPS),
                Policy("app", "DELETE", using=PURGES),
            ],
        ),
        Protect(
            "vault_hold",
            grants={"app": "SELECT, INSERT, UPDATE (released_at, released_by)"},
            policies=[
                Policy("app", "SELECT", using=SEES_HOLD),
                Policy("app", "INSERT", check=PLACES_HOLD),
                Policy("app", "UPDATE", using=SEES_HOLD, check=SEES_HOLD),
            ],
        ),
        Protect(
            "vault_tombstone",
            grants={"app": "SELECT, INSERT"},
            policies=[
                Policy("app", "SELECT", using=SEES_TOMBSTONE),
                Policy("app", "INSERT", check="comity_duty() = 'retention'"),
            ],
        ),
        AppendOnly("vault_tombstone"),
        migrations.RunSQL(FUNCTIONS, UNDO),
    ]
