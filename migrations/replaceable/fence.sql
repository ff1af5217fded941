-- Keeps an installation whose place another one has taken from taking changes. A database that is not fenced has none of these
-- triggers, and pays nothing for them.

CREATE OR REPLACE FUNCTION portico.refuse_because_fenced() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public
    AS $$
BEGIN
    RAISE EXCEPTION 'fenced: another environment has taken the place of this one' USING ERRCODE = 'read_only_sql_transaction';
END
$$;

-- The tables that operators go on writing, so that what happens here is told: all others are fenced.
CREATE OR REPLACE FUNCTION portico.tables_never_fenced() RETURNS name[]
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public
    AS $$
        SELECT ARRAY[
            'alarms', 'installation_epoch', 'operations_book', 'operations_book_brought', 'operations_book_heads',
            'operator_letters', 'operator_sessions', 'operators', 'sign_in_failures'
        ]::name[]
    $$;

-- Writes down that a later epoch was seen. Says whether none was before. Whoever asks rests from then on.
CREATE OR REPLACE FUNCTION portico.note_later_epoch(later bigint, seen_at timestamptz, because text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$
BEGIN
    UPDATE public.installation_epoch SET fenced_by = later, fenced_at = seen_at, fenced_because = because
        WHERE epoch < later AND fenced_by IS NULL;
    RETURN FOUND;
END
$$;

-- The tables that a database whose place was taken does not refuse to change yet.
CREATE OR REPLACE FUNCTION portico.tables_to_fence() RETURNS SETOF text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
    AS $$
        SELECT c.relname::text FROM pg_class c
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
          AND c.relname <> ALL (portico.tables_never_fenced())
          AND EXISTS (SELECT FROM public.installation_epoch WHERE fenced_by IS NOT NULL)
          AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'fenced')
        ORDER BY c.relname
    $$;

-- Lets one of them refuse. Whoever writes there at this moment is waited for, three seconds at most; each table is a transaction
-- of its own, so that nobody waits for another table's writers, and none is given up for another.
CREATE OR REPLACE FUNCTION portico.fence_table(named text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public SET lock_timeout = '3s'
    AS $$
BEGIN
    IF named NOT IN (SELECT portico.tables_to_fence()) THEN
        RETURN;
    END IF;
    EXECUTE format(
        'CREATE TRIGGER fenced BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON public.%I
         FOR EACH STATEMENT EXECUTE FUNCTION portico.refuse_because_fenced()', named
    );
END
$$;

-- Lets a database take changes as this epoch: one that was just brought back, and nobody uses yet.
CREATE OR REPLACE FUNCTION portico.begin_epoch(new_epoch bigint) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, public
    AS $$
DECLARE
    fenced regclass;
BEGIN
    UPDATE public.installation_epoch
        SET epoch = greatest(epoch, new_epoch), fenced_by = NULL, fenced_at = NULL, fenced_because = NULL;
    FOR fenced IN SELECT tgrelid::regclass FROM pg_trigger WHERE tgname = 'fenced' LOOP
        EXECUTE format('DROP TRIGGER fenced ON %s', fenced);
    END LOOP;
END
$$;

REVOKE EXECUTE ON FUNCTION
    portico.note_later_epoch, portico.tables_to_fence, portico.fence_table, portico.begin_epoch, portico.refuse_because_fenced,
    portico.tables_never_fenced
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portico.note_later_epoch, portico.tables_to_fence, portico.fence_table TO portico_operator;
