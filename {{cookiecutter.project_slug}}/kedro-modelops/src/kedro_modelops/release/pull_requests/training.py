"""Opens a pull request with the commits that a training left, and says in it what came out."""

import os
from pathlib import Path

from kedro_modelops.release.programs import ReleaseError, capture, say
from kedro_modelops.shared_repository.project_folder import title_prefix

TRAINING = Path("build/training")
"""What `kedro release train` leaves: `summary.md` and, if there is something to propose, `branch` and `commits`."""
BODY = "Merge it with a merge commit: the model's lineage names the commits. Then deploy the version, or leave it."


def main() -> None:
    """Proposes what was trained; of a training that was refused it tells on the commit.

    `REPORT` is the address of the report.
    """
    summary = TRAINING / "summary.md"
    if not summary.is_file():
        msg = f"there is no {summary}: make train writes it"
        raise ReleaseError(msg)
    if report := os.environ.get("REPORT"):
        with summary.open("a", encoding="utf-8") as file:
            file.write(f"\n[Report and plots]({report})\n")
    named = TRAINING / "branch"
    if not named.exists():
        comments = f"repos/{{owner}}/{{repo}}/commits/{capture('git', 'rev-parse', 'HEAD')}/comments"
        capture("gh", "api", comments, "--field", f"body=@{summary}", "--silent")
        return
    branch = named.read_text(encoding="utf-8").strip()
    if capture("git", "ls-remote", "--heads", "origin", f"refs/heads/{branch}"):
        say(f"{branch} is proposed already.")
        return
    commits = str(TRAINING / "commits")
    capture("git", "bundle", "unbundle", commits)
    head = capture("git", "bundle", "list-heads", commits).split()[0]
    capture("git", "push", "--quiet", "origin", f"{head}:refs/heads/{branch}")
    title = f"{title_prefix(Path.cwd())}Take over what a training came to"
    capture("gh", "pr", "create", "--head", branch, "--base", "main", "--title", title, "--body", BODY)
    capture("gh", "pr", "comment", branch, "--body-file", str(summary))
