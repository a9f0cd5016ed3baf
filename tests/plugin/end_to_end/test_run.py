import json
import shutil
from pathlib import Path
from typing import Any

import mlflow
from kedro_modelops.testing.project import Kedro, connect
from kedro_modelops.testing.run import RunTests, attempts, tracked
from mlflow.entities import Run


class TestRun(RunTests):
    """What one run of the training attempt leaves."""


def evidence(client: mlflow.MlflowClient, run: Run) -> set[str]:
    return {found.path for found in client.list_artifacts(run.info.run_id)}


def test_a_later_look_is_a_run_of_its_own_and_the_registered_one_stays(
    project: Path, kedro: Kedro, parameters: dict[str, Any]
) -> None:
    assert kedro("run", "--env", "ci").exit_code == 0
    client = connect(project)
    (registered,) = attempts(client)

    other = parameters["evaluation"]["slices"]["min_samples"] + 1
    again = kedro("run", "--env", "ci", "--pipelines=evaluation", f"--params=evaluation.slices.min_samples={other}")
    assert again.exit_code == 0, again.output
    before, look = attempts(connect(project))
    assert before.to_dictionary() == registered.to_dictionary()
    assert look.data.tags["continues"] == registered.info.run_id
    assert look.data.tags["changed.evaluation.slices.min_samples"] == str(other)
    assert look.info.status == "FINISHED"

    assert kedro("run", "--env", "ci", "--pipelines=registration").exit_code == 0  # it goes on with the open one
    before, look = attempts(connect(project))
    assert before.to_dictionary() == registered.to_dictionary()
    assert evidence(client, look) == evidence(client, before) - {"model"}
    note = json.loads((project / "data/06_models/registered_version.json").read_text())
    assert (note["version"], note["run_id"]) == (2, look.info.run_id)
    assert kedro("model", "promote", "2", "--to", "production").exit_code == 0

    same = kedro("run", "--env", "ci", "--pipelines=registration")
    assert same.exit_code == 0
    assert len(attempts(connect(project))) == 2, "a run of nothing"
    assert json.loads((project / "data/06_models/registered_version.json").read_text()) == note


def test_a_run_in_which_nothing_began_is_not_kept(project: Path, kedro: Kedro) -> None:
    next((project / "data/01_raw/flights").glob("*.parquet")).write_bytes(b"no parquet")
    assert kedro("run", "--env", "ci").exit_code == 1
    assert tracked(connect(project)) == []


def test_the_store_of_another_clone_gets_a_run_that_names_the_old_one(
    project: Path, trained: Path, kedro: Kedro, parameters: dict[str, Any]
) -> None:
    shutil.copytree(trained / "data", project / "data", dirs_exist_ok=True)
    (project / "data/06_models/registered_version.json").unlink()
    other = parameters["evaluation"]["slices"]["min_samples"] + 1
    changed = f"--params=evaluation.slices.min_samples={other}"
    result = kedro("run", "--env", "ci", "--pipelines=evaluation,registration", changed)
    assert result.exit_code == 0, result.output
    (there,) = attempts(connect(trained))
    client = connect(project)
    (look,) = attempts(client)
    assert look.data.tags["continues"] == there.info.run_id
    assert look.info.run_name == f"{there.info.run_name}, judged again"
    assert kedro("model", "promote", "challenger", "--to", "production").exit_code == 0
    name = json.loads((project / "data/06_models/registered_version.json").read_text())["name"]
    served = mlflow.sklearn.load_model(f"models:/{name}@champion")
    assert str(served) == str(mlflow.sklearn.load_model(str(trained / "data/06_models/model")))


def test_what_was_pulled_registers_alone_in_another_clone(project: Path, trained: Path, kedro: Kedro) -> None:
    shutil.copytree(trained / "data", project / "data", dirs_exist_ok=True)
    assert kedro("run", "--env", "ci", "--pipelines=registration").exit_code == 0
    (there,) = attempts(connect(trained))
    client = connect(project)
    (look,) = attempts(client)
    assert evidence(client, look) == evidence(connect(trained), there) - {"model"}
    connect(project)
    assert kedro("model", "promote", "challenger", "--to", "production").exit_code == 0
