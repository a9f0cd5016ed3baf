"""Opens a pull request with a later version of the template, or brings the open one up to date.

It runs nothing of what the patch holds: the template's code ran in another job, which had no secrets.
"""

from pathlib import Path

from kedro_modelops.release.programs import ReleaseError, capture, say
from kedro_modelops.shared_repository.project_folder import suffix, title_prefix

UPDATE = Path("build/update")
"""What `kedro modelops update --patch build/update` leaves: `update.patch`, `summary.md`, `version`, `conflicts`."""
BRANCH = "template-update"
BOT = (
    "-c",
    "user.name=github-actions[bot]",
    "-c",
    "user.email=41898282+github-actions[bot]@users.noreply.github.com",
    "-c",
    "core.hooksPath=/dev/null",
)


def main() -> None:
    """Pushes the branch, and opens its pull request; one with conflicts is a draft."""
    patch = UPDATE / "update.patch"
    if not patch.is_file():
        msg = f'there is no {patch}: make update ARGS="--defaults --patch {UPDATE.as_posix()}" writes it'
        raise ReleaseError(msg)
    branch = f"{BRANCH}{suffix(Path.cwd())}"
    title = f"{title_prefix(Path.cwd())}Update the template to {(UPDATE / 'version').read_text('utf-8').strip()}"
    base = capture("git", "rev-parse", "HEAD")
    capture("git", "apply", "--index", "--binary", "--whitespace=nowarn", str(patch))
    capture("git", *BOT, "commit", "--quiet", "--no-verify", "--message", title)
    capture("git", "push", "--quiet", "--force", "origin", f"HEAD:refs/heads/{branch}")
    capture("git", "reset", "--hard", "--quiet", base)
    conflicts = (UPDATE / "conflicts").exists()
    body = ("--title", title, "--body-file", str(UPDATE / "summary.md"))
    if capture("gh", "pr", "list", "--head", branch, "--json", "number", "--jq", "length") != "0":
        capture("gh", "pr", "edit", branch, *body)
        capture("gh", "pr", "ready", branch, *["--undo"] * conflicts)
        say(f"The open pull request of {branch} is up to date: {title}.")
        return
    capture("gh", "pr", "create", "--head", branch, "--base", "main", *body, *["--draft"] * conflicts)
    say(f"{title}: a pull request is open.")
