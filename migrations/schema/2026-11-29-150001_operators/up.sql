-- Those who operate the installation. They belong to no organization and are no users: table, sign-in and sessions of
-- their own.
CREATE TABLE operators (
    id uuid PRIMARY KEY,
    -- In lower case.
    email text NOT NULL UNIQUE CHECK (email = lower(email)),
    name text NOT NULL,
    teams text[] NOT NULL CHECK (
        cardinality(teams) > 0 AND array_position(teams, NULL) IS NULL AND teams <@ ARRAY[
            'operations', 'customer_service', 'support', 'functional', 'systems', 'security', 'product_development']),
    active boolean NOT NULL DEFAULT true,
    -- Absent until they have enrolled.
    password_hash text,
    -- The secret of their second factor, sealed with a key that the database does not have.
    second_factor bytea NOT NULL,
    -- The step of time of the code that was accepted last: a code is accepted once.
    last_step bigint NOT NULL DEFAULT 0,
    -- What they enrol with: the hash of a secret that is used once, and until when.
    enrolment_hash bytea UNIQUE,
    enrolment_until timestamptz,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    last_signed_in_at timestamptz,
    CHECK ((enrolment_hash IS NULL) = (enrolment_until IS NULL)),
    CHECK ((password_hash IS NULL) OR (enrolment_hash IS NULL))
);
GRANT SELECT, INSERT, UPDATE ON operators TO portico_console;

-- Their sessions at the console. A row goes when its session ends.
CREATE TABLE operator_sessions (
    id uuid PRIMARY KEY,
    operator_id uuid NOT NULL REFERENCES operators (id),
    token_hash bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    address text NOT NULL,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX operator_sessions_of ON operator_sessions (operator_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON operator_sessions TO portico_console;
