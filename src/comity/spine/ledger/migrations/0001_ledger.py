from django.db import migrations, models
from django.db.models.functions import Now

from comity.spine.tenancy.operations import AppendOnly, Policy, Protect

# Bodies and tiles are digests: compressing them costs time and saves nothing.
# The queue is read from its front and deleted at once, so it is vacuumed early.
PENDING = """
ALTER TABLE ledger_pending
    ALTER COLUMN body SET STORAGE EXTERNAL,
    ADD CONSTRAINT ledger_pending_body_size CHECK (octet_length(body) BETWEEN 1 AND 65535),
    SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
         autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 50000);
CREATE TRIGGER ledger_pending_fixed BEFORE UPDATE ON ledger_pending FOR EACH ROW EXECUTE FUNCTION comity_refuse();
CREATE TRIGGER ledger_pending_no_truncate BEFORE TRUNCATE ON ledger_pending FOR EACH STATEMENT EXECUTE FUNCTION comity_refuse();
"""

ENTRY = """
ALTER TABLE ledger_entry
    ALTER COLUMN body SET STORAGE EXTERNAL,
    ADD CONSTRAINT ledger_entry_leaf_index CHECK (leaf_index >= 0),
    ADD CONSTRAINT ledger_entry_leaf_hash CHECK (octet_length(leaf_hash) = 32);
"""

TILE = """
ALTER TABLE ledger_tile
    ALTER COLUMN data SET STORAGE EXTERNAL,
    ADD CONSTRAINT ledger_tile_full CHECK (octet_length(data) = 8192 AND octet_length(root) = 32),
    ADD CONSTRAINT ledger_tile_place CHECK (level >= 0 AND index >= 0);
"""

CHECKPOINT = """
ALTER TABLE ledger_checkpoint
    ADD CONSTRAINT ledger_checkpoint_size CHECK (size >= 0),
    ADD CONSTRAINT ledger_checkpoint_root CHECK (octet_length(root) = 32);
"""

# Hashes and positions are public (tiles publish them); bodies are not. These functions read across agencies and
# give out hashes, positions and counts only.
FUNCTIONS = """
CREATE FUNCTION ledger_leaf_hashes(from_index bigint, to_index bigint) RETURNS bytea
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF to_index - from_index > 256 THEN
        RAISE EXCEPTION 'at most 256 leaf hashes at a time' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN (SELECT string_agg(leaf_hash, ''::bytea ORDER BY leaf_index) FROM ledger_entry
        WHERE leaf_index >= from_index AND leaf_index < to_index);
END $$;

CREATE FUNCTION ledger_locate(wanted uuid) RETURNS TABLE (at_index bigint, at_hash bytea, is_waiting boolean)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT e.leaf_index, e.leaf_hash, false FROM ledger_entry e WHERE e.entry_id = wanted;
    IF NOT FOUND THEN
        RETURN QUERY SELECT NULL::bigint, NULL::bytea, true FROM ledger_pending p WHERE p.entry_id = wanted;
    END IF;
END $$;

CREATE FUNCTION ledger_backlog() RETURNS TABLE (pending_count bigint, oldest_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*), min(enqueued_at) FROM ledger_pending
$$;

REVOKE ALL ON FUNCTION ledger_leaf_hashes(bigint, bigint), ledger_locate(uuid), ledger_backlog() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_leaf_hashes(bigint, bigint), ledger_locate(uuid), ledger_backlog()
    TO comity_app, comity_sequencer, comity_verifier, comity_public;
"""

UNDO = """
DROP FUNCTION ledger_leaf_hashes(bigint, bigint); DROP FUNCTION ledger_locate(uuid); DROP FUNCTION ledger_backlog();
"""

SEQUENCER_KEEPS = [Policy("sequencer", "SELECT", using="true"), Policy("sequencer", "INSERT", check="true")]
ANYONE_READS = [Policy("app", "SELECT", using="true"), Policy("public", "SELECT", using="true")]
OPEN_GRANTS = {"app": "SELECT", "public": "SELECT", "sequencer": "SELECT, INSERT"}


class Migration(migrations.Migration):
    initial = True
    dependencies = [("tenancy", "0001_functions")]
    operations = [
        migrations.CreateModel(
            name="Pending",
            fields=[
                ("seq", models.BigAutoField(primary_key=True, serialize=False)),
                ("entry_id", models.UUIDField(unique=True)),
                ("agency_id", models.UUIDField()),
                ("body", models.BinaryField()),
                ("enqueued_at", models.DateTimeField(db_default=Now())),
            ],
            options={"db_table": "ledger_pending"},
        ),
        migrations.RunSQL(PENDING, migrations.RunSQL.noop),
        Protect(
            "ledger_pending",
            grants={"app": "INSERT", "sequencer": "SELECT, DELETE"},
            policies=[
                Policy(
                    "app", "INSERT", check="agency_id = comity_agency() OR comity_duty() IN ('courier', 'retention')"
                ),
                Policy("sequencer", "SELECT", using="true"),
                Policy("sequencer", "DELETE", using="true"),
            ],
        ),
        migrations.CreateModel(
            name="LedgerEntry",
            fields=[
                ("leaf_index", models.BigIntegerField(primary_key=True, serialize=False)),
                ("entry_id", models.UUIDField(unique=True)),
                ("agency_id", models.UUIDField()),
                ("body", models.BinaryField()),
                ("leaf_hash", models.BinaryField()),
                ("integrated_at", models.DateTimeField()),
            ],
            options={"db_table": "ledger_entry"},
        ),
        migrations.RunSQL(ENTRY, migrations.RunSQL.noop),
        Protect(
            "ledger_entry",
            grants={"app": "SELECT", "sequencer": "SELECT, INSERT"},
            policies=[
                Policy(
                    "app",
                    "SELECT",
                    using="agency_id = (SELECT comity_agency()) OR (SELECT comity_duty()) = 'auditor'",
                ),
                *SEQUENCER_KEEPS,
            ],
        ),
        AppendOnly("ledger_entry"),
        migrations.CreateModel(
            name="Tile",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "level", "index", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("level", models.SmallIntegerField()),
                ("index", models.BigIntegerField()),
                ("data", models.BinaryField()),
                ("root", models.BinaryField()),
            ],
            options={"db_table": "ledger_tile"},
        ),
        migrations.RunSQL(TILE, migrations.RunSQL.noop),
        Protect("ledger_tile", grants=OPEN_GRANTS, policies=[*ANYONE_READS, *SEQUENCER_KEEPS]),
        AppendOnly("ledger_tile"),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False)),
                ("root", models.BinaryField()),
                ("note", models.TextField()),
                ("signed_at", models.DateTimeField()),
            ],
            options={"db_table": "ledger_checkpoint"},
        ),
        migrations.RunSQL(CHECKPOINT, migrations.RunSQL.noop),
        Protect("ledger_checkpoint", grants=OPEN_GRANTS, policies=[*ANYONE_READS, *SEQUENCER_KEEPS]),
        AppendOnly("ledger_checkpoint"),
        migrations.RunSQL(FUNCTIONS, UNDO),
    ]
