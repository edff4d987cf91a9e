import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import comity.kernel.ids
from comity.spine.tenancy.operations import AppendOnly, Policy, Protect

ALL_SEE = "comity_duty() IN ('courier', 'retention', 'auditor', 'steward')"
PARTY = "comity_agency() = ANY (party_ids)"
WRITES = f"comity_duty() = 'steward' OR (comity_duty() = 'agency' AND {PARTY})"
# What row-level security lets the session see of the agreement, it sees of what belongs to it.
OPEN = "EXISTS (SELECT 1 FROM agreements_agreement a WHERE a.id = agreement_id)"
MAY_WRITE = f"comity_duty() IN ('agency', 'steward') AND {OPEN}"
# The gate counts against quotas in the asker's session, and on a tick in the courier's.
COUNTS = f"comity_duty() IN ('agency', 'steward', 'courier') AND {OPEN}"
OWN_ACT = f"agency_id = comity_agency() AND post_id = comity_post() AND {MAY_WRITE}"

# A limit on passing a record on binds its holder towards agencies that are not party to the agreement, so the gate
# must find it in their sessions too: these functions read across parties. They give out what was once in force, never
# a draft or an offer; of a limit every version that was, for what came under an earlier one is still there. Terms are agreed text and hold no personal data.
FUNCTIONS = """
CREATE FUNCTION agreements_bounds_on(holders uuid[])
    RETURNS TABLE (holder_id uuid, agreement_id uuid, code text, title text, kind text, state text,
                   version_id uuid, number integer, digest varchar)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    #variable_conflict use_column
    BEGIN RETURN QUERY
    SELECT DISTINCT p.receiver_id, a.id, a.code, a.title, a.kind, a.state, v.id, v.number, v.digest
    FROM agreements_pair p
    JOIN agreements_agreement a ON a.id = p.agreement_id
    JOIN agreements_version v ON v.id = p.version_id
    JOIN agreements_event e ON e.version_id = p.version_id AND e.event = 'put_in_force'
    WHERE p.restricts AND p.receiver_id = ANY (holders);
    END
$$;

CREATE FUNCTION agreements_terms_of(versions uuid[])
    RETURNS TABLE (version_id uuid, title text, text_digest text, terms text, parties text[],
                   starts_at timestamptz, ends_at timestamptz)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    #variable_conflict use_column
    BEGIN RETURN QUERY
    SELECT v.id, v.title, encode(sha256(convert_to(v.text, 'UTF8')), 'hex'), v.terms::text, v.parties,
        v.starts_at, v.ends_at
    FROM agreements_version v
    WHERE v.id = ANY (versions)
    AND EXISTS (SELECT 1 FROM agreements_event e WHERE e.version_id = v.id AND e.event = 'put_in_force');
    END
$$;

-- What bears on pairs of agencies, in the caller's own sight: agreements in force between them, limits on the sender.
CREATE FUNCTION agreements_bearing_on(senders uuid[], receivers uuid[])
    RETURNS TABLE (hold text, sender_id uuid, receiver_id uuid, agreement_id uuid, code text, title text, kind text,
                   state text, version_id uuid, number integer, digest varchar)
    LANGUAGE plpgsql STABLE AS $$
    #variable_conflict use_column
    BEGIN RETURN QUERY
    SELECT DISTINCT 'between', p.sender_id, p.receiver_id, a.id, a.code, a.title, a.kind, a.state, v.id, v.number,
        v.digest
    FROM unnest(senders, receivers) AS w (sender_id, receiver_id)
    JOIN agreements_pair p USING (sender_id, receiver_id)
    JOIN agreements_agreement a
        ON a.id = p.agreement_id AND a.current_version_id = p.version_id AND a.state = 'in_force'
    JOIN agreements_version v ON v.id = p.version_id
    UNION ALL
    SELECT 'onward', b.holder_id, NULL::uuid, b.agreement_id, b.code, b.title, b.kind, b.state, b.version_id,
        b.number, b.digest
    FROM agreements_bounds_on(senders) AS b;
    END
$$;

-- The same, with the agreements in force between them locked. Suspension takes the row FOR UPDATE: it waits for us, or
-- we wait for it and the second statement sees what it left. In order of id, so that two chunks and a suspension
-- cannot wait for each other in a ring; what came in force in between is not locked and left out.
CREATE FUNCTION agreements_locked_on(senders uuid[], receivers uuid[])
    RETURNS TABLE (hold text, sender_id uuid, receiver_id uuid, agreement_id uuid, code text, title text, kind text,
                   state text, version_id uuid, number integer, digest varchar)
    LANGUAGE plpgsql VOLATILE AS $$
    #variable_conflict use_column
    DECLARE locked uuid[];
    BEGIN
    SELECT array_agg(l.id) INTO locked FROM (
        SELECT a.id FROM agreements_agreement a
        WHERE a.state = 'in_force' AND a.id IN (
            SELECT p.agreement_id FROM unnest(senders, receivers) AS w (sender_id, receiver_id)
            JOIN agreements_pair p USING (sender_id, receiver_id))
        ORDER BY a.id FOR SHARE OF a) AS l;
    RETURN QUERY SELECT * FROM agreements_bearing_on(senders, receivers) AS b
    WHERE b.hold = 'onward' OR b.agreement_id = ANY (locked);
    END
$$;

REVOKE ALL ON FUNCTION agreements_bounds_on(uuid[]), agreements_terms_of(uuid[]),
    agreements_bearing_on(uuid[], uuid[]), agreements_locked_on(uuid[], uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION agreements_bounds_on(uuid[]), agreements_terms_of(uuid[]),
    agreements_bearing_on(uuid[], uuid[]), agreements_locked_on(uuid[], uuid[]) TO comity_app;
"""
UNDO = """
DROP FUNCTION agreements_locked_on(uuid[], uuid[]); DROP FUNCTION agreements_bearing_on(uuid[], uuid[]);
DROP FUNCTION agreements_bounds_on(uuid[]); DROP FUNCTION agreements_terms_of(uuid[]);
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [("tenancy", "0001_functions")]

    operations = [
        migrations.CreateModel(
            name="Agreement",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=comity.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.TextField(unique=True)),
                ("title", models.TextField()),
                ("kind", models.TextField()),
                ("state", models.TextField(default="draft")),
                ("current_version_id", models.UUIDField(null=True)),
                ("suspended_reason", models.TextField(blank=True, default="")),
                ("successor_id", models.UUIDField(null=True)),
                ("starts_at", models.DateTimeField(null=True)),
                ("ends_at", models.DateTimeField(null=True)),
                ("party_ids", django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
            ],
            options={
                "db_table": "agreements_agreement",
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=comity.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("event", models.TextField()),
                ("reason", models.TextField(blank=True, default="")),
                ("digest", models.CharField(blank=True, default="", max_length=64)),
                ("at", models.DateTimeField()),
                ("agency_id", models.UUIDField()),
                ("post_id", models.UUIDField()),
                ("entry_id", models.UUIDField()),
            ],
            options={
                "db_table": "agreements_event",
            },
        ),
        migrations.CreateModel(
            name="Party",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=comity.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("agency_id", models.UUIDField()),
                ("agency_code", models.TextField()),
                ("role", models.TextField()),
            ],
            options={
                "db_table": "agreements_party",
            },
        ),
        migrations.CreateModel(
            name="Usage",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "clause", "day", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("clause", models.TextField()),
                ("day", models.DateField()),
                ("used", models.PositiveIntegerField(default=0)),
            ],
            options={
                "db_table": "agreements_usage",
            },
        ),
        migrations.CreateModel(
            name="Version",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=comity.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("title", models.TextField()),
                ("text", models.TextField()),
                ("terms", models.JSONField()),
                ("parties", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                ("digest", models.CharField(max_length=64)),
                ("offered_at", models.DateTimeField()),
                ("agency_id", models.UUIDField()),
                ("post_id", models.UUIDField()),
                ("entry_id", models.UUIDField()),
            ],
            options={
                "db_table": "agreements_version",
            },
        ),
        migrations.CreateModel(
            name="Pair",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "sender_id",
                        "receiver_id",
                        "version_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("sender_id", models.UUIDField()),
                ("receiver_id", models.UUIDField()),
                (
                    "agreement",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agreements.agreement",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agreements.version"
                    ),
                ),
                ("restricts", models.BooleanField()),
            ],
            options={
                "db_table": "agreements_pair",
            },
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                (
                    "agreement",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="agreements.agreement",
                    ),
                ),
                ("title", models.TextField()),
                ("text", models.TextField()),
                ("terms", models.JSONField()),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                ("revised_at", models.DateTimeField()),
            ],
            options={
                "db_table": "agreements_draft",
            },
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["interlocal", "sharing_mou", "task_force_model", "tribal", "warrant_service"])
                ),
                name="agreements_agreement_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["draft", "in_force", "offered", "superseded", "suspended", "terminated"])
                ),
                name="agreements_agreement_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__regex", "^[a-z][a-z0-9-]{1,62}$")), name="agreements_agreement_code_form"
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(("party_ids__len__gte", 2)), name="agreements_agreement_two_parties"
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__isnull", True), ("ends_at__gt", models.F("starts_at")), _connector="OR"),
                name="agreements_agreement_some_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["in_force", "suspended", "superseded"]), _negated=True),
                    models.Q(("current_version_id__isnull", False), ("starts_at__isnull", False)),
                    _connector="OR",
                ),
                name="agreements_agreement_version_in_force",
            ),
        ),
        migrations.AddField(
            model_name="event",
            name="agreement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agreements.agreement"
            ),
        ),
        migrations.AddField(
            model_name="party",
            name="agreement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agreements.agreement"
            ),
        ),
        migrations.AddField(
            model_name="usage",
            name="agreement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agreements.agreement"
            ),
        ),
        migrations.AddField(
            model_name="version",
            name="agreement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agreements.agreement"
            ),
        ),
        migrations.AddField(
            model_name="event",
            name="version",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agreements.version"
            ),
        ),
        migrations.AddConstraint(
            model_name="party",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["federal", "local", "neighbor", "state", "tribal"])),
                name="agreements_party_role",
            ),
        ),
        migrations.AddConstraint(
            model_name="party",
            constraint=models.UniqueConstraint(fields=("agreement", "agency_id"), name="agreements_party_once"),
        ),
        migrations.AddConstraint(
            model_name="version",
            constraint=models.UniqueConstraint(fields=("agreement", "number"), name="agreements_version_number"),
        ),
        migrations.AddConstraint(
            model_name="version",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__isnull", True), ("ends_at__gt", models.F("starts_at")), _connector="OR"),
                name="agreements_version_some_time",
            ),
        ),
        migrations.AddIndex(
            model_name="pair",
            index=models.Index(
                condition=models.Q(("restricts", True)), fields=["receiver_id"], name="agreements_pair_restricts"
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["agreement", "at"], name="agreements_event_by_agreement"),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "event__in",
                        [
                            "drafted",
                            "offered",
                            "put_in_force",
                            "resumed",
                            "signed",
                            "superseded",
                            "suspended",
                            "terminated",
                        ],
                    )
                ),
                name="agreements_event_event",
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.UniqueConstraint(
                condition=models.Q(("event", "signed")),
                fields=("version", "agency_id"),
                name="agreements_event_signed_once",
            ),
        ),
        Protect(
            "agreements_agreement",
            grants={
                "app": "SELECT, INSERT, UPDATE (state, title, current_version_id, suspended_reason, successor_id, starts_at, ends_at)"
            },
            policies=[
                Policy("app", "SELECT", using=f"{PARTY} OR {ALL_SEE}"),
                Policy("app", "INSERT", check=WRITES),
                # FOR SHARE asks the USING of an update policy: the worker may lock a row, and change none.
                Policy("app", "UPDATE", using=f"{PARTY} OR {ALL_SEE}", check=WRITES),
            ],
        ),
        Protect(
            "agreements_draft",
            grants={"app": "SELECT, INSERT, UPDATE, DELETE"},
            policies=[
                Policy("app", "SELECT", using=OPEN),
                Policy("app", "INSERT", check=MAY_WRITE),
                Policy("app", "UPDATE", using=OPEN, check=MAY_WRITE),
                Policy("app", "DELETE", using=MAY_WRITE),
            ],
        ),
        Protect(
            "agreements_version",
            grants={"app": "SELECT, INSERT"},
            policies=[Policy("app", "SELECT", using=OPEN), Policy("app", "INSERT", check=OWN_ACT)],
        ),
        Protect(
            "agreements_party",
            grants={"app": "SELECT, INSERT"},
            policies=[Policy("app", "SELECT", using=OPEN), Policy("app", "INSERT", check=MAY_WRITE)],
        ),
        Protect(
            "agreements_pair",
            grants={"app": "SELECT, INSERT"},
            policies=[
                Policy("app", "SELECT", using=f"comity_agency() IN (sender_id, receiver_id) OR {ALL_SEE}"),
                Policy("app", "INSERT", check=MAY_WRITE),
            ],
        ),
        Protect(
            "agreements_event",
            grants={"app": "SELECT, INSERT"},
            policies=[Policy("app", "SELECT", using=OPEN), Policy("app", "INSERT", check=OWN_ACT)],
        ),
        Protect(
            "agreements_usage",
            grants={"app": "SELECT, INSERT, UPDATE (used)"},
            policies=[
                Policy("app", "SELECT", using=OPEN),
                Policy("app", "INSERT", check=COUNTS),
                Policy("app", "UPDATE", using=COUNTS, check=COUNTS),
            ],
        ),
        AppendOnly("agreements_version"),
        AppendOnly("agreements_party"),
        AppendOnly("agreements_pair"),
        AppendOnly("agreements_event"),
        migrations.RunSQL(FUNCTIONS, UNDO),
    ]
