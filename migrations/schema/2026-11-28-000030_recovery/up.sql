-- Forgotten passwords: what is asked for, the links that are sent, and the door to what a link belongs to.

-- Somebody has asked for a link. The row is the same whether or not there is such an account: nobody looks before the
-- request is answered. Workers look, send what there is to send, and remove the row.
CREATE TABLE recovery_requests (
    id uuid PRIMARY KEY,
    email_hash bytea NOT NULL,
    -- Absent at the shared host, where all organizations are meant.
    organization_id uuid,
    requested_at timestamptz NOT NULL
);
CREATE INDEX recovery_requests_oldest_first ON recovery_requests (requested_at, id);
GRANT SELECT, DELETE ON recovery_requests TO portico_operator;

-- The links that were sent. Of the token only its hash is kept.
CREATE TABLE password_resets (
    org_id uuid NOT NULL DEFAULT portico.org_id() REFERENCES organizations (id),
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    token_hash bytea NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    -- It was used, or what it was sent for no longer holds: another password, another e-mail, no sign-in.
    ended_because text CHECK (ended_because IN ('used', 'void')),
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id),
    CHECK ((ended_at IS NULL) = (ended_because IS NULL))
);
CREATE INDEX password_resets_by_user ON password_resets (org_id, user_id, expires_at);
CALL portico.isolate('password_resets');

-- Hash of a link's token to the organization and what the link is for, asked before the organization is known. Kept in
-- step by triggers.
CREATE TABLE link_lookups (
    token_hash bytea PRIMARY KEY,
    -- The table of what it is for.
    kind text NOT NULL,
    organization_id uuid NOT NULL REFERENCES organizations (id),
    entity_id uuid NOT NULL,
    UNIQUE (organization_id, kind, entity_id)
);
