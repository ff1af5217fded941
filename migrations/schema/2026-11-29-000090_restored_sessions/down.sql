-- What ended by a restore has ended all the same: of the reasons that were there, this comes nearest. The policy holds the
-- owner too, so organization by organization.
DO $$
DECLARE
    organization uuid;
BEGIN
    FOR organization IN SELECT id FROM organizations LOOP
        PERFORM set_config('portico.org_id', organization::text, true);
        UPDATE sessions SET ended_because = 'signed_out' WHERE ended_because = 'restored';
    END LOOP;
    PERFORM set_config('portico.org_id', '', true);
END $$;
ALTER TABLE sessions DROP CONSTRAINT sessions_ended_because_check;
ALTER TABLE sessions ADD CONSTRAINT sessions_ended_because_check CHECK (ended_because IN
    ('signed_out', 'ended_by_person', 'password_changed', 'deactivated', 'token_reused', 'crowded'));
