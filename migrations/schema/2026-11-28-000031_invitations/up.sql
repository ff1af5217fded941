-- Invitations: somebody is asked in by mail, and a seat is kept for them meanwhile.

CREATE TABLE invitations (
    org_id uuid NOT NULL DEFAULT portico.org_id() REFERENCES organizations (id),
    id uuid NOT NULL,
    email text NOT NULL CHECK (email = lower(email)),
    -- Of the mail, and of the person until they choose.
    language text NOT NULL,
    token_hash bytea NOT NULL,
    times_sent integer NOT NULL DEFAULT 1,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    -- It was accepted, or taken back.
    ended_because text CHECK (ended_because IN ('used', 'void')),
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    created_by uuid,
    updated_at timestamptz NOT NULL,
    updated_by uuid,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, created_by) REFERENCES users (org_id, id),
    FOREIGN KEY (org_id, updated_by) REFERENCES users (org_id, id),
    CHECK ((ended_at IS NULL) = (ended_because IS NULL))
);
-- Of one e-mail, one invitation waits at a time.
CREATE UNIQUE INDEX invitations_waiting ON invitations (org_id, email) WHERE ended_at IS NULL;
CALL portico.isolate('invitations');

ALTER TABLE general_data ADD COLUMN invitations boolean NOT NULL DEFAULT true;
