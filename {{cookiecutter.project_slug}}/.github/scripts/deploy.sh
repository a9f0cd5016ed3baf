#!/usr/bin/env bash
# Brings IMAGE, which holds VERSION, to the environment TO and writes that into the ledger; VERSION=rollback brings back
# what served there before, in the image in which it did.
set -euo pipefail
: "${TO:?name the environment: TO=staging or TO=production}" "${VERSION:?}"
approvers=""
if [[ -n ${GH_TOKEN:-} && -n ${GITHUB_RUN_ID:-} ]]; then
    approvals="repos/{owner}/{repo}/actions/runs/$GITHUB_RUN_ID/approvals"
    approvers=$(gh api "$approvals" --jq '[.[].user.login] | unique | join(", ")')
fi
if [[ $VERSION == rollback ]]; then
    before=$(kedro model previous --in "$TO")
    read -r VERSION IMAGE <<<"$before"
    entry=(rollback --in "$TO")
else
    : "${IMAGE:?name it by its digest: IMAGE=registry/name@sha256:…}"
    entry=(promote "$VERSION" --to "$TO")
fi
mkdir -p build
kedro model golden "$VERSION" >build/golden.json
python docker/release.py "$IMAGE" build/golden.json
[[ -z ${REASON:-} ]] || entry+=(--reason "$REASON")
kedro model "${entry[@]}" --approved-by "$approvers"
