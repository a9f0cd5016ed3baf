#!/usr/bin/env bash
# Pushes images that were built here to IMAGE_REPOSITORY, tagged with VERSION: push.sh serve train. Prints their names
# there, with digests, and both parts of the first one.
set -euo pipefail
docker=${DOCKER:-docker} repository=${IMAGE_REPOSITORY:-ghcr.io/${GITHUB_REPOSITORY:?or name IMAGE_REPOSITORY}}
for image in "$@"; do
    built=${image^^}_IMAGE name=${repository,,}/$image
    "$docker" tag "${!built}" "$name:$VERSION"
    "$docker" push --quiet "$name:$VERSION" >&2
    pushed=$("$docker" image inspect --format '{{join .RepoDigests "\n"}}' "$name:$VERSION" | grep --max-count=1 "^$name@")
    echo "$image=$pushed"
    [[ $image != "$1" ]] || printf 'name=%s\ndigest=%s\n' "$name" "${pushed#*@}"
done
