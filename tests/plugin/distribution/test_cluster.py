"""On a cluster whose workers are killed, what comes out is what comes out on one machine."""

import hashlib
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from dask_processes import Cluster, started
from dying import DyingTree, broken, end, month
from kedro.io import DatasetError
from kedro_datasets.pandas import ParquetDataset
from kedro_modelops.contracts.explanations import explain
from kedro_modelops.distribution import cluster as clusters
from kedro_modelops.distribution import dask_client
from kedro_modelops.distribution.cluster import ADDRESS, connected
from kedro_modelops.distribution.parallel import starmap
from kedro_modelops.distribution.partitions import ComputedPartitions
from kedro_modelops.errors import RefusedError
from kedro_modelops.pipelines.evaluation.importances import measure_importances
from kedro_modelops.pipelines.evaluation.parameters import Evaluation
from kedro_modelops.pipelines.training.nodes import compare_candidates
from kedro_modelops.pipelines.training.parameters import Training
from kedro_modelops.roles import Roles
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

ROWS = 2_000
DRAW = np.random.default_rng(15)
TABLE = pd.DataFrame({"id": range(ROWS), "wind": DRAW.normal(size=ROWS), "rain": DRAW.normal(size=ROWS)})
TABLE["late"] = TABLE["wind"] + DRAW.normal(size=ROWS) > 0
ROLES = Roles(target="late", key="id")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with started(tmp_path_factory.mktemp("dask") / "four", workers=4) as running:
        yield running


def processed(folder: Path) -> dict[str, str]:
    months = ComputedPartitions(path=str(folder), dataset=ParquetDataset, filename_suffix=".parquet", overwrite=True)
    weights = TABLE[["wind"]].rename(columns={"wind": "weight"})
    months.save({f"2024-{number:02}": partial(month, number, weights) for number in range(1, 7)})
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.iterdir())}


def searched(_: Path) -> Any:
    estimator, space = {"class": "dying.DyingTree"}, {"max_depth": [1, 2, 3]}
    training = Training.model_validate(
        {
            "packages": ["sklearn", "dying"],
            "seed": 1,
            "scoring": "roc_auc",
            "search": {"class": "sklearn.model_selection.GridSearchCV", "options": {"n_jobs": -1}},
            "cross_validation": {"class": "sklearn.model_selection.KFold", "options": {"n_splits": 3}},
            "candidates": {"tree": {"estimator": estimator, "space": space}},
        }
    )
    return compare_candidates(TABLE, ROLES, training).drop(columns="fit_seconds").to_dict()


def fitted(stage: str) -> Pipeline:
    model = Pipeline([("scale", StandardScaler()), ("tree", DyingTree(stage, max_depth=4, random_state=1))])
    return model.fit(TABLE[["wind", "rain"]], TABLE["late"])


def evaluated(_: Path) -> Any:
    asked: dict[str, Any] = {"metrics": {"roc_auc": "decides"}, "slices": {"columns": [], "min_samples": 100}}
    asked |= {"importance": {"repeats": 2, "max_samples": 500}, "profile_rows": 100}
    found = measure_importances(fitted("evaluation"), TABLE, ROLES, Evaluation.model_validate(asked), "roc_auc", seed=1)
    return found.to_dict()


@pytest.mark.parametrize(("stage", "run"), [("processing", processed), ("search", searched), ("evaluation", evaluated)])
def test_a_worker_that_is_killed_changes_nothing(stage: str, run: Any, cluster: Cluster, tmp_path: Path) -> None:
    here = run(tmp_path / "here")
    with connected({clusters.SETTING: cluster.address}):
        there = run(tmp_path / "there")
    assert there == here
    assert (cluster.died / stage).exists()


def test_a_refusal_of_a_worker_is_told_in_its_words(cluster: Cluster, tmp_path: Path) -> None:
    months = ComputedPartitions(path=str(tmp_path), dataset=ParquetDataset, filename_suffix=".parquet")
    with connected({clusters.SETTING: cluster.address}), pytest.raises(DatasetError) as error:
        months.save({"2024-01": partial(broken, "2024-01")})
    assert explain(error.value) == "2024-01 breaks its contract: column 'wind' is missing"


def test_workers_that_cannot_import_the_project_are_refused(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_package(tmp_path / "away", "1")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("kedro_modelops.distribution.dask_client.team_package", lambda: "away")
    with (
        pytest.raises(RefusedError, match="the workers cannot import away: start them in this checkout"),
        connected({clusters.SETTING: cluster.address}),
    ):
        pass


def test_workers_that_have_imported_other_code_are_refused(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    write_package(cluster.packages / "changing", "1")
    monkeypatch.syspath_prepend(cluster.packages)
    monkeypatch.setattr("kedro_modelops.distribution.dask_client.team_package", lambda: "changing")
    with connected({clusters.SETTING: cluster.address}):
        pass
    write_package(cluster.packages / "changing", "2")
    dask_client._digest.cache_clear()  # as in the process of another run
    with (
        pytest.raises(RefusedError, match="has other code of changing: start workers again, from this commit"),
        connected({clusters.SETTING: cluster.address}),
    ):
        pass


def write_package(folder: Path, version: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "__init__.py").write_text(f"VERSION = {version}\n", "utf-8")


def test_a_scheduler_that_dies_ends_the_run_in_a_sentence(tmp_path: Path) -> None:
    with started(tmp_path / "two", workers=2) as running:
        with (
            connected({clusters.SETTING: running.address}),
            pytest.raises(RefusedError, match=f"the scheduler at {running.address} is gone: what was finished is kept"),
        ):
            starmap(end, [(running.scheduler.pid,)], "Ending")
        with (
            pytest.raises(RefusedError, match=f"no Dask scheduler answers at {running.address}"),
            connected({clusters.SETTING: running.address}),
        ):
            pass


def test_an_address_without_dask_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ADDRESS, "tcp://127.0.0.1:9")
    monkeypatch.delitem(sys.modules, "kedro_modelops.distribution.dask_client", raising=False)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(RefusedError, match=f"distributed is not installed: .* or unset {ADDRESS}"), connected({}):
        pass
