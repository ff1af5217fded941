-- Sessions that a restore brought back are ended by it.

ALTER TABLE sessions DROP CONSTRAINT sessions_ended_because_check;
ALTER TABLE sessions ADD CONSTRAINT sessions_ended_because_check CHECK (ended_because IN
    ('signed_out', 'ended_by_person', 'password_changed', 'deactivated', 'token_reused', 'crowded', 'restored'));
