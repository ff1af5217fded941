#!/bin/sh
# Makes the files of secrets that docker-compose.yml names, where they are missing. Run it beside docker-compose.yml.
set -eu
umask 077
mkdir -p secrets
for name in superuser_password owner_password app_password operator_password backup_password console_password; do
    [ -s "secrets/$name" ] || openssl rand -hex 24 > "secrets/$name"
done
# Empty: mails wait. Write `smtps://name:password@host:465` into it, and restart the worker.
[ -e secrets/smtp_url ] || : > secrets/smtp_url
# The containers' users are not the one who runs this, and read each file where it is mounted; nobody else on this host
# comes past the folder.
chmod 0700 secrets
chmod 0444 secrets/*
