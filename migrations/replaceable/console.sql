-- What holds the operations book, and what the console's role may.

GRANT USAGE ON SCHEMA portico TO portico_console;

-- Rights keep the roles of servers from changing the book; this keeps everybody who is not its owner, also whoever was
-- granted too much.
CREATE OR REPLACE FUNCTION portico.keep_operations_book() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public
    AS $$
BEGIN
    IF current_user <> (SELECT relowner::regrole::text FROM pg_class WHERE oid = TG_RELID) THEN
        RAISE EXCEPTION 'the operations book is added to and never changed' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER keep_operations_book BEFORE UPDATE OR DELETE OR TRUNCATE ON operations_book
    FOR EACH STATEMENT EXECUTE FUNCTION portico.keep_operations_book();
CREATE OR REPLACE TRIGGER keep_operations_book BEFORE UPDATE OR DELETE OR TRUNCATE ON operations_book_heads
    FOR EACH STATEMENT EXECUTE FUNCTION portico.keep_operations_book();
