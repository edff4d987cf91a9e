import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import comity.kernel.ids
from comity.spine.tenancy.operations import AppendOnly, Policy, Protect

OPEN = "EXISTS (SELECT 1 FROM agreements_agreement a WHERE a.id = agreement_id)"
OWN_ACT = (
    f"agency_id = comity_agency() AND post_id = comity_post() AND comity_duty() IN ('agency', 'steward') AND {OPEN}"
)
ACTS = ("agreements_review", "agreements_confirmation", "agreements_comment", "agreements_signature")

# What bears on pairs also says when a notice is over: the end that was given notice of binds like the period's.
FUNCTIONS = """
DROP FUNCTION agreements_locked_on(uuid[], uuid[]);
DROP FUNCTION agreements_bearing_on(uuid[], uuid[]);

CREATE FUNCTION agreements_bearing_on(senders uuid[], receivers uuid[])
    RETURNS TABLE (hold text, sender_id uuid, receiver_id uuid, agreement_id uuid, code text, title text, kind text,
                   state text, version_id uuid, number integer, digest varchar, notice_ends_at timestamptz)
    LANGUAGE plpgsql STABLE AS $$
    #variable_conflict use_column
    BEGIN RETURN QUERY
    SELECT DISTINCT 'between', p.sender_id, p.receiver_id, a.id, a.code, a.title, a.kind, a.state, v.id, v.number,
        v.digest, a.notice_ends_at
    FROM unnest(senders, receivers) AS w (sender_id, receiver_id)
    JOIN agreements_pair p USING (sender_id, receiver_id)
    JOIN agreements_agreement a
        ON a.id = p.agreement_id AND a.current_version_id = p.version_id AND a.state = 'in_force'
    JOIN agreements_version v ON v.id = p.version_id
    UNION ALL
    SELECT 'onward', b.holder_id, NULL::uuid, b.agreement_id, b.code, b.title, b.kind, b.state, b.version_id,
        b.number, b.digest, NULL::timestamptz
    FROM agreements_bounds_on(senders) AS b;
    END
$$;

CREATE FUNCTION agreements_locked_on(senders uuid[], receivers uuid[])
    RETURNS TABLE (hold text, sender_id uuid, receiver_id uuid, agreement_id uuid, code text, title text, kind text,
                   state text, version_id uuid, number integer, digest varchar, notice_ends_at timestamptz)
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

REVOKE ALL ON FUNCTION agreements_bearing_on(uuid[], uuid[]), agreements_locked_on(uuid[], uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION agreements_bearing_on(uuid[], uuid[]), agreements_locked_on(uuid[], uuid[]) TO comity_app;

-- The gate is given the terms of a version only where an event says that it was put in force; that event cannot be
-- written while the version lacks a signature, a review or a confirmation. Says again what `readiness` computes.
CREATE FUNCTION agreements_refuse_unready() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE lacking text;
    BEGIN
    IF NEW.event <> 'put_in_force' THEN RETURN NEW; END IF;
    SELECT 'signature of ' || p.agency_code INTO lacking FROM agreements_party p
    WHERE p.agreement_id = NEW.agreement_id
    AND NOT EXISTS (SELECT 1 FROM agreements_signature s
        WHERE s.version_id = NEW.version_id AND s.for_agency_id = p.agency_id AND s.method <> 'paper')
    AND NOT EXISTS (SELECT 1 FROM agreements_signature s
        WHERE s.version_id = NEW.version_id AND s.for_agency_id = p.agency_id AND s.method = 'paper'
        GROUP BY s.scan_sha256 HAVING count(DISTINCT s.post_id) >= 2)
    LIMIT 1;
    IF lacking IS NULL THEN
        SELECT 'review ' || n.needed INTO lacking
        FROM agreements_version v CROSS JOIN LATERAL unnest(v.reviews) AS n (needed)
        WHERE v.id = NEW.version_id AND 'satisfied' IS DISTINCT FROM (
            SELECT r.finding FROM agreements_review r
            JOIN agreements_party p ON p.agreement_id = NEW.agreement_id AND p.agency_id = r.for_agency_id
            WHERE r.version_id = v.id AND r.kind || ':' || p.agency_code = n.needed
            ORDER BY r.at DESC, r.id DESC LIMIT 1)
        LIMIT 1;
    END IF;
    IF lacking IS NULL THEN
        WITH confirmed AS (
            SELECT c.clause, count(DISTINCT f.post_id) AS posts
            FROM agreements_confirmation f CROSS JOIN LATERAL unnest(f.clauses) AS c (clause)
            WHERE f.version_id = NEW.version_id GROUP BY c.clause)
        SELECT 'confirmation of ' || (t.clause ->> 'id') INTO lacking
        FROM agreements_version v CROSS JOIN LATERAL jsonb_array_elements(v.terms -> 'clauses') AS t (clause)
        LEFT JOIN confirmed ON confirmed.clause = t.clause ->> 'id'
        WHERE v.id = NEW.version_id AND coalesce(confirmed.posts, 0) < CASE
            WHEN t.clause ->> 'kind' = 'share' THEN 2
            WHEN t.clause ->> 'kind' = 'onward' AND t.clause ->> 'rule' = 'allowed' THEN 2
            ELSE 1 END
        LIMIT 1;
    END IF;
    IF lacking IS NOT NULL THEN
        RAISE EXCEPTION 'a version without its % is not put in force', lacking USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
    END
$$;
CREATE TRIGGER agreements_event_ready BEFORE INSERT ON agreements_event
    FOR EACH ROW EXECUTE FUNCTION agreements_refuse_unready();
"""


