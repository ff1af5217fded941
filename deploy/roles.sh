#!/bin/sh
# Runs once, while the database's volume is empty: the five roles with their passwords, from the files of secrets, which
# psql reads itself, since what stands in its arguments others can see. `portico bootstrap` then finds them and does the
# rest.
set -eu
for name in owner app operator backup console; do test -s "/run/secrets/${name}_password"; done
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\set owner `cat /run/secrets/owner_password`
\set app `cat /run/secrets/app_password`
\set operator `cat /run/secrets/operator_password`
\set backup `cat /run/secrets/backup_password`
\set console `cat /run/secrets/console_password`
CREATE ROLE portico_owner LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'owner';
CREATE ROLE portico_app LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'app';
CREATE ROLE portico_operator LOGIN NOSUPERUSER BYPASSRLS PASSWORD :'operator';
CREATE ROLE portico_backup LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'backup';
CREATE ROLE portico_console LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'console';
SQL
