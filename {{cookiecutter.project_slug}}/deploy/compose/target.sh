#!/usr/bin/env bash
# What docker/release.py asks of a Docker host, over SSH: DEPLOY_HOST is ssh://user@host:port or user@host, DEPLOY_FOLDER
# where compose.yaml shall be there. DEPLOY_SSH_KEY and DEPLOY_KNOWN_HOSTS are contents, not files; without them SSH
# knows what it knows here.
#   target.sh current             the image that serves
#   target.sh canary IMAGE SHARE  starts it; it takes SHARE per cent of the requests
#   target.sh all IMAGE           it takes all
#   target.sh undo IMAGE          all is as before: IMAGE serves, and there is no canary
#   target.sh reach CANARY PORT   leads from PORT here to the canary (SERVE: to the service) until it is ended
set -euo pipefail
folder=${DEPLOY_FOLDER:-$(basename "$PWD")} private=$(mktemp --directory)
trap 'rm -rf "$private"' EXIT
options=(-o BatchMode=yes)
if [[ -n ${DEPLOY_SSH_KEY:-} ]]; then
    (umask 077 && printf '%s\n' "$DEPLOY_SSH_KEY" >"$private/key")
    options+=(-i "$private/key" -o IdentitiesOnly=yes)
fi
if [[ -n ${DEPLOY_KNOWN_HOSTS:-} ]]; then
    printf '%s\n' "$DEPLOY_KNOWN_HOSTS" >"$private/hosts"
    options+=(-o "UserKnownHostsFile=$private/hosts" -o StrictHostKeyChecking=yes)
fi
host=(ssh "${options[@]}" "$DEPLOY_HOST")
on_host() { "${host[@]}" "mkdir -p '$folder' && cd '$folder' && $*"; }

case $1 in
reach)
    port=$(on_host "deploy/compose/host.sh port $2")
    default=8080
    [[ $2 == SERVE ]] || default=8081
    ssh "${options[@]}" -N -L "127.0.0.1:$3:127.0.0.1:${port:-$default}" "$DEPLOY_HOST"
    ;;
*)
    tar --create compose.yaml deploy | on_host tar --extract
    on_host "deploy/compose/host.sh ${*@Q}"
    ;;
esac
