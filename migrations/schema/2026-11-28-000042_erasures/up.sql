-- People who were erased: the pseudonym stands where they stood, and their key is destroyed.

ALTER TABLE users ADD COLUMN erased_at timestamptz;

-- The ledger of erasures: a restore to before one does it again before traffic opens. The copy outside of the database
-- comes with the backups.
CREATE TABLE erasures (
    org_id uuid NOT NULL DEFAULT portico.org_id() REFERENCES organizations (id),
    user_id uuid NOT NULL,
    erased_at timestamptz NOT NULL,
    erased_by uuid,
    PRIMARY KEY (org_id, user_id),
    FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id),
    FOREIGN KEY (org_id, erased_by) REFERENCES users (org_id, id)
);
CALL portico.isolate('erasures');
REVOKE UPDATE, DELETE ON erasures FROM portico_app, portico_operator;
