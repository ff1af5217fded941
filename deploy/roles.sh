#!/bin/sh
# Runs once, while the database's volume is empty: the three roles with their passwords. `portico bootstrap` then finds
# them and does the rest.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set owner="$PORTICO_OWNER_PASSWORD" --set app="$PORTICO_APP_PASSWORD" \
    --set operator="$PORTICO_OPERATOR_PASSWORD" <<'SQL'
CREATE ROLE portico_owner LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'owner';
CREATE ROLE portico_app LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'app';
CREATE ROLE portico_operator LOGIN NOSUPERUSER BYPASSRLS PASSWORD :'operator';
SQL
