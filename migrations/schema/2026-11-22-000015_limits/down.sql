DROP TABLE denied_access_elsewhere;
DROP TABLE denied_access;
DROP TABLE idempotency_keys;
