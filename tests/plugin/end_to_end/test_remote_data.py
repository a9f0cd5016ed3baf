"""An environment may keep `data` on whatever fsspec reaches: what comes out is what comes out on this disk."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
import yaml
from kedro.config import OmegaConfigLoader
from kedro.framework.project import settings
from kedro.framework.startup import bootstrap_project
from kedro.io import MemoryDataset
from kedro_modelops.errors import RefusedError
from kedro_modelops.registry import model_registry, seals
from kedro_modelops.sessions.local_copies import local_copy
from kedro_modelops.stages import dvc_lock
from kedro_modelops.testing.project import Kedro, connect, git
from kedro_modelops.testing.run import attempts

NAME = "flight-delays"
EVIDENCE = (
    "gates.json",
    "golden.json",
    "metrics.json",
    "model_card.md",
    "passed_gates.json",
    "test_predictions.parquet",
)


@pytest.fixture
def bucket(project: Path) -> Iterator[Any]:
    """Where the data of the environment are: in the memory of this process, which stands for a bucket."""
    (project / "conf/ci/globals.yml").write_text(yaml.safe_dump({"raw": "data/01_raw", "data": "memory:///bucket"}))
    git(project, "commit", "--quiet", "--all", "--message", "Keep data elsewhere")
    filesystem = fsspec.filesystem("memory")
    yield filesystem
    filesystem.rm("/bucket", recursive=True)


def test_a_training_leaves_there_and_in_mlflow_what_it_leaves_here(
    project: Path, trained: Path, kedro: Kedro, bucket: Any
) -> None:
    before = files_of(project)
    done = kedro("run", "--env", "ci")
    assert done.exit_code == 0, done.output
    assert "Report: memory:///bucket/08_reporting/report.html" in done.output
    assert files_of(project) - before <= {"data/.training.lock"}
    here = {path.relative_to(trained / "data").as_posix() for path in (trained / "data").rglob("*") if path.is_file()}
    there = {path.removeprefix("/bucket/") for path in bucket.find("/bucket")}
    assert there == {path for path in here if path[:2].isdigit() and path[:2] not in {"01"} and ".git" not in path}
    predictions = "07_model_output/test_predictions.parquet"
    assert bucket.cat(f"/bucket/{predictions}") == (trained / "data" / predictions).read_bytes()
    client = connect(project)
    (run,) = attempts(client)
    assert set(EVIDENCE) <= {found.path for found in client.list_artifacts(run.info.run_id)}
    assert seals.changed(model_registry.find(NAME, "1")) == []

    again = kedro("run", "--env", "ci", "--pipelines=registration")  # of the model and the evidence that are there
    assert again.exit_code == 0, again.output
    assert kedro("model", "promote", "1", "--to", "production").exit_code == 0
    shutil.copytree(project / "data/01_raw/flights", project / "data/incoming", dirs_exist_ok=True)
    for pipeline in ("inference", "monitoring"):
        done = kedro("run", "--env", "ci", f"--pipelines={pipeline}")
        assert done.exit_code == 0, done.output
    assert bucket.find("/bucket/07_model_output/scores")
    assert "Page: memory:///bucket/08_reporting/monitoring.html" in done.output


def files_of(project: Path) -> set[str]:
    """What stands in a project's folder, but for stores of MLflow and of predictions, and logs."""
    found = {path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file()}
    return {path for path in found if path.startswith(("data/", "memory:"))}


def test_a_model_that_is_not_there_is_told_by_its_address(project: Path, kedro: Kedro, bucket: Any) -> None:
    bucket.touch("/bucket/nothing")
    done = kedro("run", "--env", "ci", "--pipelines=evaluation")
    assert done.exit_code == 1
    assert "there is no model in memory:///bucket/06_models/model: run the pipeline training first" in done.output


def test_a_training_on_rows_that_nothing_names_is_refused(kedro: Kedro, bucket: Any) -> None:
    bucket.touch("/bucket/nothing")
    done = kedro("run", "--env", "ci", "--pipelines=training")
    assert done.exit_code == 1
    assert "make it in the run that trains, `--pipelines=data_processing,training`" in done.output


def test_a_run_with_a_bucket_is_not_told_to_dvc(project: Path) -> None:
    (project / "conf/cluster/globals.yml").write_text("data: memory:///bucket\n")
    bootstrap_project(project)
    base, bucket = (OmegaConfigLoader("conf", env=env, **settings.CONFIG_LOADER_ARGS) for env in ("base", "cluster"))
    assert not dvc_lock._is_base(bucket)
    assert dvc_lock._is_base(base)


def test_a_dataset_in_no_file_is_refused() -> None:
    with pytest.raises(RefusedError, match="a MemoryDataset is no file that MLflow"), local_copy(MemoryDataset(1)):
        pass
