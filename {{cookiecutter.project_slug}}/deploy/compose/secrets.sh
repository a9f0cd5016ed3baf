#!/bin/bash
# Makes the secrets that compose.yaml mounts, where they are missing. The folder is for you alone; git does not see it.
set -euo pipefail
umask 077
stack=${COMPOSE_PROJECT_NAME:-$(basename "$PWD" | tr '[:upper:]' '[:lower:]' | tr -cd 'a-z0-9_-')}
of=label=com.docker.compose
if [ ! -s secrets/postgres_password ] &&
    volume=$(docker volume ls --quiet --filter "$of.project=$stack" --filter "$of.volume=database") && [ -n "$volume" ]; then
    echo "secrets/ is missing, and nothing else opens the database in the volume $volume: restore a backup" \
        "('make restore FILE=...'), or give up what is in it ('docker volume rm $volume')." >&2
    exit 1
fi
mkdir -p secrets/serving secrets/shadow secrets/tls
chmod 700 secrets # somebody may have made it already
for name in postgres_password mlflow_password predictions_password mlflow_admin_password mlflow_session_key; do
    [ -s "secrets/$name" ] || head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n' >"secrets/$name"
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
