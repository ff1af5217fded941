-- Sessions and the slowing of guesses.

CREATE TABLE sessions (
    org_id uuid NOT NULL DEFAULT portico.org_id() REFERENCES organizations (id),
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    -- SHA-256 of the half of the refresh token that stays: it tells a used token from one that was made up.
    family_hash bytea NOT NULL,
    -- SHA-256 of the half that changes at each use, and of the one before with the instant of its rotation.
    refresh_hash bytea NOT NULL,
    previous_hash bytea,
    rotated_at timestamptz NOT NULL,
    device text NOT NULL,
    -- SHA-256 of the device cookie: a browser that has signed in before is not slowed by what strangers do.
    device_hash bytea NOT NULL,
    address text NOT NULL,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    idle_until timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    ended_because text CHECK (ended_because IN
        ('signed_out', 'ended_by_person', 'password_changed', 'deactivated', 'token_reused', 'crowded')),
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id),
    CHECK ((ended_at IS NULL) = (ended_because IS NULL))
);
CREATE INDEX sessions_live_by_user ON sessions (org_id, user_id) WHERE ended_at IS NULL;
CREATE INDEX sessions_by_device ON sessions (org_id, user_id, device_hash);
CALL portico.isolate('sessions');

-- Wrong passwords by hashed key: a pair of account and address, or a network. No person is named here.
CREATE TABLE sign_in_failures (
    key_hash bytea PRIMARY KEY,
    failures integer NOT NULL,
    last_failure_at timestamptz NOT NULL,
    blocked_until timestamptz NOT NULL
);
CREATE INDEX sign_in_failures_by_age ON sign_in_failures (last_failure_at);
GRANT SELECT, DELETE ON sign_in_failures TO portico_operator;
