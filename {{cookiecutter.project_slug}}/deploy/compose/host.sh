#!/bin/sh
# What a deployment does on the host, in the folder of compose.yaml; .env keeps what was done. See target.sh.
set -eu

compose() {
    if docker compose version >/dev/null 2>&1; then
        docker compose --profile canary "$@"
    else
        docker-compose --profile canary "$@"
    fi
}

remember() {
    touch .env
    sed -i "/^$1=/d" .env
    echo "$1=$2" >>.env
}

known() { sed -n "s/^$1=//p" .env; }

start() { # with IMAGE; waits until it is ready
    remember "$1_IMAGE" "$2"
    service=$(echo "$1" | tr '[:upper:]' '[:lower:]')
    compose up --detach --no-build "$service" proxy
    container=$(compose ps --quiet "$service")
    end=$(($(date +%s) + 90))
    while [ "$(date +%s)" -lt "$end" ]; do
        [ "$(docker inspect --format '{{.State.Health.Status}}' "$container")" = healthy ] && return
        sleep 1
    done
    compose logs --tail=50 "$service" >&2
    echo "$service is not ready after 90 seconds" >&2
    exit 1
}

case $1 in
current) known SERVE_IMAGE ;;
port) known "$2_PORT" ;;
canary)
    deploy/compose/secrets.sh
    docker pull --quiet "$2"
    remember CANARY_WEIGHT "$3"
    remember SERVE_WEIGHT $((100 - $3))
    start CANARY "$2"
    ;;
all)
    start SERVE "$2"
    compose rm --stop --force canary
    ;;
undo)
    [ -z "$2" ] || [ "$(known SERVE_IMAGE)" = "$2" ] || start SERVE "$2"
    compose rm --stop --force canary
    ;;
esac
