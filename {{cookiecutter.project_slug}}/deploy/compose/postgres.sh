#!/bin/sh
# Runs once, when PostgreSQL starts with an empty volume: a database each for MLflow and for predictions, with its owner.
set -eu
for name in mlflow predictions; do
    password=$(cat "/run/secrets/${name}_password")
    psql --username postgres --set ON_ERROR_STOP=1 --set "name=$name" --set "password=$password" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
SQL
done
