-- How people of an organization sign in.
CREATE TABLE sign_in_settings (
    org_id uuid NOT NULL DEFAULT portico.org_id() REFERENCES organizations (id),
    id uuid NOT NULL,
    session_idle_minutes integer NOT NULL DEFAULT 10080 CHECK (session_idle_minutes BETWEEN 15 AND 43200),
    session_lifetime_minutes integer NOT NULL DEFAULT 43200 CHECK (session_lifetime_minutes BETWEEN 60 AND 129600),
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    created_by uuid,
    updated_at timestamptz NOT NULL,
    updated_by uuid,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id),
    FOREIGN KEY (org_id, created_by) REFERENCES users (org_id, id),
    FOREIGN KEY (org_id, updated_by) REFERENCES users (org_id, id),
    CHECK (session_idle_minutes <= session_lifetime_minutes)
);
CALL portico.isolate('sign_in_settings');

-- Organizations that are there already get what held until now.
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT id, created_at FROM organizations LOOP
        PERFORM set_config('portico.org_id', one.id::text, true);
        INSERT INTO sign_in_settings (id, created_at, updated_at) VALUES (one.id, one.created_at, one.created_at);
    END LOOP;
    PERFORM set_config('portico.org_id', '', true);
END
$$;
