-- What the role that makes backups may: read every table under its policy, and write nothing. Run after every migration, so
-- that no table is left out.

GRANT USAGE ON SCHEMA portico TO portico_backup;
GRANT EXECUTE ON FUNCTION portico.org_id TO portico_backup;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO portico_backup;
GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO portico_backup;
