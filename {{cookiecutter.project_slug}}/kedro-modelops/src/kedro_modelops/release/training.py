"""Trains on what has changed since the last training, and leaves what people are told and the commits to propose."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from kedro_modelops.release.programs import append, capture, say, status, succeeds
from kedro_modelops.release.pull_requests.training import TRAINING
from kedro_modelops.sessions.parameter_files import set_parameter

REPORTING = Path("data/08_reporting")
LOCK, PARAMETERS = Path("dvc.lock"), Path("conf/base")
FAILED = "## Training\n\nIt ended before its gates: the log of the step says why. Nothing was registered.\n"
NOTHING = "## Training\n\nNothing has changed since the last one.\n"


def train(parameters: str, reasons: str, summarize: Callable[[], str]) -> int:
    """Trains.

    Args:
        parameters: Such as `training.seed=7`, separated by spaces: they are written into `conf/base` and committed
            first, as no version is promoted that was made of what no commit holds.
        reasons: Why, where something else than a person asked.
        summarize: Tells in Markdown what the newest training came to.

    Returns:
        Exit status of the training. `TRAINING` holds `summary.md` and, if there is something to propose, the name of
        its branch and a bundle of its commits.
    """
    shutil.rmtree(TRAINING, ignore_errors=True)
    TRAINING.mkdir(parents=True)
    base = capture("git", "rev-parse", "HEAD")
    if os.environ.get("GITHUB_ACTIONS"):  # nobody has told git who commits
        capture("git", "config", "user.name", "github-actions[bot]")
        capture("git", "config", "user.email", "41898282+github-actions[bot]@users.noreply.github.com")
    if parameters:
        _change(parameters)
    before = _verdict()
    ended = status("dvc", "repro", "--pull")  # what was trained before, here or elsewhere, is fetched
    summary = FAILED if ended else NOTHING
    if _verdict() != before:
        summary = f"{summarize()}\n"
        shutil.copy(REPORTING / "report.html", TRAINING)
    if reasons:
        summary += f"\nAsked for because: {reasons}\n"
    (TRAINING / "summary.md").write_text(summary, encoding="utf-8")
    append("GITHUB_STEP_SUMMARY", summary, default="/dev/stdout")
    if ended == 0:
        _record(base)
    return ended


def _change(parameters: str) -> None:
    """Commits parameters."""
    capture("git", "switch", "--quiet", "--detach")
    for assignment in parameters.split():
        say(f"{assignment} stands in {set_parameter(PARAMETERS, assignment)}")
    if not succeeds("git", "diff", "--quiet", str(PARAMETERS)):
        capture("git", "commit", "--quiet", "--message", f"Train with {parameters}", str(PARAMETERS))


def _verdict() -> bytes:
    """What the gates said last."""
    verdict = REPORTING / "gates.json"
    return verdict.read_bytes() if verdict.exists() else b""


def _record(base: str) -> None:
    """Commits `dvc.lock` to a branch that is named after it: the same training is proposed once."""
    capture("git", "add", str(LOCK))
    if succeeds("git", "diff", "--quiet", "--cached", "--", str(LOCK)):
        return
    branch = f"training-{capture('git', 'hash-object', str(LOCK))[:10]}"
    capture("git", "switch", "--quiet", "--force-create", branch)
    capture("git", "commit", "--quiet", "--message", "Record what a training came to", str(LOCK))
    capture("git", "bundle", "create", "--quiet", str(TRAINING / "commits"), f"{base}..{branch}")
    (TRAINING / "branch").write_text(f"{branch}\n", encoding="utf-8")
