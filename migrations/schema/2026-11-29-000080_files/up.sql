-- What people upload: the files stand in the file store, and here what they are. An object of the store is named by its
-- content's hash under the organization's key and by the id of its row.

CREATE TABLE file_keys (
    org_id uuid NOT NULL DEFAULT portico.org_id() REFERENCES organizations (id),
    id uuid NOT NULL,
    key bytea NOT NULL CHECK (octet_length(key) = 32),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id)
);
CALL portico.isolate('file_keys');
-- A key that changed would hide every file from its hash.
REVOKE UPDATE, DELETE ON file_keys FROM portico_app, portico_operator;

CREATE TABLE files (
    org_id uuid NOT NULL DEFAULT portico.org_id() REFERENCES organizations (id),
    id uuid NOT NULL,
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    size bigint NOT NULL CHECK (size > 0),
    media_type text NOT NULL,
    created_at timestamptz NOT NULL,
    -- When something last began to refer to it: the sweeper leaves alone what was used a short while ago.
    used_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, hash)
);
CALL portico.isolate('files');

-- An image in the two sizes in which screens show it. It never changes: another one has another id.
CREATE TABLE pictures (
    org_id uuid NOT NULL DEFAULT portico.org_id() REFERENCES organizations (id),
    id uuid NOT NULL,
    small_id uuid NOT NULL,
    large_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, small_id) REFERENCES files (org_id, id),
    FOREIGN KEY (org_id, large_id) REFERENCES files (org_id, id),
    FOREIGN KEY (org_id, created_by) REFERENCES users (org_id, id)
);
CALL portico.isolate('pictures');
REVOKE UPDATE ON pictures FROM portico_app, portico_operator;
CREATE INDEX pictures_small ON pictures (org_id, small_id);
CREATE INDEX pictures_large ON pictures (org_id, large_id);

ALTER TABLE users ADD photo_id uuid;
ALTER TABLE users ADD FOREIGN KEY (org_id, photo_id) REFERENCES pictures (org_id, id);
CREATE INDEX users_photo ON users (org_id, photo_id) WHERE photo_id IS NOT NULL;
ALTER TABLE general_data ADD logo_id uuid;
ALTER TABLE general_data ADD FOREIGN KEY (org_id, logo_id) REFERENCES pictures (org_id, id);
