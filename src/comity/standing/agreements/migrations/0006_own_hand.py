from django.db import migrations

# Says again what `readiness` computes: a party hosted here is bound on paper only when its own head or counsel is among
# the witnesses, and what permits is confirmed by a post of every sender that is hosted here.
REFUSE_UNREADY = """
CREATE OR REPLACE FUNCTION agreements_refuse_unready() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE lacking text;
    BEGIN
    IF NEW.event <> 'put_in_force' THEN RETURN NEW; END IF;
    SELECT 'signature of ' || p.agency_code INTO lacking
    FROM agreements_party p LEFT JOIN directory_agency d ON d.id = p.agency_id
    WHERE p.agreement_id = NEW.agreement_id
    AND NOT EXISTS (SELECT 1 FROM agreements_signature s
        WHERE s.version_id = NEW.version_id AND s.for_agency_id = p.agency_id AND s.method <> 'paper')
    AND NOT EXISTS (SELECT 1 FROM agreements_signature s JOIN directory_post w ON w.id = s.post_id
        WHERE s.version_id = NEW.version_id AND s.for_agency_id = p.agency_id AND s.method = 'paper'
        GROUP BY s.scan_sha256 HAVING count(DISTINCT s.post_id) >= 2
        AND (coalesce(d.hosting, 'here') <> 'here'
            OR bool_or(w.agency_id = p.agency_id AND w.function IN ('agency_head', 'counsel'))))
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
            SELECT c.clause, count(DISTINCT f.post_id) AS posts, array_agg(DISTINCT f.agency_id) AS agencies
            FROM agreements_confirmation f CROSS JOIN LATERAL unnest(f.clauses) AS c (clause)
            WHERE f.version_id = NEW.version_id GROUP BY c.clause),
        clauses AS (
            SELECT t.clause ->> 'id' AS id,
                t.clause ->> 'kind' = 'share'
                    OR t.clause ->> 'kind' = 'onward' AND t.clause ->> 'rule' = 'allowed' AS permits,
                (SELECT array_agg(p.agency_id)
                    FROM agreements_party p LEFT JOIN directory_agency d ON d.id = p.agency_id
                    WHERE p.agreement_id = NEW.agreement_id AND coalesce(d.hosting, 'here') = 'here'
                    AND (t.clause -> 'from' ? p.agency_code
                        OR t.clause ->> 'direction' = 'both_ways' AND t.clause -> 'to' ? p.agency_code)) AS senders
            FROM agreements_version v CROSS JOIN LATERAL jsonb_array_elements(v.terms -> 'clauses') AS t (clause)
            WHERE v.id = NEW.version_id)
        SELECT 'confirmation of ' || clauses.id INTO lacking
        FROM clauses LEFT JOIN confirmed ON confirmed.clause = clauses.id
        WHERE coalesce(confirmed.posts, 0) < CASE WHEN clauses.permits THEN 2 ELSE 1 END
        OR clauses.permits AND clauses.senders IS NOT NULL AND NOT clauses.senders <@ confirmed.agencies
        LIMIT 1;
    END IF;
    IF lacking IS NOT NULL THEN
        RAISE EXCEPTION 'a version without its % is not put in force', lacking USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
    END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("agreements", "0005_ends"), ("directory", "0001_initial")]
    operations = [migrations.RunSQL(REFUSE_UNREADY, migrations.RunSQL.noop)]
