#!/bin/sh
# Makes the databases when the volume is empty, then serves them.
set -eu
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    initdb --username=postgres --pwfile="$POSTGRES_PASSWORD_FILE" --auth-local=trust --auth-host=scram-sha-256
    printf 'host all all all scram-sha-256\n' >>"$PGDATA/pg_hba.conf"
    options="-c listen_addresses= -c unix_socket_directories=/run/postgresql"
    pg_ctl --wait --options="$options" start
    for script in /docker-entrypoint-initdb.d/*.sh; do
        PGHOST=/run/postgresql "$script"
    done
    pg_ctl --wait --mode=fast stop
fi
exec postgres -c 'listen_addresses=*' -c unix_socket_directories=/run/postgresql
