-- Foreign keys may be looked at when a transaction ends: an organization arrives, and goes, table by table, and some tables
-- name each other.
DO $$
DECLARE
    key record;
BEGIN
    FOR key IN
        SELECT conrelid::regclass AS named, conname FROM pg_constraint
        WHERE contype = 'f' AND NOT condeferrable AND connamespace = 'public'::regnamespace ORDER BY oid
    LOOP
        EXECUTE format('ALTER TABLE %s ALTER CONSTRAINT %I DEFERRABLE INITIALLY IMMEDIATE', key.named, key.conname);
    END LOOP;
END
$$;
