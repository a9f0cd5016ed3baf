#!/bin/bash
# What `kedro release` does where the stack runs, in the folder of compose.yaml; .env keeps what was done.
set -euo pipefail

known() { [ ! -e .env ] || sed -n "s/^$1=//p" .env; }

compose() { # the canary beside what .env adds
    COMPOSE_PROFILES=canary,$(known COMPOSE_PROFILES)
    export COMPOSE_PROFILES
    if docker compose version >/dev/null 2>&1; then
        docker compose "$@"
    else
        docker-compose "$@"
    fi
}

runs() { # whether a service has a container that runs
    containers=$(compose ps --quiet "$1")
    [ -n "$containers" ]
}

forget() { [ ! -e .env ] || sed -i "/^$1=/d" .env; }

remember() {
    forget "$1"
    echo "$1=$2" >>.env
}

pull() ( # IMAGE [REGISTRY USER], whose password is the standard input: nobody stays logged in
    if [ -n "${3:-}" ]; then
        DOCKER_CONFIG=$(mktemp -d)
        export DOCKER_CONFIG
        trap 'rm -rf "$DOCKER_CONFIG"' EXIT
        docker login --username "$3" --password-stdin "$2" >/dev/null
    fi
    docker pull --quiet "$1"
)

share() { # PERCENT of the requests for the canary
    replicas=$(known SERVE_REPLICAS)
    each=$(((99 - $1 + ${replicas:-1}) / ${replicas:-1}))
    printf 'global\n    setenv CANARY_WEIGHT %s\n    setenv SERVE_WEIGHT %s\n' "$1" "$each" >deploy/compose/proxy/a_weights.cfg
    reload
    within_seconds 60 known_there "$1" || true
}

known_there() { # whether the process that knows these shares has taken over
    ! runs proxy || servers | grep -c "^predictions,canary,\([^,]*,\)\{16\}$1," >/dev/null
}

within_seconds() { # SECONDS, and what is to succeed
    end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 1
    done
}

servers() { # as the proxy knows them
    within proxy wget -q -O - 'http://127.0.0.1:8080/servers;csv' </dev/null
}

reload() { # what the proxy is told: it loses no request by that, unless what it takes for ready at first is not
    runs proxy || return 0
    ! runs serve || within_seconds 60 ready serve || true
    compose kill -s USR2 proxy
}

refuse() {
    echo "$1" >&2
    exit 1
}

await() { # until all containers of a service are ready
    patience=${PATIENCE:-300}
    within_seconds "$patience" ready "$1" && return
    compose logs --tail=50 "$1" >&2
    refuse "$1 is not ready after $patience seconds"
}

ready() { # by Docker's health check and by the proxy's
    health=$(compose ps --quiet "$1" | xargs docker inspect --format '{{.State.Health.Status}}' | sort -u)
    [ "$health" = healthy ] && shared "$1"
}

shared() { # whether the proxy, which looks for itself, gives requests to all containers of a service
    [ "$1" = serve ] || [ "$1" = canary ] || return 0
    runs proxy || return 0
    up=$(servers | grep -cE "^predictions,$1[0-9]*,.*,(UP|DRAIN),")
    started=$(compose ps --quiet "$1" | wc -l)
    [ "$up" -ge "$started" ] || [ "$up" -ge 8 ] # haproxy.cfg has eight places
}

start() { # with IMAGE
    remember "$1_IMAGE" "$2"
    service=$(echo "$1" | tr '[:upper:]' '[:lower:]')
    parts=$(known COMPOSE_PROFILES | tr ',' ' ') # each has the name of its profile
    # shellcheck disable=SC2086
    compose up --detach --no-build "$service" proxy $parts
    await "$service"
}

replace() { # what serves by IMAGE; the canary takes all requests meanwhile, so that none goes to what stops or starts
    ! runs canary || share 100
    start SERVE "$1"
    retire
}

retire() { # the canary
    share 0
    compose rm --stop --force canary
}

prune() { # images of that name, but for this one and the one before, which a rollback brings back
    before=$(known PREVIOUS_IMAGE)
    [ "${1%@*}" != "$1" ] || return 0
    docker images --digests --format '{{.Repository}}@{{.Digest}}' "${1%@*}" | sort -u | while read -r image; do
        case $image in
        "$1" | "$before" | *@\<none\>) ;;
        *) docker rmi "$image" >/dev/null || echo "$image stays." ;;
        esac
    done
}

within() { # SERVICE, a command in its container
    compose exec -T "$@"
}

postgres() { # PROGRAM of PostgreSQL, by its administrator
    program=$1
    shift
    within postgres "$program" --host /run/postgresql --username postgres "$@"
}

say() { postgres psql --quiet --no-align --tuples-only --set ON_ERROR_STOP=1 --dbname "${1:-postgres}"; } # what the input says

private() { # a folder for the time of this command
    umask 077
    part=$(mktemp -d ./private.XXXXXX)
    trap 'rm -rf "$part"' EXIT
}

backup() { # to the standard output
    private
    for name in mlflow predictions; do
        postgres pg_dump --format custom "$name" </dev/null >"$part/$name.dump"
    done
    ! runs mlflow || within mlflow tar --create --directory /var/lib/mlflow . </dev/null >"$part/artifacts.tar"
    cp -pR secrets "$part"
    [ ! -e .env ] || cp .env "$part/env"
    tar --create --gzip --directory "$part" .
}

