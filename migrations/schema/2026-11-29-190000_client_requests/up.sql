-- What clients ask for: a copy of their organization, or its erasure. These are the installation's own records, and stay when
-- the organization is gone: so no foreign key, and neither its name nor its word. Who asked for it, and what shows that, stays.
CREATE TABLE client_requests (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('copy', 'erasure')),
    organization uuid NOT NULL,
    -- Who asks at the client, and what shows that they do.
    requester text NOT NULL,
    evidence text NOT NULL,
    -- The client's own key: an age recipient.
    recipient text NOT NULL,
    state text NOT NULL CHECK (state IN (
        'requested', 'verified', 'authorized', 'executing', 'executed', 'delivered', 'certified', 'refused', 'withdrawn')),
    -- What was done, in order.
    steps jsonb NOT NULL CHECK (jsonb_typeof(steps) = 'array'),
    -- What the worker has counted.
    preview jsonb,
    -- How it gets on: each instant is written when what it says is done.
    suspended_at timestamptz,
    packaged_at timestamptz,
    -- What it is called in the stores: it says when it was begun.
    package_id uuid,
    package_bytes bigint,
    package_hash bytea,
    package_rows bigint,
    package_files bigint,
    package_tables jsonb,
    package_kept_until timestamptz,
    package_removed_at timestamptz,
    stored_at timestamptz,
    entered_at timestamptz,
    erased_at timestamptz,
    erased jsonb,
    files_removed_at timestamptz,
    rewritten_at timestamptz,
    rewriting_said_at timestamptz,
    certificate jsonb,
    -- The same with its signature, as it stands in the stores.
    certificate_signed text,
    failure text,
    -- The link to the package: the hash of what stands in it.
    link_hash bytea UNIQUE CHECK (octet_length(link_hash) = 32),
    link_until timestamptz,
    taken_at timestamptz,
    CHECK ((link_hash IS NULL) = (link_until IS NULL)),
    CHECK (erased_at IS NULL OR kind = 'erasure'),
    CHECK (erased_at IS NULL OR entered_at IS NOT NULL),
    CHECK (entered_at IS NULL OR stored_at IS NOT NULL),
    CHECK (stored_at IS NULL OR packaged_at IS NOT NULL)
);
-- One of a kind for an organization at a time.
CREATE UNIQUE INDEX client_requests_one_open ON client_requests (organization, kind)
    WHERE state IN ('requested', 'verified', 'authorized', 'executing');
CREATE INDEX client_requests_of ON client_requests (organization);
-- Nobody but the owner changes what was asked for, by whom and for which key.
GRANT SELECT, INSERT (id, kind, organization, requester, evidence, recipient, state, steps),
    UPDATE (state, steps, link_hash, link_until) ON client_requests TO portico_console;
GRANT SELECT, UPDATE (
    state, steps, preview, suspended_at, packaged_at, package_id, package_bytes, package_hash, package_rows, package_files,
    package_tables, package_kept_until, package_removed_at, stored_at, entered_at, files_removed_at, rewriting_said_at, certificate,
    certificate_signed, failure, link_hash, link_until, taken_at) ON client_requests TO portico_operator;
-- The console says which organization is meant.
GRANT SELECT (id, slug, name) ON organizations TO portico_console;

-- The erasure of a person is entered into the ledger outside of the backups; when it was.
ALTER TABLE erasures ADD COLUMN entered_at timestamptz;