class Migration(migrations.Migration):
    dependencies = [("agreements", "0003_more_kinds")]

    operations = [
        # Paper may be attested for one party by posts of another: who is bound is told by `agreements_signature`.
        migrations.RemoveConstraint(model_name="event", name="agreements_event_signed_once"),
        migrations.CreateModel(
            name="Comment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=comity.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("place", models.TextField(blank=True, default="")),
                ("words", models.TextField()),
                ("at", models.DateTimeField()),
                ("agency_id", models.UUIDField()),
                ("post_id", models.UUIDField()),
                ("entry_id", models.UUIDField()),
            ],
            options={
                "db_table": "agreements_comment",
            },
        ),
        migrations.CreateModel(
            name="Confirmation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=comity.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("clauses", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("at", models.DateTimeField()),
                ("agency_id", models.UUIDField()),
                ("post_id", models.UUIDField()),
                ("entry_id", models.UUIDField()),
            ],
            options={
                "db_table": "agreements_confirmation",
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=comity.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.TextField()),
                ("for_agency_id", models.UUIDField()),
                ("finding", models.TextField()),
                ("document_sha256", models.CharField(max_length=64)),
                ("reason", models.TextField(blank=True, default="")),
                ("at", models.DateTimeField()),
                ("agency_id", models.UUIDField()),
                ("post_id", models.UUIDField()),
                ("entry_id", models.UUIDField()),
            ],
            options={
                "db_table": "agreements_review",
            },
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=comity.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("for_agency_id", models.UUIDField()),
                ("method", models.TextField()),
                ("key_id", models.TextField(blank=True, default="")),
                ("scheme", models.TextField(blank=True, default="")),
                ("blob", models.BinaryField(default=b"")),
                ("scan_sha256", models.CharField(blank=True, default="", max_length=64)),
                ("note", models.TextField(blank=True, default="")),
                ("at", models.DateTimeField()),
                ("agency_id", models.UUIDField()),
                ("post_id", models.UUIDField()),
                ("entry_id", models.UUIDField()),
            ],
            options={
                "db_table": "agreements_signature",
            },
        ),
        migrations.RemoveConstraint(
            model_name="event",
            name="agreements_event_event",
        ),
        migrations.AddField(
            model_name="agreement",
            name="notice_ends_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="event",
            name="effective_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="version",
            name="reviews",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True, size=None),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "event__in",
                        [
                            "drafted",
                            "end_agreed",
                            "notice_given",
                            "notice_withdrawn",
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
        migrations.AddField(
            model_name="comment",
            name="agreement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agreements.agreement"
            ),
        ),
        migrations.AddField(
            model_name="comment",
            name="answers",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agreements.comment"
            ),
        ),
        migrations.AddField(
            model_name="comment",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agreements.version"
            ),
        ),
        migrations.AddField(
            model_name="confirmation",
            name="agreement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agreements.agreement"
            ),
        ),
        migrations.AddField(
            model_name="confirmation",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agreements.version"
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="agreement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agreements.agreement"
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agreements.version"
            ),
        ),
        migrations.AddField(
            model_name="signature",
            name="agreement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agreements.agreement"
            ),
        ),
        migrations.AddField(
            model_name="signature",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agreements.version"
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        ["attorney_determination", "interlocal_approval", "privacy_assessment", "tribal_council"],
                    )
                ),
                name="agreements_review_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(("finding__in", ["not_satisfied", "satisfied"])), name="agreements_review_finding"
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.CheckConstraint(
                condition=models.Q(("method__in", ["key", "paper", "passkey"])), name="agreements_signature_method"
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("key_id", ""), ("method", "paper"), models.Q(("scan_sha256", ""), _negated=True)),
                    models.Q(
                        models.Q(("method", "paper"), _negated=True),
                        models.Q(("key_id", ""), _negated=True),
                        ("scan_sha256", ""),
                    ),
                    _connector="OR",
                ),
                name="agreements_signature_proof",
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.UniqueConstraint(
                fields=("version", "for_agency_id", "post_id"), name="agreements_signature_once"
            ),
        ),
        *(
            Protect(
                table,
                grants={"app": "SELECT, INSERT"},
                policies=[Policy("app", "SELECT", using=OPEN), Policy("app", "INSERT", check=OWN_ACT)],
            )
            for table in ACTS
        ),
        *(AppendOnly(table) for table in ACTS),
        migrations.RunSQL(
            "GRANT UPDATE (notice_ends_at) ON agreements_agreement TO comity_app", migrations.RunSQL.noop
        ),
        migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop),
    ]
