#!/usr/bin/env bash
# Opens a pull request with the commits that `make train` left, and says in it what came out; of a training that was
# refused it tells on the commit. REPORT is the address of the report.
set -euo pipefail
cd build/training
[[ -z ${REPORT:-} ]] || printf '\n[Report and plots](%s)\n' "$REPORT" >>summary.md
if [[ ! -f branch ]]; then
    gh api "repos/{owner}/{repo}/commits/$(git rev-parse HEAD)/comments" --field body=@summary.md --silent
    exit
fi
branch=$(<branch)
if git ls-remote --exit-code --heads origin "$branch" >/dev/null; then
    echo "$branch is proposed already."
    exit
fi
git bundle unbundle commits >/dev/null
git push --quiet origin "$(git bundle list-heads commits | cut -d' ' -f1):refs/heads/$branch"
gh pr create --head "$branch" --base main --title "Take over what a training came to" --body \
    "Merge it with a merge commit: the model's lineage names the commits. Then deploy the version, or leave it."
gh pr comment "$branch" --body-file summary.md
