#!/bin/sh
# Makes the secrets that compose.yaml mounts, where they are missing. The folder is for you alone; git does not see it.
set -eu
umask 077
mkdir -p secrets/serving
for name in postgres_password mlflow_password predictions_password mlflow_admin_password mlflow_session_key; do
    [ -s "secrets/$name" ] || python3 -c 'import secrets; print(secrets.token_urlsafe(32), end="")' >"secrets/$name"
done
for name in mlflow predictions; do
    location="$(cat "secrets/${name}_password")@postgres/$name"
    [ -s "secrets/${name}_url" ] || printf 'postgresql+psycopg://%s:%s' "$name" "$location" >"secrets/${name}_url"
done
if [ ! -s secrets/serving/keys.json ]; then
    command -v kedro >/dev/null || {
        echo "$PWD/secrets/serving/keys.json is missing: copy what 'kedro keys create' wrote, or nobody is answered." >&2
        exit 1
    }
    printf 'API key of the service, which cannot be read again: '
    SERVING_KEYS_FILE=secrets/serving/keys.json kedro keys create operator --scope predict --scope operate
fi
chmod -R a+rX secrets/* # containers run as other users; nobody else gets past the folder
