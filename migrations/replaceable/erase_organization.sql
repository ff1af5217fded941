-- The erasure of an organization: every row that is its own, in whichever table there is one.

-- Erases the rows, and gives how many there were by table. Whoever owns everything may ask for it: a restore to before an erasure
-- does it again.
CREATE OR REPLACE FUNCTION portico.erase_rows(wanted uuid) RETURNS jsonb
    LANGUAGE plpgsql SET search_path = pg_catalog, public
    AS $$
DECLARE
    -- What was set before: whoever asks goes on in it.
    before text := current_setting('portico.org_id', true);
    erased jsonb := '{}';
    one record;
    gone bigint;
BEGIN
    -- The policy holds the owner too: rows of nobody else can go.
    PERFORM set_config('portico.org_id', wanted::text, true);
    -- Whom the policy does not hold would erase everybody.
    IF NOT row_security_active('public.users'::regclass) THEN
        RAISE EXCEPTION 'row-level security does not hold %', current_user;
    END IF;
    -- Versions before this one counted refused requests under whatever host was asked for.
    DELETE FROM public.denied_access_elsewhere d USING public.organizations o
    WHERE o.id = wanted AND EXISTS (
        SELECT FROM (SELECT lower(rtrim(regexp_replace(d.host, ':[0-9]+$', ''), '.')) AS host) asked
        LEFT JOIN public.organization_domains known ON known.host = asked.host
        WHERE CASE WHEN known.host IS NULL THEN starts_with(asked.host, o.slug || '.') ELSE known.organization_id = wanted END);
    -- Tables name each other: keys are looked at when all of them are done.
    SET CONSTRAINTS ALL DEFERRED;
    FOR one IN
        SELECT c.relname, c.relrowsecurity AS is_protected FROM pg_class c
        WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace
          AND (c.relrowsecurity OR EXISTS (
              SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'organization_id' AND NOT a.attisdropped))
        -- What triggers keep in step goes last, with what they would have taken.
        ORDER BY c.relrowsecurity DESC, c.relname
    LOOP
        IF one.is_protected THEN
            EXECUTE format('DELETE FROM public.%I', one.relname);
        ELSE
            EXECUTE format('DELETE FROM public.%I WHERE organization_id = $1', one.relname) USING wanted;
        END IF;
        GET DIAGNOSTICS gone = ROW_COUNT;
        IF gone > 0 THEN
            erased := erased || jsonb_build_object(one.relname, gone);
        END IF;
    END LOOP;
    DELETE FROM public.organizations WHERE id = wanted;
    GET DIAGNOSTICS gone = ROW_COUNT;
    IF gone > 0 THEN
        erased := erased || jsonb_build_object('organizations', gone);
    END IF;
    SET CONSTRAINTS ALL IMMEDIATE;
    PERFORM set_config('portico.org_id', coalesce(before, ''), true);
    RETURN erased;
END
$$;

REVOKE EXECUTE ON FUNCTION portico.erase_rows FROM PUBLIC;