exchange() { # FROM TO: the databases that serve become NAME_FROM, and those called NAME_TO serve
    say >/dev/null <<SQL
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN ('mlflow', 'predictions');
BEGIN;
ALTER DATABASE mlflow RENAME TO mlflow_$1;
ALTER DATABASE mlflow_$2 RENAME TO mlflow;
ALTER DATABASE predictions RENAME TO predictions_$1;
ALTER DATABASE predictions_$2 RENAME TO predictions;
COMMIT;
SQL
}

resume() { # what ran, on what it had stored
    rm -rf "$part"
    if [ -n "$exchanged" ]; then
        compose stop serve canary mlflow
        exchange restored replaced || echo "What was stored is in mlflow_replaced and predictions_replaced."
    fi
    [ -n "$running" ] || return 0
    # shellcheck disable=SC2086
    compose start $running
    within_seconds 60 all_ready || true
}

all_ready() { # of what ran
    for service in $running; do
        ready "$service" || return 1
    done
}

restore() { # from the standard input; REPLACE takes the place of what is stored
    private
    tar --extract --gzip --preserve-permissions --directory "$part" || refuse "This is no backup of a stack."
    for file in mlflow.dump predictions.dump secrets/postgres_password; do
        [ -s "$part/$file" ] || refuse "This is no backup of a stack: $file is missing."
    done
    [ ! -s "$part/artifacts.tar" ] || tar --list --file "$part/artifacts.tar" >/dev/null ||
        refuse "This is no backup of a stack: artifacts.tar is broken."
    if [ ! -s secrets/postgres_password ]; then
        mkdir -p secrets
        cp -pR "$part/secrets/." secrets
        [ ! -e "$part/env" ] || cp "$part/env" .env
    fi
    image=$(known SERVE_IMAGE)
    [ -z "$image" ] || docker image inspect "$image" >/dev/null 2>&1 || docker pull --quiet "$image" >&2 ||
        refuse "The image that served is neither here nor to be had: docker login, then again. Nothing was changed."
    compose up --detach postgres >&2
    await postgres
    for name in mlflow predictions; do
        tables=$(echo "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'" | say "$name")
        [ "$tables" = 0 ] || [ "$1" = replace ] ||
            refuse "The database $name holds data: --replace puts the backup in its place."
    done
    for name in mlflow predictions; do # beside what is stored, so that nothing is lost if it fails
        say <<SQL
DROP DATABASE IF EXISTS ${name}_replaced;
DROP DATABASE IF EXISTS ${name}_restored;
CREATE DATABASE ${name}_restored OWNER $name;
REVOKE CONNECT ON DATABASE ${name}_restored FROM PUBLIC;
SQL
        postgres pg_restore --dbname "${name}_restored" --exit-on-error <"$part/$name.dump"
    done
    running=$(compose ps --services --filter status=running | { grep -xE 'serve|canary|mlflow' || true; })
    exchanged=
    trap 'resume >&2' EXIT # whatever fails
    compose stop serve canary mlflow >&2
    exchange replaced restored
    exchanged=yes
    if [ -s "$part/artifacts.tar" ]; then
        compose up --detach --no-build mlflow >&2
        await mlflow
        within mlflow tar --extract --directory /var/lib/mlflow <"$part/artifacts.tar"
    fi
    if [ -n "$image" ]; then
        reload >&2
        start SERVE "$image" >&2
    fi
    exchanged=
    for name in mlflow predictions; do
        echo "DROP DATABASE ${name}_replaced WITH (FORCE)" | say
    done
}

move() { # the service to a ROLE with a PASSWORD, one container after the other
    printf 'postgresql+psycopg://%s:%s@postgres/predictions' "$1" "$2" >secrets/predictions_url
    running=$(compose ps --quiet serve)
    for container in $running; do
        docker restart "$container" >/dev/null
        await serve
    done
}

rotate() { # PostgreSQL knows one password for each role: another role stands in while that changes
    reload
    new=$(head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n')
    say <<SQL
SELECT 'CREATE ROLE stand_in LOGIN IN ROLE predictions' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'stand_in')
\\gexec
ALTER ROLE stand_in PASSWORD '$new';
ALTER ROLE stand_in SET ROLE predictions;
SQL
    move stand_in "$new" >&2
    say <<<"ALTER ROLE predictions PASSWORD '$new'"
    printf %s "$new" >secrets/predictions_password
    move predictions "$new" >&2
    say <<<"DROP ROLE stand_in"
}

case $1 in
rotate) rotate ;;
current) known SERVE_IMAGE ;;
port) compose port "$2" 8080 | sed 's/.*://' ;;
canary)
    deploy/compose/secrets.sh
    pull "$2" "${4:-}" "${5:-}"
    share "$3"
    start CANARY "$2"
    ;;
all)
    before=$(known SERVE_IMAGE)
    replace "$2"
    [ "$before" = "$2" ] || remember PREVIOUS_IMAGE "$before"
    prune "$2"
    ;;
backup) backup ;;
restore) restore "${2:-}" ;;
undo)
    if [ -z "$2" ]; then # nothing served before
        compose rm --stop --force serve canary
        forget SERVE_IMAGE
        exit
    fi
    serving=$(known SERVE_IMAGE)
    if [ "$serving" = "$2" ]; then
        retire
        exit
    fi
    runs canary || start CANARY "$2"
    replace "$2"
    ;;
esac
