"""train.yml, executed: a real MLflow server, a real DVC remote, and a pull request on a stand-in for github.com."""

import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from baking import AUTHOR, COMBINATIONS, clean_environment, run
from conftest import Bake
from expressions import Evaluator
from github import GitHub, results, told
from images import ask, free_port

pytestmark = pytest.mark.slow
SMALL = """
    training.cross_validation.options={n_splits: 2}
    training.candidates.logistic_regression.space={C: [0.1]}
    training.candidates.decision_tree.space={max_depth: [6], min_samples_leaf: [200]}
    training.candidates.gradient_boosting.space={learning_rate: [0.1], max_leaf_nodes: [15], min_samples_leaf: [200]}
"""


@pytest.fixture(scope="module")
def github(bake: Bake, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GitHub]:
    """A repository with data, the smallest of searches, and an MLflow server."""
    home = tmp_path_factory.mktemp("training")
    project = bake(**COMBINATIONS["laptop"], project_slug="night-flights").copy(home / "clone")
    project.make("setup", env=AUTHOR)
    assignments = [line.strip() for line in SMALL.splitlines() if line.strip()]
    project.run(".venv/bin/kedro", "set-parameters", *assignments)
    port = free_port()
    address, folder = f"http://127.0.0.1:{port}", home / "mlflow"
    folder.mkdir()
    command = [project.path / ".venv/bin/mlflow", "server", "--host=127.0.0.1", f"--port={port}", "--workers=1"]
    command += ["--backend-store-uri=sqlite:///mlflow.db", f"--artifacts-destination={folder}"]
    with (folder / "log").open("wb") as log, subprocess.Popen(
        command, cwd=folder, env=clean_environment(), stdout=log, stderr=subprocess.STDOUT
    ) as server:  # fmt: skip
        github = GitHub(project, Evaluator.install(_new(home / "expressions")), home / "github")
        github.variables["MLFLOW_TRACKING_URI"] = address
        github.push("Search less")
        github.store_data()
        try:
            _await(f"{address}/health", folder / "log")
            yield github
        finally:
            server.terminate()


def _new(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _await(address: str, log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            ask(address)
        except OSError:
            assert time.monotonic() < deadline, log.read_text("utf-8")
            time.sleep(0.2)
        except ValueError:  # it answers, though not in JSON
            return


def versions(github: GitHub) -> list[str]:
    """Versions in the registry of the server."""
    address = f"{github.variables['MLFLOW_TRACKING_URI']}/api/2.0/mlflow/model-versions/search"
    return sorted(version["version"] for version in ask(address)[1].get("model_versions", []))


def test_a_training_is_proposed_and_its_merge_starts_no_other(github: GitHub) -> None:
    with ThreadPoolExecutor() as pool:
        trainings = [pool.submit(github.run, "train", "push") for _ in range(2)]
        first, second = (training.result() for training in trainings)
    assert results(first) == results(second) == {"train": {"success"}, "propose": {"success"}}, told(first | second)
    assert versions(github) == ["1"]
    ((branch, pull),) = github.state["pulls"].items()
    (comment,) = pull["comments"]
    assert "All gates passed" in comment
    assert "| roc_auc |" in comment
    assert f"[MLflow run]({github.variables['MLFLOW_TRACKING_URI']}/#/experiments/" in comment
    assert "[Report and plots](https://github.com/artifacts/training)" in comment
    run("git", "fetch", "--quiet", "origin", branch, cwd=github.project.path)
    run("git", "merge", "--quiet", "--no-ff", "--message=Merge", "FETCH_HEAD", cwd=github.project.path, env=AUTHOR)
    changed = run("git", "diff", "--name-only", "HEAD^", cwd=github.project.path).stdout.split()
    assert changed == ["dvc.lock"]
    assert github.starts("push", changed) == {"ci"}
    github.push()
    github.project.run(".venv/bin/dvc", "pull", "--quiet")
    assert (github.project.path / "data/08_reporting/report.html").exists()
