"""A misspelt name is refused before anything runs, with what is similar; and each node can be run alone."""

import re
import shutil
from pathlib import Path

import pytest
from flight_delays.settings import CONFIG_LOADER_ARGS
from kedro.config import OmegaConfigLoader
from kedro.framework.project import pipelines
from kedro.pipeline import Pipeline
from kedro_modelops.sessions import preflight
from kedro_modelops.testing.project import Kedro


def refused(kedro: Kedro, *arguments: str) -> str:
    result = kedro("run", "--env", "ci", *arguments)
    assert result.exit_code == 1, result.output
    assert not re.search(r"\d+/\d+ \w", result.output)
    return " ".join(result.output.partition("Error: ")[2].split())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--from-nodes=measure_slicse"], "no node 'measure_slicse' in what is to run; did you mean measure_slices"),
        (["--to-nodes=measure_slicse"], "measure_slices"),
        (["--nodes=measure_slicse"], "measure_slices"),
        (["--from-inputs=trainset"], "there is no dataset 'trainset' in what is to run; did you mean train_set"),
        (["--to-outputs=metrisc"], "did you mean metrics"),
        (["--tags=slow"], "there is no tag 'slow'"),
        (["--pipelines=trainign"], "there is no pipeline 'trainign'; did you mean training"),
        (["--env=prodution"], "there is no environment 'prodution' in conf; did you mean production?"),
        (["--params=splitt.window=rolling"], "there is no parameter 'splitt' in conf; did you mean split"),
        (["--pipelines=training", "--params=split.windoww=rolling"], "did you mean split.window"),
        (["--params=training.sede=1"], "sede"),
    ],
)
@pytest.mark.usefixtures("project")
def test_a_misspelt_argument_is_refused_with_what_is_similar(kedro: Kedro, arguments: list[str], told: str) -> None:
    assert told in refused(kedro, *arguments)


@pytest.mark.parametrize("environment", ["base", "ci"])
def test_a_misspelt_catalog_entry_is_refused(project: Path, kedro: Kedro, environment: str) -> None:
    base, catalog = project / "conf/base/catalog.yml", project / f"conf/{environment}/catalog.yml"
    text = base.read_text()
    if environment == "base":
        catalog.write_text(text.replace("\ntrain_set:", "\ntrainset:"))
        told = "has no 'train_set', which this pipeline makes and which would be lost; did you mean trainset"
    else:
        catalog.write_text("train_sets: {type: MemoryDataset}\n")
        told = "no pipeline knows 'train_sets', which the catalog has; did you mean train_set"
    assert told in refused(kedro)
    assert told in refused(kedro, "--pipelines=data_processing")


def test_an_entry_for_something_else_and_a_pattern_are_let_pass(project: Path, kedro: Kedro) -> None:
    catalog = project / "conf/base/catalog.yml"
    text = catalog.read_text().replace("\ntest_set:", '\n"{name}_set":').replace("test.parquet", "{name}.parquet")
    looked_at = "looked_at: {type: MemoryDataset, metadata: {used_by: notebooks} }"
    catalog.write_text(f"{text}\n{looked_at}\n")
    result = kedro("run", "--env", "ci", "--pipelines=data_processing")
    assert result.exit_code == 0, result.output
    assert (project / "data/05_model_input/test.parquet").exists()


def test_a_group_of_parameters_that_nothing_reads_is_refused(project: Path, kedro: Kedro) -> None:
    (project / "conf/ci/parameters_more.yml").write_text("splitt: {window: rolling}\n")
    assert "nothing reads the parameter 'splitt', which conf has" in refused(kedro, "--pipelines=training")


def all_nodes() -> list[tuple[Pipeline, str]]:
    pipelines.set_requested(None)
    return [(found, node.name) for name, found in pipelines.items() if name != "__default__" for node in found.nodes]


def test_every_node_begins_with_what_is_kept(project: Path) -> None:
    entries = OmegaConfigLoader(str(project / "conf"), **CONFIG_LOADER_ARGS)["catalog"]
    everything = all_nodes()
    assert everything
    for whole, name in everything:
        for option in ("from_nodes", "to_nodes", "node_names"):
            names = preflight.with_makers(whole, {option: [name]}, entries)
            inputs = whole.only_nodes(*names).inputs()
            assert name in names
            assert {needed for needed in inputs if not needed.startswith("params:")} <= entries.keys()


def test_a_look_from_any_node_on_works_after_a_good_run(trained: Path, project: Path, kedro: Kedro) -> None:
    shutil.copytree(trained / "data", project / "data", dirs_exist_ok=True)
    result = kedro("run", "--env", "ci", "--from-nodes=measure_slices", "--to-nodes=enforce_gates")
    assert result.exit_code == 0, result.output
