#!/bin/sh
# Runs once, while the database's volume is empty: the three roles with their passwords, from the files of secrets.
# `portico bootstrap` then finds them and does the rest.
set -eu
secret() { cat "/run/secrets/$1"; }
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set owner="$(secret owner_password)" --set app="$(secret app_password)" \
    --set operator="$(secret operator_password)" <<'SQL'
CREATE ROLE portico_owner LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'owner';
CREATE ROLE portico_app LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'app';
CREATE ROLE portico_operator LOGIN NOSUPERUSER BYPASSRLS PASSWORD :'operator';
SQL
