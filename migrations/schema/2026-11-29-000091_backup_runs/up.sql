-- What the worker has backed up, what is wrong at the moment, and what operators are told of both.

CREATE TABLE backup_runs (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('database', 'files')),
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    -- The set that it made.
    set_name text UNIQUE,
    -- BLAKE3 of its manifest.
    manifest_hash bytea,
    objects integer,
    -- Of them, those of earlier sets.
    objects_unchanged integer,
    -- Of all its objects, and of those that were put for it.
    bytes bigint,
    bytes_put bigint,
    -- Why it made none.
    error text,
    -- Since when the set is off-site too; why it was not at the last try.
    off_site_at timestamptz,
    off_site_error text,
    CHECK ((finished_at IS NULL) = (set_name IS NULL AND error IS NULL)),
    CHECK ((set_name IS NULL) = (manifest_hash IS NULL)),
    CHECK (set_name IS NOT NULL OR off_site_at IS NULL)
);
CREATE INDEX backup_runs_newest ON backup_runs (kind, started_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON backup_runs TO portico_operator;

CREATE TABLE alarms (
    id uuid PRIMARY KEY,
    -- What it is about: of one name, one is raised at a time.
    name text NOT NULL,
    message text NOT NULL,
    raised_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE UNIQUE INDEX alarms_raised ON alarms (name) WHERE ended_at IS NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON alarms TO portico_operator;

-- Letters to those who run the installation; they belong to no organization. One row for each reader.
CREATE TABLE operator_letters (
    id uuid PRIMARY KEY,
    letter jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    last_error text,
    sent_at timestamptz
);
CREATE INDEX operator_letters_due ON operator_letters (due_at) WHERE sent_at IS NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON operator_letters TO portico_operator;
