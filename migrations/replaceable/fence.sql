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

-- Fences this database, since a later epoch was seen. Says whether it was not fenced before. Whoever writes at this moment is
-- waited for; afterwards nothing is written.
CREATE OR REPLACE FUNCTION portico.fence(later bigint, seen_at timestamptz, because text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public SET lock_timeout = '3s'
    AS $$
DECLARE
    unfenced regclass;
BEGIN
    UPDATE public.installation_epoch SET fenced_by = later, fenced_at = seen_at, fenced_because = because
        WHERE epoch < later AND fenced_by IS NULL;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    FOR unfenced IN
        SELECT oid::regclass FROM pg_class
        WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
          AND relname <> ALL (portico.tables_never_fenced())
        ORDER BY relname
    LOOP
        EXECUTE format(
            'CREATE TRIGGER fenced BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s
             FOR EACH STATEMENT EXECUTE FUNCTION portico.refuse_because_fenced()', unfenced
        );
    END LOOP;
    RETURN true;
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

REVOKE EXECUTE ON FUNCTION portico.fence, portico.begin_epoch, portico.refuse_because_fenced, portico.tables_never_fenced FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portico.fence TO portico_operator;
