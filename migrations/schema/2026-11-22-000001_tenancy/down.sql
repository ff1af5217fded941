DROP TABLE general_data;
DROP TABLE organization_domains;
DROP TABLE organizations;
DROP SEQUENCE organization_number;
REVOKE USAGE ON SCHEMA public FROM portico_app, portico_operator;
-- With the functions of replaceable/, which come back after the next migration up.
DROP SCHEMA portico CASCADE;
