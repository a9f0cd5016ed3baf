#!/usr/bin/env bash
# Trains on what has changed since the last training. build/training tells people what came out, and holds the commits.
# PARAMETERS, such as "training.seed=7", are written into conf/base and committed first: no version is promoted that was
# made of what no commit holds. REASONS says why, where something else than a person asked.
set -euo pipefail
told=build/training/summary.md verdict=data/08_reporting/gates.json
rm -rf build/training
mkdir -p build/training
base=$(git rev-parse HEAD)
if [[ -n ${GITHUB_ACTIONS:-} ]]; then # nobody has told git who commits
    git config user.name "github-actions[bot]"
    git config user.email "41898282+github-actions[bot]@users.noreply.github.com"
fi

if [[ -n ${PARAMETERS:-} ]]; then
    read -ra assignments <<<"$PARAMETERS"
    git switch --quiet --detach
    kedro set-parameters "${assignments[@]}"
    git diff --quiet conf/base || git commit --quiet --message "Train with $PARAMETERS" conf/base
fi

judged() { git hash-object "$verdict" 2>/dev/null || true; }
before=$(judged) status=0
dvc repro --pull || status=$? # what was trained before, here or elsewhere, is fetched
if [[ $(judged) != "$before" ]]; then
    kedro model summary --output "$told"
    cp data/08_reporting/report.html build/training
elif ((status)); then
    printf '## Training\n\nIt ended before its gates: the log of the step says why. Nothing was registered.\n' >"$told"
else
    printf '## Training\n\nNothing has changed since the last one.\n' >"$told"
fi
[[ -z ${REASONS:-} ]] || printf '\nAsked for because: %s\n' "$REASONS" >>"$told"
cat "$told" >>"${GITHUB_STEP_SUMMARY:-/dev/stdout}"
((status == 0)) || exit "$status"

git add dvc.lock
if ! git diff --quiet --cached; then
    branch=training-$(git hash-object dvc.lock | cut -c-10)
    git switch --quiet --force-create "$branch"
    git commit --quiet --message "Record what a training came to" dvc.lock
    git bundle create --quiet build/training/commits "$base..$branch"
    echo "$branch" >build/training/branch
fi
