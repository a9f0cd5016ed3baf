"""A setting or a system at fault ends with a sentence that names it, leaves nothing behind, and the next run works."""

import resource
import sys
from pathlib import Path

import pytest
from kedro_modelops.testing.project import Kedro, runs


def written(project: Path) -> list[Path]:
    """What the pipelines have left in the data folder."""
    return [path for path in project.glob("data/0[2-8]_*/**/*") if path.is_file()]


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("training.seed=-1", ["seed", "greater than or equal to 0", "found -1"]),
        ("training.seed=soon", ["seed", "valid integer", "found 'soon'"]),
        ("training.scoring=roc", ["did you mean roc_auc"]),
        ("evaluation.importance.repeats=0", ["importance.repeats", "greater than or equal to 2"]),
        ("problem.tarpet=x", ["tarpet", "Extra inputs are not permitted"]),
        ("training.search.class=subprocess.getoutput", ["subprocess.getoutput is not of sklearn", "training.packages"]),
        ("training.packages=subprocess", ["training.packages says which code may run"]),
        ("gates.contract.table=antigravity.fly", ["antigravity.fly is not of", "a contract stands in schemas.py"]),
    ],
)
def test_a_parameter_that_makes_no_sense_is_named(project: Path, kedro: Kedro, setting: str, told: list[str]) -> None:
    result = kedro("run", "--env", "ci", "--params", setting)
    assert result.exit_code == 1
    assert [part for part in told if part not in result.output.partition("Error: ")[2]] == []
    assert not written(project)
    assert runs(project) == []


def test_a_server_that_does_not_answer_is_named(project: Path, kedro: Kedro, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    result = kedro("run", "--env", "ci")
    assert result.exit_code == 1
    assert "MLflow at http://127.0.0.1:9 does not answer" in result.output
    assert not written(project)


def test_an_unknown_pipeline_is_named(project: Path, kedro: Kedro) -> None:
    result = kedro("run", "--pipelines=trainign")
    assert result.exit_code == 1
    assert "there is no pipeline 'trainign'" in result.output


def test_a_dataset_that_the_catalog_does_not_name_is_named(project: Path, kedro: Kedro) -> None:
    catalog = project / "conf/base/catalog.yml"
    catalog.write_text(catalog.read_text().replace("\nreference:", "\nreferences:"))
    result = kedro("run", "--env", "ci", "--pipelines=inference")
    assert result.exit_code == 1
    assert "conf/base/catalog.yml has no 'reference', which this pipeline needs" in result.output


def test_a_folder_without_files_is_named(project: Path, kedro: Kedro) -> None:
    (project / "data/incoming").mkdir()
    catalog = project / "conf/ci/catalog.yml"
    catalog.write_text("serving_model: {type: MemoryDataset, data: 1}\nreference: {type: MemoryDataset, data: 1}\n")
    result = kedro("run", "--env", "ci", "--pipelines=inference")
    assert result.exit_code == 1
    assert "Error: there is no file in data/incoming\n" in result.output


def test_a_full_disk_leaves_no_half_written_file_and_the_next_run_works(
    project: Path, kedro: Kedro, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A limit on the size of files stands for the disk: the system refuses the write in the same way.

    Python before 3.12.8 keeps the bytecode that it could write only in part, so it must write none meanwhile.
    """
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        result = kedro("run", "--env", "ci", "--pipelines=data_processing")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert result.exit_code == 1
    assert "what was half written has been removed" in result.output
    assert not written(project)
    assert kedro("run", "--env", "ci", "--pipelines=data_processing").exit_code == 0
