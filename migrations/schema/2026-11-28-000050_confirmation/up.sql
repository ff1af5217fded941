-- When the person last showed their password to the session: what changes who may do what asks for it again.
ALTER TABLE sessions ADD COLUMN confirmed_at timestamptz;
