DROP TABLE link_lookups;
DROP TABLE password_resets;
DROP TABLE recovery_requests;
