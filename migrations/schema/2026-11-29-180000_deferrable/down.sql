DO $$
DECLARE
    key record;
BEGIN
    FOR key IN
        SELECT conrelid::regclass AS named, conname FROM pg_constraint
        WHERE contype = 'f' AND condeferrable AND connamespace = 'public'::regnamespace ORDER BY oid
    LOOP
        EXECUTE format('ALTER TABLE %s ALTER CONSTRAINT %I NOT DEFERRABLE', key.named, key.conname);
    END LOOP;
END
$$;
