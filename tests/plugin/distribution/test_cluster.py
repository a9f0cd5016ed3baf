"""On a cluster whose workers are killed, what comes out is what comes out on one machine."""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from dask_processes import Cluster, started
from dying import broken, end
from kedro.io import DatasetError
from kedro_datasets.pandas import ParquetDataset
from kedro_modelops.contracts.explanations import explain
from kedro_modelops.distribution import project_code
from kedro_modelops.distribution.cluster import DASK, SPARK, Engine, connected
from kedro_modelops.distribution.parallel import starmap
from kedro_modelops.distribution.partitions import ComputedPartitions
from kedro_modelops.errors import RefusedError
from spread_stages import STAGES


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with started(tmp_path_factory.mktemp("dask") / "four", workers=4) as running:
        yield running


@pytest.mark.parametrize("stage", STAGES)
def test_a_worker_that_is_killed_changes_nothing(stage: str, cluster: Cluster, tmp_path: Path) -> None:
    run = STAGES[stage]
    here = run(tmp_path / "here")
    with connected({DASK.setting: cluster.address}):
        there = run(tmp_path / "there")
    assert there == here
    assert (cluster.died / stage).exists()


def test_a_refusal_of_a_worker_is_told_in_its_words(cluster: Cluster, tmp_path: Path) -> None:
    months = ComputedPartitions(path=str(tmp_path), dataset=ParquetDataset, filename_suffix=".parquet")
    with connected({DASK.setting: cluster.address}), pytest.raises(DatasetError) as error:
        months.save({"2024-01": partial(broken, "2024-01")})
    assert explain(error.value) == "2024-01 breaks its contract: column 'wind' is missing"


def test_workers_that_cannot_import_the_project_are_refused(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_package(tmp_path / "away", "1")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("kedro_modelops.distribution.project_code.team_package", lambda: "away")
    with (
        pytest.raises(RefusedError, match="the workers cannot import away: start them in this checkout"),
        connected({DASK.setting: cluster.address}),
    ):
        pass


def test_workers_that_have_imported_other_code_are_refused(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    write_package(cluster.packages / "changing", "1")
    monkeypatch.syspath_prepend(cluster.packages)
    monkeypatch.setattr("kedro_modelops.distribution.project_code.team_package", lambda: "changing")
    with connected({DASK.setting: cluster.address}):
        pass
    write_package(cluster.packages / "changing", "2")
    project_code._digest.cache_clear()  # as in the process of another run
    with (
        pytest.raises(RefusedError, match="has other code of changing: start workers again, from this commit"),
        connected({DASK.setting: cluster.address}),
    ):
        pass


def write_package(folder: Path, version: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "__init__.py").write_text(f"VERSION = {version}\n", "utf-8")


def test_a_scheduler_that_dies_ends_the_run_in_a_sentence(tmp_path: Path) -> None:
    with started(tmp_path / "two", workers=2) as running:
        with (
            connected({DASK.setting: running.address}),
            pytest.raises(RefusedError, match=f"the scheduler at {running.address} is gone: what was finished is kept"),
        ):
            starmap(end, [(running.scheduler.pid,)], "Ending")
        with (
            pytest.raises(RefusedError, match=f"no Dask scheduler answers at {running.address}"),
            connected({DASK.setting: running.address}),
        ):
            pass


@pytest.mark.parametrize("engine", [DASK, SPARK], ids=lambda engine: engine.module)
def test_an_address_without_its_packages_is_refused(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    package = engine.packages[0]
    monkeypatch.setenv(engine.variable, "tcp://127.0.0.1:9")
    monkeypatch.delitem(sys.modules, f"kedro_modelops.distribution.{engine.module}", raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(RefusedError, match=f"{package} is not installed: .* or unset {engine.variable}"), connected({}):
        pass
