-- What the backup environment says of the sets in both stores: the newest of its signed statements.
CREATE TABLE backup_attendance (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    written_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    statement jsonb NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON backup_attendance TO portico_operator;

-- The console shows how backups stand.
GRANT SELECT ON backup_attendance, backup_runs, alarms TO portico_console;
