DROP TABLE audit_parts;
DROP TABLE person_keys;
REVOKE SELECT ON audit_log FROM portico_app;
DROP INDEX audit_log_by_actor;
DROP INDEX audit_log_by_transaction;
ALTER TABLE audit_log DROP COLUMN transaction, DROP COLUMN token_id;
