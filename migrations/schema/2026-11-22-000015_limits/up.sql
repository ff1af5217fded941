-- Answers kept under an Idempotency-Key, and refused requests, counted.

-- What a request that came with a key has given, for a day: the same request sent again gets it and does nothing. A
-- request may write more than once; each write is a step, and keeps what it gave in its own transaction.
CREATE TABLE idempotency_keys (
    org_id uuid NOT NULL DEFAULT portico.org_id() REFERENCES organizations (id),
    user_id uuid NOT NULL,
    -- The operation's id in the API.
    operation text NOT NULL,
    key text NOT NULL,
    step smallint NOT NULL,
    -- SHA-256 of the request: a key that comes with another request is refused.
    fingerprint bytea NOT NULL,
    -- Whether the step was done; otherwise the answer is the problem with which it was refused.
    done boolean NOT NULL,
    answer jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, user_id, operation, key, step),
    FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id) ON DELETE CASCADE
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (org_id, expires_at);
CALL portico.isolate('idempotency_keys');

-- Refused requests by minute, network, account, operation and reason. Where a minute has more kinds of them than are
-- told apart, the rest is counted without network, account and operation.
CREATE TABLE denied_access (
    org_id uuid NOT NULL DEFAULT portico.org_id() REFERENCES organizations (id),
    id uuid NOT NULL,
    minute timestamptz NOT NULL,
    network text,
    user_id uuid,
    operation text,
    code text NOT NULL,
    requests bigint NOT NULL CHECK (requests > 0),
    PRIMARY KEY (org_id, id),
    CONSTRAINT denied_access_once UNIQUE NULLS NOT DISTINCT (org_id, minute, network, user_id, operation, code),
    FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id) ON DELETE CASCADE
);
CREATE INDEX denied_access_newest_first ON denied_access (org_id, minute DESC, id DESC);
CALL portico.isolate('denied_access');

-- The same of requests that belong to no organization: the shared host before anybody is known, and hosts that are
-- nobody's. For operators.
CREATE TABLE denied_access_elsewhere (
    id uuid PRIMARY KEY,
    minute timestamptz NOT NULL,
    network text,
    host text,
    operation text,
    code text NOT NULL,
    requests bigint NOT NULL CHECK (requests > 0),
    CONSTRAINT denied_access_elsewhere_once UNIQUE NULLS NOT DISTINCT (minute, network, host, operation, code)
);
GRANT SELECT, DELETE ON denied_access_elsewhere TO portico_operator;
