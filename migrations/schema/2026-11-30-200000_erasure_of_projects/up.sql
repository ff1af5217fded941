-- The erasure of projects, by the request of a client: a kind of its own, so that a worker of before, which knows nothing of them,
-- leaves it alone.
ALTER TABLE client_requests
    DROP CONSTRAINT client_requests_kind_check,
    ADD CONSTRAINT client_requests_kind_check CHECK (kind IN ('copy', 'erasure', 'project_erasure')),
    DROP CONSTRAINT client_requests_check1,
    ADD CONSTRAINT client_requests_erased_kind_check CHECK (erased_at IS NULL OR kind <> 'copy');

-- What is erased keeps nobody from asking for more; and of several that a restore has done again, each is there.
DROP INDEX client_requests_one_open;
CREATE UNIQUE INDEX client_requests_one_open ON client_requests (organization, kind)
    WHERE state IN ('requested', 'verified', 'authorized', 'executing') AND erased_at IS NULL;

-- What such a request has more than others.
CREATE TABLE project_erasures (
    request_id uuid PRIMARY KEY REFERENCES client_requests (id),
    -- As the client has named them: codes, or ids.
    projects text[] NOT NULL CHECK (cardinality(projects) BETWEEN 1 AND 1000),
    -- What these are, once the worker has found them.
    project_ids uuid[] CHECK (cardinality(project_ids) > 0),
    -- Their rows in the client's copy, by table: how many, and a hash.
    copied jsonb,
    -- When the organization got another key, and when sets under it stood in both stores.
    key_renewed_at timestamptz,
    secured_at timestamptz,
    CHECK (secured_at IS NULL OR key_renewed_at IS NOT NULL)
);
GRANT SELECT, INSERT (request_id, projects) ON project_erasures TO portico_console;
GRANT SELECT, UPDATE (project_ids, copied, key_renewed_at, secured_at) ON project_erasures TO portico_operator;
