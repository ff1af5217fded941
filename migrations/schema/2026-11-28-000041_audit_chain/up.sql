-- The chain over the audit log: one an organization, written by the sealer alone.

CREATE TABLE audit_seals (
    org_id uuid NOT NULL DEFAULT portico.org_id() REFERENCES organizations (id),
    sequence bigint NOT NULL CHECK (sequence > 0),
    audit_id uuid NOT NULL,
    -- SHA-256 over the hash before, this row and the commitments to its parts.
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    sealed_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, sequence),
    UNIQUE (org_id, audit_id),
    FOREIGN KEY (org_id, audit_id) REFERENCES audit_log (org_id, id)
);
CALL portico.isolate('audit_seals');
REVOKE INSERT, UPDATE, DELETE ON audit_seals FROM portico_app;
REVOKE UPDATE, DELETE ON audit_seals FROM portico_operator;

-- How far a chain went, signed with a key that the database does not have. One whenever something was sealed. It refers
-- to nothing: what it says must be able to contradict the seals.
CREATE TABLE audit_heads (
    org_id uuid NOT NULL DEFAULT portico.org_id() REFERENCES organizations (id),
    sequence bigint NOT NULL,
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    signed_at timestamptz NOT NULL,
    key_id text NOT NULL,
    signature bytea NOT NULL CHECK (octet_length(signature) = 64),
    PRIMARY KEY (org_id, sequence)
);
CALL portico.isolate('audit_heads');
REVOKE INSERT, UPDATE, DELETE ON audit_heads FROM portico_app;
REVOKE UPDATE, DELETE ON audit_heads FROM portico_operator;
