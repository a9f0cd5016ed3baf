"""Seconds of data processing and of the search on a Dask cluster: `python workload.py PACKAGE SCHEDULER WORKERS TIMES`.

Run inside a trained project, whose months are computed so many times over, as if there were as many more. What one
process does before and after, such as starting, drawing samples and the last fit, is not in it, and contracts are not.
"""

import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

import pandas as pd
import yaml
from distributed import Client
from kedro_datasets.pandas import ParquetDataset
from kedro_modelops.distribution.cluster import DASK, connected
from kedro_modelops.distribution.partitions import ComputedPartitions
from kedro_modelops.pipelines.training.nodes import compare_candidates
from kedro_modelops.pipelines.training.parameters import Training
from kedro_modelops.roles import Roles


def main(package: str, scheduler: str, workers: int, times: int) -> None:
    """Prints both; the months were computed once before, so that workers have imported everything."""
    with Client(scheduler, set_as_default=False) as client:
        client.wait_for_workers(workers, 120)
    with connected({DASK.setting: scheduler}):
        process(package, 1)
        process_seconds = process(package, times)
        search_seconds = search()
    print(process_seconds, search_seconds)


def process(package: str, times: int) -> float:
    """Reads and computes months, and writes them, as the node and the catalog do."""
    nodes = import_module(f"{package}.pipelines.data_processing.nodes")
    reference = pd.read_parquet("data/03_primary/reference.parquet")
    files = sorted(Path("data/01_raw/flights").glob("*.parquet"))
    loads = {
        f"{file.stem}-{number}": ParquetDataset(filepath=str(file.absolute())).load
        for file in files
        for number in range(times)
    }
    with tempfile.TemporaryDirectory() as folder:
        months = ComputedPartitions(path=folder, dataset=ParquetDataset, filename_suffix=".parquet")
        begin = time.perf_counter()
        months.save(nodes.build_features(loads, reference))
        return time.perf_counter() - begin


def search() -> float:
    """The candidates of the project on its training set."""
    training = yaml.safe_load(Path("conf/base/parameters_training.yml").read_text("utf-8"))["training"]
    problem = yaml.safe_load(Path("conf/base/parameters_data_processing.yml").read_text("utf-8"))["problem"]
    train_set = pd.read_parquet("data/05_model_input/train.parquet")
    begin = time.perf_counter()
    compare_candidates(train_set, Roles.model_validate(problem), Training.model_validate(training))
    return time.perf_counter() - begin


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
