-- Organizations, the door to each, and what every tenant table stands on.

CREATE SCHEMA portico;
GRANT USAGE ON SCHEMA portico TO portico_app, portico_operator;
GRANT USAGE ON SCHEMA public TO portico_app, portico_operator;

-- The organization of this transaction. After a commit the setting reads '' and not NULL.
CREATE FUNCTION portico.org_id() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('portico.org_id', true), '')::uuid;

-- Every tenant table gets its isolation from this one procedure, so that no table's differs.
CREATE PROCEDURE portico.isolate(tenant_table regclass)
    LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format(
        'CREATE POLICY organization ON %s USING (org_id = portico.org_id()) WITH CHECK (org_id = portico.org_id())',
        tenant_table);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO portico_app, portico_operator', tenant_table);
END
$$;

-- Collation of names: case and accents sort as people expect, the same on every machine.
CREATE COLLATION portico.natural (provider = icu, locale = 'und', deterministic = true);

CREATE SEQUENCE organization_number;
GRANT USAGE ON SEQUENCE organization_number TO portico_operator;

CREATE TABLE organizations (
    id uuid PRIMARY KEY,
    number integer NOT NULL UNIQUE,
    short_id text NOT NULL UNIQUE CHECK (short_id ~ '^[a-z0-9]{8}$'),
    slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,38}[a-z0-9]$'),
    name text NOT NULL,
    state text NOT NULL CHECK (state IN ('active', 'suspended')),
    created_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON organizations TO portico_operator;

-- Own domains of customers: each serves exactly one organization.
CREATE TABLE organization_domains (
    host text PRIMARY KEY CHECK (host = lower(host)),
    organization_id uuid NOT NULL REFERENCES organizations (id)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON organization_domains TO portico_operator;

CREATE TABLE general_data (
    org_id uuid NOT NULL DEFAULT portico.org_id() REFERENCES organizations (id),
    id uuid NOT NULL,
    street text NOT NULL DEFAULT '',
    city text NOT NULL DEFAULT '',
    country text NOT NULL DEFAULT '',
    email text NOT NULL DEFAULT '',
    phone text NOT NULL DEFAULT '',
    currency text NOT NULL,
    time_zone text NOT NULL,
    first_weekday smallint NOT NULL DEFAULT 1 CHECK (first_weekday BETWEEN 1 AND 7),
    language text NOT NULL,
    minimum_password_length smallint NOT NULL DEFAULT 15 CHECK (minimum_password_length BETWEEN 8 AND 64),
    maximum_upload_megabytes smallint NOT NULL DEFAULT 25 CHECK (maximum_upload_megabytes BETWEEN 1 AND 1024),
    members_see_money boolean NOT NULL DEFAULT false,
    next_project_number integer NOT NULL DEFAULT 1,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    created_by uuid,
    updated_at timestamptz NOT NULL,
    updated_by uuid,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id)
);
CALL portico.isolate('general_data');
