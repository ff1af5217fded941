-- API tokens: what people give to programs that act for them, each with scopes of its own.

CREATE TABLE api_tokens (
    org_id uuid NOT NULL DEFAULT portico.org_id() REFERENCES organizations (id),
    id uuid NOT NULL,
    -- Whose it is: a program that shows it is never more than this person.
    user_id uuid NOT NULL,
    name text COLLATE portico.natural NOT NULL,
    -- SHA-256 of the token, which itself is shown once and kept nowhere. 256 bits need no slower hash.
    secret_hash bytea NOT NULL CHECK (octet_length(secret_hash) = 32),
    -- From where it may be used, as CIDR; from everywhere where there are none.
    address_ranges text[] NOT NULL DEFAULT '{}',
    expires_at timestamptz NOT NULL,
    -- To the minute, and without bumping the version.
    last_used_at timestamptz,
    last_used_address text,
    -- The last time that the genuine token was refused, and why.
    last_refused_at timestamptz,
    last_refused_address text,
    last_refused_because text CHECK (last_refused_because IN ('revoked', 'expired', 'address', 'no_sign_in')),
    revoked_at timestamptz,
    revoked_by uuid,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    created_by uuid,
    updated_at timestamptz NOT NULL,
    updated_by uuid,
    PRIMARY KEY (org_id, id),
    CONSTRAINT api_tokens_by_secret UNIQUE (org_id, secret_hash),
    FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id),
    FOREIGN KEY (org_id, revoked_by) REFERENCES users (org_id, id),
    CHECK ((last_used_at IS NULL) = (last_used_address IS NULL)),
    CHECK ((last_refused_at IS NULL) = (last_refused_because IS NULL))
);
CREATE INDEX api_tokens_by_user ON api_tokens (org_id, user_id);
CREATE INDEX api_tokens_by_expiry ON api_tokens (org_id, expires_at, id);
CALL portico.isolate('api_tokens');

-- What a token may do at most, menu by menu.
CREATE TABLE api_token_scopes (
    org_id uuid NOT NULL DEFAULT portico.org_id() REFERENCES organizations (id),
    token_id uuid NOT NULL,
    menu text NOT NULL,
    can_insert boolean NOT NULL,
    can_update boolean NOT NULL,
    can_delete boolean NOT NULL,
    can_view boolean NOT NULL,
    PRIMARY KEY (org_id, token_id, menu),
    FOREIGN KEY (org_id, token_id) REFERENCES api_tokens (org_id, id) ON DELETE CASCADE,
    CHECK (can_view)
);
CALL portico.isolate('api_token_scopes');

-- The networks from which a token was used, so that the first use from each is recorded once.
CREATE TABLE api_token_networks (
    org_id uuid NOT NULL DEFAULT portico.org_id() REFERENCES organizations (id),
    token_id uuid NOT NULL,
    network text NOT NULL,
    first_used_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, token_id, network),
    FOREIGN KEY (org_id, token_id) REFERENCES api_tokens (org_id, id) ON DELETE CASCADE
);
CALL portico.isolate('api_token_networks');
