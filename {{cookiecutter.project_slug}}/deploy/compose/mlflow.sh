#!/bin/sh
# MLflow's server with users and passwords. Secrets come from files, and stay in files that only this process can read.
set -eu
umask 077
admin=$(cat /run/secrets/mlflow_admin_password)
MLFLOW_FLASK_SERVER_SECRET_KEY=$(cat /run/secrets/mlflow_session_key)
database=$(cat /run/secrets/mlflow_url)
# Each request would hash its password anew. A change by way of this server, which has one worker, counts at once.
cat >/tmp/basic_auth.ini <<INI
[mlflow]
default_permission = READ
database_uri = ${database}
admin_username = admin
admin_password = ${admin}
authorization_function = mlflow.server.auth:authenticate_request_basic_auth
auth_cache_ttl_seconds = 60
INI
export MLFLOW_AUTH_CONFIG_PATH=/tmp/basic_auth.ini MLFLOW_FLASK_SERVER_SECRET_KEY
export MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false # its nine worker processes wait for tasks of language models
# Its own page asks from the address that people typed, which pages of others may not.
names=${MLFLOW_ALLOWED_HOSTS:-localhost}
hosts=$(echo "$names" | sed 's|[^,][^,]*|&,&:*|g')
origins=$(echo "$names" | sed 's|[^,][^,]*|https://&,https://&:*|g')
exec mlflow server --app-name basic-auth --host 0.0.0.0 --port 5000 --workers 1 \
    --allowed-hosts "localhost:*,127.0.0.1:*,mlflow:*,$hosts" --cors-allowed-origins "$origins" \
    --backend-store-uri "$database" --artifacts-destination /var/lib/mlflow
