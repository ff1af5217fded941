ALTER TABLE general_data DROP COLUMN logo_id;
ALTER TABLE users DROP COLUMN photo_id;
DROP TABLE pictures;
DROP TABLE files;
DROP TABLE file_keys;
