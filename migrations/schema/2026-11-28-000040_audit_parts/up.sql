-- What an audit row says stands beside it, in parts: the row's place in the chain is made of ids and commitments alone, so
-- that the chain holds when the values of a person are destroyed.

ALTER TABLE audit_log
    -- The API token by which somebody did it.
    ADD COLUMN token_id uuid,
    -- The transaction that wrote the row: the sealer takes rows of transactions that are over, and those in their order.
    ADD COLUMN transaction bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint;
CREATE INDEX audit_log_by_transaction ON audit_log (transaction, org_id, id);
CREATE INDEX audit_log_by_actor ON audit_log (org_id, actor_id, id);
-- The organization's own screen reads it.
GRANT SELECT ON audit_log TO portico_app;

-- The key of each person who is named in the audit log. An erasure destroys the key and leaves the row, so that no new
-- one is made.
CREATE TABLE person_keys (
    org_id uuid NOT NULL DEFAULT portico.org_id() REFERENCES organizations (id),
    person_id uuid NOT NULL,
    key bytea CHECK (octet_length(key) = 32),
    destroyed_at timestamptz,
    PRIMARY KEY (org_id, person_id),
    CHECK ((key IS NULL) = (destroyed_at IS NOT NULL))
);
CALL portico.isolate('person_keys');
REVOKE UPDATE, DELETE ON person_keys FROM portico_app, portico_operator;

-- What a row says, as JSON: in clear, or sealed with the key of the person whom it identifies. `before`, `after` and
-- `address` of the audit log are brought over by `portico migrate` and go in a later release.
CREATE TABLE audit_parts (
    org_id uuid NOT NULL DEFAULT portico.org_id() REFERENCES organizations (id),
    audit_id uuid NOT NULL,
    number smallint NOT NULL CHECK (number >= 0),
    person_id uuid,
    -- SHA-256 of salt and content: what the chain is made of.
    commitment bytea NOT NULL CHECK (octet_length(commitment) = 32),
    -- Both are null where an erasure has taken them away.
    salt bytea CHECK (octet_length(salt) = 16),
    content text,
    -- Nonce, then salt and content under XChaCha20-Poly1305.
    sealed bytea,
    PRIMARY KEY (org_id, audit_id, number),
    FOREIGN KEY (org_id, audit_id) REFERENCES audit_log (org_id, id),
    CHECK ((person_id IS NULL) = (sealed IS NULL)),
    CHECK ((salt IS NULL) = (content IS NULL)),
    CHECK (sealed IS NULL OR content IS NULL)
);
CALL portico.isolate('audit_parts');
REVOKE UPDATE, DELETE ON audit_parts FROM portico_app, portico_operator;
