-- Whoever tries passwords at an e-mail has to wait by now. The row is the same whether or not there is such an account:
-- nobody looks before the attempt is answered. A worker looks, tells whom there is to tell, and removes the row.
CREATE TABLE guesses (
    id uuid PRIMARY KEY,
    email_hash bytea NOT NULL,
    -- Absent at the shared host, where all organizations are meant.
    organization_id uuid,
    noticed_at timestamptz NOT NULL,
    address text NOT NULL,
    device text NOT NULL,
    CONSTRAINT guesses_once UNIQUE NULLS NOT DISTINCT (email_hash, organization_id)
);
CREATE INDEX guesses_oldest_first ON guesses (noticed_at, id);
GRANT SELECT, DELETE ON guesses TO portico_operator;
