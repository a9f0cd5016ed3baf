"""`kedro release train` and `propose`: what they leave in git, and what people are told."""

import os
from pathlib import Path

import pytest
from kedro_modelops.errors import RefusedError
from kedro_modelops.release import training
from kedro_modelops.release.programs import ReleaseError
from kedro_modelops.release.pull_requests import training as pull_request
from kedro_modelops.testing.project import git

DVC = """#!/bin/sh
[ "$*" = "repro --pull" ] || exit 9
{script}
"""
TRAINED = (
    "mkdir -p data/08_reporting && echo '{}' >data/08_reporting/gates.json && echo r >data/08_reporting/report.html"
)
GH = """#!/bin/sh
echo "$*" >>{home}/told
for word; do
    case $word in body=@*) cat "${{word#body=@}}" >>{home}/told ;; */summary.md) cat "$word" >>{home}/told ;; esac
done
"""


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone with a parameter, on main."""
    clone = tmp_path / "clone"
    (clone / "conf/base").mkdir(parents=True)
    (clone / "conf/base/parameters.yml").write_text("training:\n  seed: 1\n")
    (clone / ".gitignore").write_text("build\ndata\n")
    (tmp_path / "origin").mkdir()
    git(tmp_path / "origin", "init", "--quiet", "--bare", "--initial-branch=main")
    git(clone, "init", "--quiet", "--initial-branch=main")
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "--message", "Start")
    git(clone, "remote", "add", "origin", str(tmp_path / "origin"))
    git(clone, "push", "--quiet", "origin", "main")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/gh").write_text(GH.format(home=tmp_path))
    (tmp_path / "bin/gh").chmod(0o755)
    monkeypatch.chdir(clone)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=os.pathsep)
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "REPORT"):
        monkeypatch.delenv(name, raising=False)
    return clone


def train(work: Path, script: str, parameters: str = "", reasons: str = "") -> int:
    """Trains, where DVC does what a script says."""
    dvc = work.parent / "bin/dvc"
    dvc.write_text(DVC.format(script=script))
    dvc.chmod(0o755)
    return training.train(parameters, reasons, lambda: "## It is good")


def told(work: Path) -> str:
    """What GitHub's command line was told."""
    return (work.parent / "told").read_text()


def test_what_was_trained_is_proposed_once_with_the_commits_that_it_was_made_of(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = git(work, "rev-parse", "HEAD")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(work / "build/summary"))
    (work / "build").mkdir()
    assert train(work, f"{TRAINED} && grep -c 7 conf/base/parameters.yml >dvc.lock", "training.seed=7", "drift") == 0
    summary = (work / "build/training/summary.md").read_text()
    assert summary == "## It is good\n\nAsked for because: drift\n"
    assert (work / "build/summary").read_text() == summary
    assert (work / "build/training/report.html").exists()
    branch = (work / "build/training/branch").read_text().strip()
    assert git(work, "log", "--format=%s", f"{base}..{branch}").splitlines() == [
        "Record what a training came to",
        "Train with training.seed=7",
    ]
    git(work, "switch", "--quiet", "main")
    git(work, "branch", "--delete", "--force", branch)  # another machine has the bundle alone
    monkeypatch.setenv("REPORT", "https://report.example")
    pull_request.main()
    assert git(work, "ls-remote", "--heads", "origin", branch)
    assert "pr create --head " + branch in told(work)
    assert "[Report and plots](https://report.example)" in told(work)
    pull_request.main()
    assert told(work).count("pr create") == 1


def test_a_training_that_fails_ends_with_its_status_and_is_told_on_the_commit(work: Path) -> None:
    assert train(work, f"{TRAINED}; exit 7") == 7
    assert (work / "build/training/summary.md").read_text() == "## It is good\n"
    assert not (work / "build/training/branch").exists()
    pull_request.main()
    assert f"api repos/{{owner}}/{{repo}}/commits/{git(work, 'rev-parse', 'HEAD')}/comments" in told(work)
    assert "## It is good" in told(work)


@pytest.mark.parametrize(
    ("script", "status", "sentence"),
    [("exit 5", 5, "It ended before its gates"), (":", 0, "Nothing has changed since the last one")],
)
def test_where_no_gate_judged_the_summary_says_so(
    work: Path, capfd: pytest.CaptureFixture[str], script: str, status: int, sentence: str
) -> None:
    (work / "dvc.lock").write_text("as before\n")
    git(work, "add", "dvc.lock")
    git(work, "commit", "--quiet", "--message", "Lock")
    assert train(work, script) == status
    assert sentence in (work / "build/training/summary.md").read_text()
    assert not (work / "build/training/branch").exists()


def test_a_parameter_that_does_not_exist_is_refused_before_anything_is_trained(work: Path) -> None:
    with pytest.raises(RefusedError, match="nothing"):
        train(work, "touch trained", "training.nothing=1")
    assert not (work / "trained").exists()


def test_without_a_training_there_is_nothing_to_propose(work: Path) -> None:
    with pytest.raises(ReleaseError, match=r"there is no build/training/summary\.md: make train writes it"):
        pull_request.main()
