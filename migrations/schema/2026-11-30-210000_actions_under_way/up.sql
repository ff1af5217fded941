-- What takes long and is under way, so that the console sees how far it is and can cancel it. A row is there while the action is:
-- how it ended stands in the operations book. No set of backups has it, since what comes back is not under way.
CREATE TABLE actions_under_way (
    id uuid PRIMARY KEY,
    action text NOT NULL CHECK (action IN (
        'make_set', 'bring_sets', 'verify_set', 'restore_set', 'drill', 'copy_organization', 'erase_organization',
        'erase_projects', 'export_organization', 'import_organization')),
    subject text NOT NULL,
    -- The worker, or the user of a shell and the machine.
    started_by text NOT NULL,
    started_at timestamptz NOT NULL,
    -- What was begun of an erasure cannot be called off.
    can_be_cancelled boolean NOT NULL,
    -- When its process last said anything.
    said_at timestamptz NOT NULL,
    phase text NOT NULL,
    phase_about text NOT NULL,
    phase_began_at timestamptz NOT NULL,
    measure text NOT NULL CHECK (measure IN ('bytes', 'steps')),
    passed bigint NOT NULL CHECK (passed >= 0),
    -- How much there is in this phase, where that is known.
    expected bigint CHECK (expected >= 0),
    cancel_requested_at timestamptz,
    -- The operator's e-mail.
    cancel_requested_by text,
    CHECK ((cancel_requested_at IS NULL) = (cancel_requested_by IS NULL)),
    CHECK (can_be_cancelled OR cancel_requested_at IS NULL)
);
-- Whoever does it says how far it is, and nobody but the console asks for it to be cancelled.
GRANT SELECT, DELETE, INSERT (
    id, action, subject, started_by, started_at, can_be_cancelled, said_at, phase, phase_about, phase_began_at, measure, passed,
    expected), UPDATE (said_at, phase, phase_about, phase_began_at, measure, passed, expected)
    ON actions_under_way TO portico_operator;
GRANT SELECT, UPDATE (cancel_requested_at, cancel_requested_by) ON actions_under_way TO portico_console;

-- Who has cancelled it: before there was a set, or while it was brought off-site.
ALTER TABLE backup_runs ADD COLUMN cancelled_by text;
