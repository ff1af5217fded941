-- The operations book: one row an action of an operator, whoever it was and however it ended. Rows are chained as they are
-- written, and never change; a trigger that stands with the functions refuses it to everybody but the owner.
CREATE TABLE operations_book (
    sequence bigint PRIMARY KEY CHECK (sequence > 0),
    id uuid NOT NULL UNIQUE,
    at timestamptz NOT NULL,
    actor_kind text NOT NULL CHECK (actor_kind IN ('operator', 'shell')),
    -- The operator, where it was one at the console.
    actor_id uuid,
    actor_name text NOT NULL,
    -- The team as which they did it.
    team text,
    action text NOT NULL,
    subject text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('succeeded', 'failed', 'refused')),
    -- JSON, as a text: the chain is over these very bytes.
    details text NOT NULL CHECK (jsonb_typeof(details::jsonb) = 'object'),
    -- When it came into the book: later than it was done, where the database was not there.
    written_at timestamptz NOT NULL,
    -- SHA-256 over the hash before and this row.
    hash bytea NOT NULL CHECK (octet_length(hash) = 32)
);
GRANT SELECT, INSERT ON operations_book TO portico_operator, portico_console;

-- How far the book went, signed with a key that the database does not have. It refers to nothing: what it says must be able
-- to contradict the rows.
CREATE TABLE operations_book_heads (
    sequence bigint PRIMARY KEY,
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    signed_at timestamptz NOT NULL,
    key_id text NOT NULL,
    signature bytea NOT NULL CHECK (octet_length(signature) = 64)
);
GRANT SELECT, INSERT ON operations_book_heads TO portico_operator, portico_console;

-- How far the signed heads stand off-site. A note of those who bring them, which nobody believes who verifies.
CREATE TABLE operations_book_brought (
    store text PRIMARY KEY,
    sequence bigint NOT NULL,
    brought_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON operations_book_brought TO portico_operator, portico_console;
