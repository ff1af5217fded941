-- Work that a transaction leaves behind for `portico work`, and what recurs.

CREATE TABLE jobs (
    org_id uuid NOT NULL DEFAULT portico.org_id() REFERENCES organizations (id),
    id uuid NOT NULL,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    -- Of jobs with the same key, an organization has one.
    idempotency_key text,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'dead')),
    -- From when on a worker may take it. While one runs it, the end of that worker's lease.
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    -- Grows each time that a worker takes the job: one that has lost its lease cannot write any more.
    fence bigint NOT NULL DEFAULT 0,
    -- Since when a worker may have done what cannot be undone, such as handing a mail over. Null when it surely has not.
    handing_over_since timestamptz,
    last_error text,
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, idempotency_key),
    CHECK ((finished_at IS NOT NULL) = (state IN ('done', 'dead')))
);
CREATE INDEX jobs_due ON jobs (due_at) WHERE state IN ('waiting', 'running');
CREATE INDEX jobs_finished ON jobs (finished_at) WHERE state IN ('done', 'dead');
CALL portico.isolate('jobs');
-- Tenants leave work behind; they neither read it nor say how far it is.
REVOKE ALL ON jobs FROM portico_app;
GRANT INSERT (id, kind, payload, idempotency_key, due_at, created_at) ON jobs TO portico_app;

-- What recurs for the whole installation. One row each, so that any number of workers runs each once.
CREATE TABLE schedules (
    name text PRIMARY KEY,
    -- When it runs next. While a worker runs it, the end of that worker's lease.
    due_at timestamptz NOT NULL,
    running boolean NOT NULL DEFAULT false,
    attempts integer NOT NULL DEFAULT 0,
    fence bigint NOT NULL DEFAULT 0,
    last_error text,
    last_succeeded_at timestamptz
);
GRANT SELECT, INSERT, UPDATE, DELETE ON schedules TO portico_operator;
