-- The erasure of projects: every row that is theirs, in whichever table there is one, and what the audit log says of them. All of it
-- works in the organization of the transaction, since the policy holds the owner too.

-- Every table whose rows belong to a project, and the column that says to which.
CREATE OR REPLACE FUNCTION portico.tables_of_projects() RETURNS TABLE (of_table name, of_column name)
    LANGUAGE sql STABLE SET search_path = pg_catalog, public
    AS $$
        SELECT 'projects'::name, 'id'::name
        UNION SELECT 'changes', 'subject_id'
        UNION SELECT c.relname, a.attname
        FROM pg_constraint k
        JOIN pg_class c ON c.oid = k.conrelid
        CROSS JOIN unnest(k.conkey, k.confkey) AS pair (here, there)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = pair.here
        JOIN pg_attribute f ON f.attrelid = k.confrelid AND f.attnum = pair.there
        WHERE k.contype = 'f' AND k.confrelid = 'public.projects'::regclass AND f.attname = 'id'
        ORDER BY 1
    $$;

-- How many rows each of these tables has of some projects, and a hash over what they say: two states are the same where this is.
CREATE OR REPLACE FUNCTION portico.rows_of_projects(wanted uuid[]) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, public SET "TimeZone" = 'UTC' SET "DateStyle" = 'ISO, YMD' SET extra_float_digits = 1
    SET bytea_output = 'hex'
    AS $$
DECLARE
    found jsonb := '{}';
    one record;
    said jsonb;
BEGIN
    FOR one IN SELECT * FROM portico.tables_of_projects() LOOP
        EXECUTE format(
            'SELECT jsonb_build_object(''rows'', count(*), ''hash'', encode(sha256(convert_to(
                 coalesce(string_agg(t.hash, '''' ORDER BY t.hash), ''''), ''UTF8'')), ''hex''))
             FROM (SELECT encode(sha256(convert_to(t::text, ''UTF8'')), ''hex'') AS hash FROM public.%I t WHERE t.%I = ANY ($1)) t',
            one.of_table, one.of_column) INTO said USING wanted;
        IF (said ->> 'rows')::bigint > 0 THEN
            found := found || jsonb_build_object(one.of_table, said);
        END IF;
    END LOOP;
    RETURN found;
END
$$;

-- The project that somebody means by its code or its id: one that is there, or that the audit log still tells of.
CREATE OR REPLACE FUNCTION portico.project_meant(said text) RETURNS uuid
    LANGUAGE sql STABLE SET search_path = pg_catalog, public
    AS $$
        SELECT found.id FROM (
            SELECT p.id FROM public.projects p WHERE lower(p.code) = lower(said) OR p.id::text = lower(said)
            UNION ALL
            SELECT a.entity_id FROM public.audit_log a WHERE a.entity = 'project' AND a.entity_id::text = lower(said)
        ) found LIMIT 1
    $$;

-- Erases them. Gives the parts of the audit log that went along, as row/number.
CREATE OR REPLACE FUNCTION portico.erase_rows_of_projects(wanted uuid[]) RETURNS text[]
    LANGUAGE plpgsql SET search_path = pg_catalog, public
    AS $$
DECLARE
    -- Wherever an id stands in what is kept for other purposes.
    named text := (SELECT string_agg(id::text, '|') FROM unnest(wanted) AS id);
    taken text[];
    one record;
BEGIN
    IF named IS NULL THEN
        RETURN '{}';
    END IF;
    DELETE FROM public.idempotency_keys WHERE answer::text ~ named;
    DELETE FROM public.jobs WHERE state <> 'running' AND payload::text ~ named;
    DELETE FROM public.changes WHERE entity = 'project' AND entity_id = ANY (wanted);
    -- What hangs on a project goes before it.
    FOR one IN SELECT * FROM portico.tables_of_projects() ORDER BY of_table = 'projects' LOOP
        EXECUTE format('DELETE FROM public.%I WHERE %I = ANY ($1)', one.of_table, one.of_column) USING wanted;
    END LOOP;
    -- The audit log keeps its rows and their commitments. What is sealed for a person says nothing of the project; of what belongs to
    -- something else, only what names the project as a value is emptied: that somebody has written its address into a text is theirs.
    WITH gone AS (
        UPDATE public.audit_parts p SET content = NULL, salt = NULL
        FROM public.audit_log a
        WHERE a.org_id = p.org_id AND a.id = p.audit_id AND p.content IS NOT NULL
          AND (a.entity = 'project' AND a.entity_id = ANY (wanted)
               OR a.entity NOT IN ('project', 'project_erasure', 'data_request')
                  AND p.content ~ ('(^|")(' || named || ')("|$)'))
        RETURNING p.audit_id, p.number
    )
    SELECT coalesce(array_agg(audit_id || '/' || number ORDER BY audit_id, number), '{}') INTO taken FROM gone;
    RETURN taken;
END
$$;

REVOKE EXECUTE ON FUNCTION
    portico.tables_of_projects, portico.rows_of_projects, portico.project_meant, portico.erase_rows_of_projects
    FROM PUBLIC;
-- Copies are made with its rights.
GRANT EXECUTE ON FUNCTION portico.tables_of_projects, portico.rows_of_projects, portico.project_meant TO portico_backup;
